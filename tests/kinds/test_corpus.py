"""The shared corpora: real and hostile messages with their right reading.

They lie beside the project, not in it (their strings have licences of their own), so that these
tests are skipped where they are not. `test_captures` holds our own.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from kinds.scene import NOW, arrival, kind_for, read
from sightline.kinds import broker, friends, probots
from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.kinds.friends.updates import (
    CardNamed,
    Located,
    PhoneLost,
    PhoneTransition,
    PhoneWaypoint,
    Pictured,
    Removal,
)
from sightline.kinds.probots import updates as robots
from sightline.model.kind import Arrival, CannotDecode, State, Update

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not there")

SIX = probots.kind(known=frozenset(f"ProBot{n}" for n in range(1, 7)))
KINDS = (friends.KIND, SIX, broker.KIND)
NOT_KEPT = {"dist", "trip", "rad", "wtst", "uuid"}  # checked, then left to the archive
SILENT = {"cmd", "status", "steps", "beacon", "configuration"}


def cases(name: str) -> list[Any]:
    if not CORPUS.is_dir():
        return []
    lines = (CORPUS / f"{name}.jsonl").read_text().splitlines()
    return [pytest.param(case, id=case["id"]) for case in map(json.loads, lines)]


def message(case: dict[str, Any]) -> Arrival:
    topic: str | bytes = case.get("topic", "")
    if "topic_b64" in case:
        topic = base64.b64decode(case["topic_b64"])
    if "payload_b64" in case:
        payload = base64.b64decode(case["payload_b64"])
    elif gen := case.get("gen"):
        payload = (gen["prefix"] + gen["repeat"] * gen["n"] + gen["suffix"]).encode()
    else:
        payload = case["payload"].replace("$now+86000", str(int(NOW) + 86000)).encode()
    return arrival(topic, payload, retain=case.get("retain", False))


def verdict(case: dict[str, Any]) -> dict[str, Any]:
    """Return what a hostile message must meet: the corpus's word, but for two younger rules.

    . and .. are no names (a file of an export is called after them). A picture that is none, or
    too large, is left out and counted, and the card's name is kept.
    """
    expected: dict[str, Any] = case["expect"]
    if not {".", ".."}.isdisjoint(case.get("topic", "").split("/")[1:3]):
        return {"outcome": "rejected", "counter": "bad_topic"}
    text = case.get("payload", "") + case.get("gen", {}).get("prefix", "")
    if '"face"' in text and expected.get("counter") in ("bad_face", "too_large"):
        return {"outcome": "accepted", "counter": "field_dropped"}
    return expected


def seen(reading: Update) -> dict[str, Any]:
    """A reading in the words of the corpus."""
    match reading:
        case Located(friend=friend):
            said = {name: getattr(friend, name) for name in friend.__struct_fields__}
            if said["tid"] is None and not reading.dropped:
                said["tid"] = reading.initials
            if said["inregions"] is not None:
                said["inregions"] = list(said["inregions"])
            if friend.untimed:
                said["tst"] = "received"
            return said | {"kind": "location"} | who(reading)
        case PhoneTransition():
            said = {"kind": "transition", "event": reading.event, "desc": reading.region}
            return said | {"tst": int(reading.when)} | who(reading)
        case PhoneWaypoint(waypoints=(circle,), whole=False):
            said = {name: getattr(circle, name) for name in circle.__struct_fields__}
            return said | {"kind": "waypoint"} | who(reading)
        case PhoneLost():
            return {"kind": "lwt"} | who(reading)
        case CardNamed():
            return {"kind": "card", "name": reading.name, "tid": reading.tid} | who(reading)
        case Pictured(face=face):
            return {"kind": "card", "face_bytes": len(face.data)}
        case robots.TelemetryLine():
            values = reading.values._asdict()
            values["status"] = values.pop("routine")
            robot = reading.thing.removeprefix("probot/")
            return values | {"kind": "telemetry", "robot": robot}
        case robots.Met() | robots.RobotLost():
            robot = reading.thing.removeprefix("probot/")
            online = isinstance(reading, robots.Met)
            return {"kind": "status", "robot": robot, "online": online}
    raise AssertionError(reading)


def who(reading: Update) -> dict[str, str]:
    _, user, device = reading.thing.split("/")
    return {"user": user, "device": device}


def agrees(readings: list[Update], expected: dict[str, Any]) -> None:
    expected = {key: value for key, value in expected.items() if key not in NOT_KEPT}
    for key in ("note", "last_after_this"):
        expected.pop(key, None)
    kind = expected.get("kind")
    # What a phone says of itself is shown with the phone; the corpus speaks of friends.
    readings = [reading for reading in readings if not reading.thing.startswith("phone/")]
    if kind == "batch":
        fixes = [reading for reading in readings if isinstance(reading, Located)]
        assert len(readings) == expected["items"]
        assert [fix.friend.lat for fix in fixes] == expected.get(
            "lat", [f.friend.lat for f in fixes]
        )
        return
    if kind in SILENT and "robot" not in expected:
        assert readings == []
        return
    if kind == "waypoint" and "desc" in expected and expected["desc"] is None:
        assert readings == []  # a point without a name
        return
    if kind == "waypoints":  # those of the corpus are no circles
        assert [(reading.waypoints, reading.dropped) for reading in readings] == [
            ((), expected["n"])
        ]
        return
    if kind == "clear":
        assert {type(reading) for reading in readings} == {Removal}
        return
    found: dict[str, Any] = {}
    for reading in readings:
        found |= seen(reading)
    if kind in ("transition", "lwt"):
        # The position, accuracy and tid of these are checked, not kept; a will has no time.
        for key in ("lat", "lon", "acc", "tid", "t") + (("tst",) if kind == "lwt" else ()):
            expected.pop(key, None)
    assert {key: found.get(key, "(not there)") for key in expected} == expected


@pytest.mark.parametrize("case", cases("owntracks"))
def test_a_real_message_is_read_as_the_corpus_says(case: dict[str, Any]) -> None:
    expected = case["expect"]
    if "reject" in expected:
        with pytest.raises(CannotDecode):
            read(message(case), *KINDS)
    elif expected.pop("decrypted", False):
        device = case["topic"].removeprefix("owntracks/")
        keyed = friends.kind(keys=EncryptionKeys({device: case["key"]}))
        agrees(read(message(case), keyed), expected)
        for other in ({}, {device: "another"}, {"else/where": case["key"]}):
            with pytest.raises(CannotDecode) as refusal:
                read(message(case), friends.kind(keys=EncryptionKeys(other)))
            assert refusal.value.counter == "encrypted"
    else:
        agrees(read(message(case), *KINDS), expected)


def test_the_position_after_late_fixes_is_the_one_the_corpus_says() -> None:
    now: dict[str, State | None] = {}
    followed = 0
    for case in (param.values[0] for param in cases("owntracks")):
        if "reject" in case["expect"] or "decrypted" in case["expect"]:
            continue
        for reading in read(message(case), *KINDS):
            now[reading.thing] = reading.onto(now.get(reading.thing))
        # Not for a case whose reason lies in one that is not in this half of the corpus.
        wanted = case["expect"].get("last_after_this")
        if wanted is not None and wanted == case["expect"]["lat"]:
            followed += 1
            assert now[f"friend/{case['topic'].removeprefix('owntracks/')}"].lat == wanted
    assert followed


@pytest.mark.parametrize("case", cases("hostile"))
def test_a_hostile_message_meets_the_end_the_corpus_says(case: dict[str, Any]) -> None:
    expected = verdict(case)
    arrived = message(case)
    if isinstance(arrived.topic, bytes):
        # The ingest refuses these by itself; the decoder must, too.
        for kind in KINDS:
            with pytest.raises(CannotDecode) as refusal:
                kind.decode(arrived)
            assert refusal.value.counter == expected["counter"]
    elif expected["outcome"] == "rejected":
        with pytest.raises(CannotDecode) as refusal:
            read(arrived, *KINDS)
        assert refusal.value.counter == expected["counter"]
    else:
        assert kind_for(arrived.topic, *KINDS)
        readings = read(arrived, *KINDS)
        if expected["outcome"] == "clear":
            agrees(readings, {"kind": "clear"})
        if expected.get("counter") == "field_dropped":
            assert sum(reading.dropped for reading in readings) == 1
        if "reading" in expected:
            agrees(readings, expected["reading"])
