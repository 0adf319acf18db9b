"""Decoding beyond the captures: what they cannot say in one line. See test_captures."""

from __future__ import annotations

import base64
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from kinds.scene import NOW, arrival, location, read, refused
from sightline.kinds import friends
from sightline.kinds.friends import pictures
from sightline.kinds.friends.body import LARGEST as MOST_KEPT
from sightline.kinds.friends.device_reports import EncryptedPayload
from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.kinds.friends.picture_updates import FaceSent
from sightline.kinds.friends.pictures import LARGEST_FACE
from sightline.kinds.friends.updates import Located
from sightline.model.kind import Timeouts, Update


def test_the_kind_says_where_friends_are_heard() -> None:
    kind = friends.KIND
    bases = ("owntracks/+/+", "/owntracks/+/+")
    assert kind.filters == tuple((topic, 1) for base in bases for topic in (base, base + "/+"))
    assert kind.roots == {"owntracks"}
    assert {each.name for each in kind.things} == {"friend", "face", "phone"}
    assert kind.timeouts == {"friend": Timeouts(900, 3600)}


def test_patience_is_of_the_settings() -> None:
    impatient = friends.kind(stale_after=5, offline_after=10)
    assert impatient.timeouts == {"friend": Timeouts(5, 10)}
    copy = arrival("owntracks/jane/phone", location(tst=int(NOW) - 7), retain=True)
    (fix,) = impatient.decode(copy)
    assert isinstance(fix, Located)
    assert fix.friend.presence == "stale"


def test_the_sender_is_whom_the_topic_names() -> None:
    claim = arrival("owntracks/eve/dev", location(topic="owntracks/jane/phone"))
    assert [reading.thing for reading in read(claim)] == ["friend/eve/dev"]


def test_a_fix_that_is_one_day_ahead_is_the_furthest() -> None:
    what = arrival("owntracks/a/b", location(tst=int(NOW) + 86400))
    assert refused(what) is None
    assert refused(arrival("owntracks/a/b", location(tst=int(NOW) + 86401))) == "tst_future"


def test_a_batch_is_as_long_as_a_hundred() -> None:
    assert len(read(arrival("owntracks/a/b", [location()] * 100))) == 100
    assert refused(arrival("owntracks/a/b", [location()] * 101)) == "batch_too_long"


def test_one_bad_message_spoils_its_batch() -> None:
    # All or nothing: a message is accepted or refused, and counted so.
    assert refused(arrival("owntracks/a/b", [location(), location(lat=91)])) == "lat_range"


def card(size: int, **more: object) -> list[Update]:
    picture = b"\xff\xd8\xff".ljust(size, b"\0")
    face = base64.b64encode(picture).decode()
    return list(
        read(arrival("owntracks/a/b/info", {"_type": "card", "name": "Jane", "face": face} | more))
    )


@pytest.mark.parametrize("size", [100, 16_385, LARGEST_FACE])
def test_a_face_of_up_to_128_kib_of_base64_is_taken(size: int) -> None:
    named, pictured = card(size)
    assert (named.name, named.dropped) == ("Jane", 0)
    assert len(pictured.face.data) == size


@pytest.mark.parametrize("size", [LARGEST_FACE + 1, 150_000])
def test_a_larger_face_is_handed_on_to_be_made_smaller(size: int) -> None:
    named, sent = card(size)
    assert (named.name, named.dropped) == ("Jane", 0)
    assert isinstance(sent, FaceSent)
    assert (sent.thing, len(sent.picture.data)) == ("face/a/b", size)
    assert sent.onto(None) is None


def test_a_photo_of_a_place_costs_the_fix_nothing() -> None:
    photo = b"\xff\xd8\xff" + bytes(range(256)) * 600
    for image, seen in ((base64.b64encode(photo).decode(), photo), ("é", None), (7, None)):
        message = location(poi="Café", imagename="a.jpg", image=image)
        fix, *more = read(arrival("owntracks/a/b", message))
        assert isinstance(fix, Located)
        assert (fix.friend.poi, fix.friend.lat, fix.dropped) == ("Café", 49.95, seen is None)
        assert [(each.picture.data, each.poi, each.name) for each in more] == (
            [] if seen is None else [(photo, "Café", "a.jpg")]
        )
        assert fix.record is not None
        assert b'"image"' not in fix.record.body
        assert b'"poi"' in fix.record.body


@pytest.mark.parametrize("sort", ["PNG", "JPEG", "WEBP"])
def test_the_size_of_a_picture_is_in_its_header(sort: str) -> None:
    for lossless in (False, True):
        out = io.BytesIO()
        Image.new("RGB", (123, 45)).save(out, sort, lossless=lossless)
        found = pictures.look(out.getvalue())
        assert found is not None
        assert (found.width, found.height) == (123, 45)
        assert pictures.look(out.getvalue()[:20]) is not None  # whoever decodes it finds out


def test_a_picture_of_too_many_pixels_is_refused_by_its_header() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert pictures.look(out.getvalue()) is None
    bomb = base64.b64encode(out.getvalue()).decode()
    (named,) = read(arrival("owntracks/a/b/info", {"_type": "card", "name": "J", "face": bomb}))
    assert (named.name, named.dropped) == ("J", 1)


@pytest.mark.parametrize("face", ["PHN2Zz4=", "A", {"png": 1}, "é", 7, None, "", "data:,x"])
def test_a_face_that_cannot_be_read_is_left_out_and_counted(face: object) -> None:
    message = {"_type": "card", "name": "Jane", "tid": "JJ", "face": face}
    (named,) = read(arrival("owntracks/a/b/info", message))
    assert (named.name, named.tid, named.dropped) == ("Jane", "JJ", 1)


def test_a_large_card_is_read_as_iphones_write_it() -> None:
    # Apple's encoder puts a backslash before each slash.
    picture = b"\xff\xd8\xff" + bytes(range(256)) * 300
    face = base64.b64encode(picture).decode().replace("/", "\\/")
    payload = b'{"face" : "%b","name":"a \\"face\\":\\"b","_type":"card"}' % face.encode()
    assert len(payload) > 65536
    named, pictured = read(arrival("owntracks/a/b/info", payload))
    assert named.name == 'a "face":"b'
    assert pictured.face.data == picture


def test_what_is_large_for_another_reason_is_refused_as_ever() -> None:
    for message in (
        {"_type": "card", "name": "x" * 70_000},
        {"_type": "card", "name": "x" * 70_000, "face": "A" * 70_000},
        {"_type": "card", "face": "A" * 300_000},
    ):
        assert refused(arrival("owntracks/a/b/info", message)) == "too_large"
    twice = b'{"_type":"card","face":"%b","face":"A"}' % (b"A" * 70_000)
    assert refused(arrival("owntracks/a/b/info", twice)) == "duplicate_key"


def test_what_nobody_knows_is_not_kept_for_history() -> None:
    said = location(junk="x" * 60_000, more={"a": [1]}, tag="t", poi="p")
    (located,) = read(arrival("owntracks/a/b", said))
    assert json.loads(located.record.body) == location(tag="t", poi="p")
    assert located.dropped == 0


def test_what_trackers_add_is_kept_within_bounds() -> None:
    extras = {"odometer": 12.5, "vin": "W0L", "din1": 1, "adid-0a": "x", "ign": True, "can": "c"}
    (located,) = read(arrival("owntracks/a/b", location(**extras)))
    assert json.loads(located.record.body) == location(**extras)
    flood = {f"adid-{n:04x}": "x" * 200 for n in range(250)}
    large = {"vin": "v" * 257, "name": {"no": "text"}, "sens": ["s" * 200] * 64}
    for more in (flood, large):
        (located,) = read(arrival("owntracks/a/b", location(**more)))
        assert len(located.record.body) <= MOST_KEPT
        kept = json.loads(located.record.body)
        assert kept.items() >= location().items()
        assert not kept.keys() & {"vin", "name"}


def test_a_long_list_of_regions_does_not_cost_the_fix_its_place() -> None:
    said = location(inregions=["ä" * 128] * 64, poi="here")
    (located,) = read(arrival("owntracks/a/b", said))
    assert json.loads(located.record.body) == location(poi="here")


def test_the_path_of_a_message_does_not_depend_on_where_its_sender_put_it() -> None:
    # Some trackers send all to the base topic: the type decides.
    (crossed,) = read(arrival("owntracks/a/b", {"_type": "transition", "event": "enter", "tst": 1}))
    assert crossed.thing == "friend/a/b"


TOPICS = st.one_of(
    st.sampled_from(["owntracks/a/b", "owntracks/a/b/event", "owntracks/a/b/info"]),
    st.text().map("owntracks/".__add__),
    st.binary(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
TYPES = ["location", "transition", "lwt", "card", "waypoint", "waypoints", "cmd", "encrypted"]
TYPES += ["status", "steps", "beacon", "configuration", "dump", "request"]
KEYS = ["_type", "lat", "lon", "tst", "event", "desc", "face", "name", "tid", "action", "inregions"]
KEYS += ["android", "iOS", "steps", "prox", "data", "waypoints", "configuration"]
OPENED = EncryptionKeys({"a/b": "a shared secret"})
CSV = st.lists(st.text("0123456789abcdefXT.-+ ", max_size=8), max_size=12).map(",".join)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, object]:
    given = draw(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5))
    return location(_type=draw(st.sampled_from(TYPES))) | given


PAYLOADS = st.one_of(
    st.binary(),
    CSV.map(str.encode),
    messages().map(lambda one: arrival("", one).payload),
    st.lists(messages(), max_size=4).map(lambda some: arrival("", some).payload),
)


@given(PAYLOADS | PAYLOADS.map(lambda inner: OPENED.seal("a/b", inner)), st.booleans())
def test_anything_in_a_box_is_read_or_refused_in_one_way(payload: bytes, retain: bool) -> None:
    what = arrival("owntracks/a/b", OPENED.seal("a/b", payload), retain=retain)
    keyed = friends.kind(keys=OPENED)
    counter = refused(what, keyed)
    bare = arrival("owntracks/a/b", payload, retain=retain)
    if counter is None:
        told = [one for one in read(what, keyed) if not isinstance(one, EncryptedPayload)]
        assert told == read(bare, friends.KIND)
    else:
        assert counter.isidentifier()
        # An empty message clears what is retained; an empty box says nothing.
        assert counter == ("encrypted" if not payload else refused(bare, friends.KIND))


@given(TOPICS, st.binary() | messages().map(lambda one: arrival("", one).payload), st.booleans())
@example("owntracks/a/b", b"[" * 60000, False)
@example("owntracks/a/b", b"X," + b"F" * 60000, False)
def test_anything_is_read_or_refused_in_one_way(
    topic: str | bytes, payload: bytes, retain: bool
) -> None:
    what = arrival(topic, payload, retain=retain)
    if (counter := refused(what, friends.KIND)) is not None:
        assert counter.isidentifier()
        return
    for reading in read(what, friends.KIND):
        after = reading.onto(None)
        assert after is None or reading.onto(after) is after
        assert reading.heard is None or reading.heard <= NOW
        assert reading.thing.startswith(("friend/", "face/", "phone/"))
