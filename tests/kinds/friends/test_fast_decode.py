"""The quick way agrees with the strict one wherever it does not give up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from kinds.scene import NOW, arrival, location
from sightline.kinds import friends
from sightline.kinds.friends.decode import decode, decode_strictly
from sightline.kinds.friends.fast_decode import LARGEST, quick
from sightline.kinds.friends.model import Friend
from sightline.model.kind import Arrival, CannotDecode

PATIENCE = friends.KIND.timeouts["friend"]
LATEST = NOW + 86400


def taken(payload: bytes | dict[str, Any]) -> bool:
    """Whether the quick way takes it."""
    return quick(arrival("", payload).payload, LATEST) is not None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"acc": 12, "alt": 431, "batt": 71, "bs": 1, "conn": "w", "m": 2, "vac": 3, "vel": 4},
        {"vel": -1, "cog": -1, "batt": -1, "acc": -1},
        {"p": 100.28, "acc": 9.5, "alt": -0.5},
        {"inregions": ["home", "street"], "inrids": ["a", "b"], "motionactivities": ["walking"]},
        {"created_at": 1795239990, "topic": "owntracks/a/b", "_id": "3c1f", "_http": True},
        {"SSID": "Werkstatt", "BSSID": "02:00:5e:10:00:01", "poi": "here", "tag": "t", "t": "p"},
    ],
)
def test_what_phones_say_every_day_goes_the_quick_way(fields: dict[str, Any]) -> None:
    assert taken(location(**fields))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        location(_type="lwt"),
        location(_type=...),
        location(lat=...),
        location(tst=...),
        location(tst=int(LATEST) + 1),
        location(tst=10**30),
        location(batt=None),
        location(unheard_of=1),
        location(SSID="Café"),
        location(lat=-0.0),
        location(lon=0),
        location(tid="x" * 17),
        location(source="x" * LARGEST),
        json.dumps(location(tag="12:30")).replace(":", " :").encode(),
        b'{"_type":"location","lat":1,"lon":2,"tst":3,"BSSID":"a:b","BSSID":"ab"}',
        b'{"_type":"location","lat":1,"lon":2,"tst":3,"tid":"x","tid":"y"}',
        b'{"_type":"location","lat":1,"lon":2,"tst":3,"lat":1}',
        b'{"_type":"location","lat":1,"lon":2,"tst":3,"tid":"\\u0041"}',
        b'{"_type":"location","lat":1,"lon":2,"tst":3,"tid":"\x7f"}',
        b"[" * 3000,
    ],
)
def test_whatever_is_odd_goes_the_strict_way(payload: bytes | dict[str, Any]) -> None:
    assert not taken(payload)


def _unspaced(reading: Any) -> Any:
    """The same, with the record's body as its values: one way keeps the text as it came."""
    record = reading.record
    if record is None:  # kept, and nothing says of when it is: no history
        return reading
    body = json.dumps(json.loads(record.body), sort_keys=True).encode()
    return replace(reading, record=replace(record, body=body))


def outcome(way: Any, what: Arrival) -> Any:
    try:
        return [repr(_unspaced(reading)) for reading in way(PATIENCE, what)]
    except CannotDecode as why:
        return why.counter


FIELDS = (*Friend.__struct_fields__, "_type", "created_at", "topic", "_id", "_http", "source")
FIELDS += ("inrids", "motionactivities", "rad", "dist", "x", "event", "desc")
NUMBERS = st.one_of(
    st.integers(-2, 400),
    st.sampled_from([-0.0, -1.0, 1e7, 2**63, 10**19, 10**20, int(NOW), int(LATEST), 1e300]),
    st.floats(-400, 400),
    st.floats(),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["", "w", "location", "1.5", "a\tb", '"', "\\", "\x7f", "é", "\u202e", "\ud800"]
    ),
    st.text(max_size=20),
    st.integers(15, 130).map("x".__mul__),
)
VALUES = st.one_of(
    NUMBERS,
    NUMBERS,
    TEXTS,
    st.lists(TEXTS, max_size=3),
    st.sampled_from([None, True, False, {}, [1], {"a": {"b": [0]}}]),
)
SPACING = st.sampled_from([(",", ":"), (",", ":"), (", ", ": "), (" ,\n", " :")])


@st.composite
def payloads(draw: st.DrawFn) -> bytes:
    """Locations with something odd about them: values, doubled keys, spacing, flipped bytes."""
    fields = [(key, value) for key, value in location(tst=1795239000).items()]
    fields += draw(st.lists(st.tuples(st.sampled_from(FIELDS), VALUES), max_size=6))
    if not draw(st.sampled_from([False, False, True])):
        fields = list(dict(fields).items())
    between, colon = draw(SPACING)
    ascii_only = draw(st.booleans())

    def said(value: object) -> str:
        return json.dumps(value, ensure_ascii=ascii_only, separators=(between, colon))

    text = "{" + between.join(said(key) + colon + said(value) for key, value in fields) + "}"
    payload = text.encode("utf-8", "surrogatepass")
    for place, byte in draw(
        st.lists(st.tuples(st.integers(0, len(payload) - 1), BYTES), max_size=2)
    ):
        payload = payload[:place] + byte + payload[place + 1 :]
    return payload


BYTES = st.sampled_from([bytes([byte]) for byte in b'{}[]",:0123456789.eE-+\\ \n\x00\x1f\x7f\xff'])


@given(payloads(), st.booleans())
@example(b'{"_type":"location","lat":1,"lon":2,"tst":3,"acc":-1.0,"vel":-0.0}', False)
@example(b'{"_type":"location","lat":1,"lon":2,"tst":3.0,"bs":1.0,"m":-1}', False)
@example(b'{"_type":"location","lat":1,"lon":2,"tst":3,"inregions":[],"t":""}', True)
@example(b'{"_type":"location","lat":1.7976931348623157e1,"lon":5e-324,"tst":3}', True)
@example(b'{"_type":"location","lat":1,"lon":2}', True)
def test_both_ways_agree(payload: bytes, retain: bool) -> None:
    what = arrival("owntracks/jane/phone", payload, retain=retain)
    assert outcome(decode, what) == outcome(decode_strictly, what)


@given(
    st.floats(-90, 90, exclude_min=True).filter(bool),
    st.floats(-180, 180).filter(bool),
    st.floats(0, 1000),
)
def test_no_digit_is_lost(lat: float, lon: float, p: float) -> None:
    said = quick(arrival("", location(lat=lat, lon=lon, p=p)).payload, LATEST)
    assert said is not None
    assert (said.lat, said.lon, said.p) == (lat, lon, p)
