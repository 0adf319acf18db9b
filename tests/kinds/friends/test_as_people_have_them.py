"""What apps and trackers really send, half wrong: the good part is used, the bad one counted.

The rows of the cases in ``shared/cases/arrivals`` are named in each test.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from kinds.scene import NOW, arrival, location, read, refused
from sightline.kinds.friends.beacons import region_name, unmistakable
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.updates import Located, PhoneTransition, PhoneWaypoint

PHONE = "owntracks/jane/phone"
T = int(NOW) - 10


def located(payload: Any, topic: str = PHONE) -> Located:
    found = [reading for reading in read(arrival(topic, payload)) if isinstance(reading, Located)]
    assert len(found) == 1
    return found[0]


def text(**fields: Any) -> str:
    return json.dumps(location(**fields))


# -- 07: milliseconds


@pytest.mark.parametrize("tst", [T * 1000, T * 1000 + 999, float(T * 1000), str(T * 1000)])
def test_milliseconds_are_read_as_such(tst: Any) -> None:
    reading = located(location(tst=tst))
    assert reading.friend.tst == T
    assert reading.record is not None
    assert reading.record.tst == T
    assert json.loads(reading.record.body)["tst"] == T  # as it is exported, too


def test_a_transition_in_milliseconds() -> None:
    said = {"_type": "transition", "event": "enter", "desc": "Home", "tst": T * 1000}
    (reading,) = read(arrival(PHONE + "/event", said))
    assert isinstance(reading, PhoneTransition)
    assert reading.when == T


@pytest.mark.parametrize("tst", [99_999_999_999, T * 100, (T + 2 * 86400) * 1000, T * 1_000_000])
def test_what_is_no_time_in_milliseconds_either_is_refused(tst: int) -> None:
    assert refused(arrival(PHONE, location(tst=tst))) == "tst_future"


# -- 08: NaN


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("field", ["alt", "acc", "vel", "tid", "inregions", "created_at"])
def test_what_is_not_a_number_costs_only_itself(field: str, value: str) -> None:
    payload = text(alt=431, acc=12, **({} if field in ("alt", "acc") else {field: "@"}))
    old = {"alt": "431", "acc": "12"}.get(field, '"@"')
    reading = located(payload.replace(f'"{field}": {old}', f'"{field}": {value}'))
    friend = reading.friend
    assert (friend.lat, friend.lon, friend.tst) == (49.95, 5.25, T)
    if field in Friend.__struct_fields__:
        assert getattr(friend, field) is None
        assert reading.dropped == 1
    assert reading.record is not None
    assert field not in json.loads(reading.record.body)


@pytest.mark.parametrize("field", ["lat", "lon", "tst"])
def test_what_a_message_is_about_must_be_a_number(field: str) -> None:
    payload = text(**{field: "@"}).replace('"@"', "NaN")
    assert refused(arrival(PHONE, payload)) == "bad_number"


def test_not_a_number_in_a_batch_or_deep_within_is_bounded() -> None:
    assert len(read(arrival(PHONE, f"[{text()},{text(alt='@')}]".replace('"@"', "NaN")))) == 2
    assert refused(arrival(PHONE, f"[{text()},NaN]")) == "bad_number"
    assert refused(arrival(PHONE, '{"_type":NaN}')) == "missing_field"


# -- 09: numbers for texts


@pytest.mark.parametrize(
    ("said", "shown"), [(7, "7"), (0, "0"), (-3, "-3"), (1.5, "1.5"), (7.0, "7"), (10**15, "1e+15")]
)
def test_a_tracker_may_be_called_by_a_number(said: Any, shown: str) -> None:
    reading = located(location(tid=said))
    assert (reading.friend.tid, reading.dropped) == (shown, 0)


def test_numbers_for_texts_anywhere() -> None:
    reading = located(location(SSID=1234, poi=5, inregions=["Home", 12]))
    assert reading.friend.SSID == "1234"
    assert reading.friend.poi == "5"
    assert reading.friend.inregions == ("Home", "12")
    (named,) = read(arrival(PHONE + "/info", {"_type": "card", "name": 7}))
    assert named.name == "7"  # type: ignore[attr-defined]


@pytest.mark.parametrize("said", [True, None, ["a"], {}])
def test_what_is_no_text_is_left_out_and_counted(said: Any) -> None:
    reading = located(location(tid=said))
    assert (reading.friend.tid, reading.dropped) == (None, 1)


# -- 18: beacons

UUID = "C8ED0000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (f"Home:{UUID}:1:2", "Home"),
        (f"Home:{UUID}:1", "Home"),
        (f"Home:{UUID.lower()}", "Home"),
        (f"Home:{UUID.replace('-', '')}:65535:0", "Home"),
        (f"My: place:{UUID}:1:2", "My: place"),
        ("Home: garage", "Home: garage"),
        (f"Home:{UUID}:1:2:3", f"Home:{UUID}:1:2:3"),
        (f":{UUID}:1:2", f":{UUID}:1:2"),
        ("Home:1:2", "Home:1:2"),
        ("Home", "Home"),
    ],
)
def test_a_beacon_goes_by_its_name(said: str, name: str) -> None:
    event = {"_type": "transition", "event": "enter", "desc": said, "tst": T}
    (crossing,) = read(arrival(PHONE + "/event", event))
    assert isinstance(crossing, PhoneTransition)
    assert crossing.region == name == region_name(said)
    assert located(location(inregions=[said, "x"])).friend.inregions == (name, "x")
    mark = {"_type": "waypoint", "desc": said, "lat": 1, "lon": 2, "rad": 50, "tst": T}
    (marked,) = read(arrival(PHONE + "/waypoint", mark))
    assert isinstance(marked, PhoneWaypoint)
    assert marked.waypoints[0].desc == name


def test_many_colons_are_no_work() -> None:
    assert region_name(":" * 128) == ":" * 128


def test_what_goes_to_an_iphone_is_not_split() -> None:
    assert ":" not in unmistakable("Home: garage")
    assert len(unmistakable("Home: garage")) == len("Home: garage")
