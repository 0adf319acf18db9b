"""Decode ProBot's two topics into updates.

``telemetry`` is six fields with commas, said many times a second by every robot; ``ClientStatus``
is its will. Both go over one topic for all robots, and any client can claim any name.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address

from msgspec.structs import replace

from sightline.kinds.probots.bases import RobotTopics
from sightline.kinds.probots.model import Routine, is_robot
from sightline.kinds.probots.updates import Met, RobotLost, TelemetryLine, Values
from sightline.model.kind import Arrival, CannotDecode, Update
from sightline.model.number import number
from sightline.model.topic import levels

COMMANDS = frozenset(("keys", "MainRoutine", "shutdownProBot"))
"""Roots of the topics on which only we speak, to the robots."""
LARGEST = 1024
"""Bytes in a message."""

_ROUTINES: dict[str, Routine] = {
    "started": "started",
    "stopped": "stopped",
    "0": "not running",
    "None": "unknown",
}


def decode(known: frozenset[str] | None, arrival: Arrival) -> Sequence[Update]:
    """Tell what a message says. Raises `CannotDecode`, nothing else.

    ``known`` are the robots to be believed in; None: anybody who calls itself a ProBot.
    """
    topic = levels(arrival.topic)
    if topic[0] in COMMANDS:
        raise CannotDecode("own_output_topic", "somebody else speaks on our command topic")
    if arrival.retain:
        # The robots retain nothing; a copy would make a dead robot look alive.
        raise CannotDecode("retained_status", "retained, so not of now")
    if len(arrival.payload) > LARGEST:
        raise CannotDecode("too_large", f"more than {LARGEST} bytes")
    at = arrival.at
    if topic == ["telemetry"]:
        robot, values = _telemetry(arrival.payload)
        _check_known(robot, known)
        return (TelemetryLine("probot/" + robot, values, at, arrival.source),)
    if topic == ["ClientStatus"]:
        robot, online = _status(arrival.payload)
        _check_known(robot, known)
        return (
            Met("probot/" + robot, at, arrival.source) if online else RobotLost("probot/" + robot),
        )
    raise CannotDecode("bad_topic", "not a topic of ProBot")


def decode_below(
    topics: RobotTopics, known: frozenset[str] | None, arrival: Arrival
) -> Sequence[Update]:
    """Do as `decode`, for robots below base topics, and note below which each was heard."""
    split = topics.split(arrival.topic) if isinstance(arrival.topic, str) else None
    if split is None:
        raise CannotDecode("bad_topic", "not a topic of ProBot")
    base, topic = split
    updates = decode(known, replace(arrival, topic=topic))
    for update in updates:
        if update.heard is not None:
            topics.note(update.thing.partition("/")[2], base)
    return [
        replace(update, base=base) if isinstance(update, TelemetryLine) else update
        for update in updates
    ]


# A robot repeats its line until a value changes.
@lru_cache(maxsize=1024)
def _telemetry(payload: bytes) -> tuple[str, Values]:
    fields = _text(payload).split(",")
    if len(fields) != 6:
        raise CannotDecode("field_count", "not six fields")
    robot = _robot(fields[0])
    raw = number(fields[1])
    # An angle of exactly 0 comes as NaN too: the robot's program takes it for none.
    angle = None if fields[2] == "NaN" else number(fields[2]) - 90
    try:
        routine = _ROUTINES[fields[3]]
    except KeyError:
        raise CannotDecode("bad_enum", "not a state of the routine") from None
    rtt = None if fields[4] == "None" else number(fields[4])
    if rtt is not None and rtt < 0:
        raise CannotDecode("bad_number", "the latency is negative")
    try:
        IPv4Address(fields[5])
    except ValueError as why:
        raise CannotDecode("bad_ip", "not an IPv4 address") from why
    batt = max(0, min(100, raw))
    batt_raw = None if batt == raw else raw
    return robot, Values(batt, batt_raw, angle, routine, rtt, fields[5])


def _status(payload: bytes) -> tuple[str, bool]:
    text = _text(payload)
    fields = text.split("/")
    if text.startswith("<"):  # markup, whose own slash is no separator
        raise CannotDecode("bad_robot_id", "not the name of a ProBot")
    if len(fields) != 2:
        raise CannotDecode("field_count", "not two fields")
    robot = _robot(fields[0])
    if fields[1] not in ("Online", "Offline"):
        raise CannotDecode("bad_enum", "neither Online nor Offline")
    return robot, fields[1] == "Online"


def _text(payload: bytes) -> str:
    if not payload:
        raise CannotDecode("empty", "empty")
    try:
        return payload.decode()
    except UnicodeDecodeError as why:
        raise CannotDecode("not_utf8", "the payload is not UTF-8") from why


def _robot(name: str) -> str:
    if not is_robot(name):
        raise CannotDecode("bad_robot_id", "not the name of a ProBot")
    return name


def _check_known(robot: str, known: frozenset[str] | None) -> None:
    if known is not None and robot not in known:
        raise CannotDecode("unknown_robot", f"{robot} is not among the robots of the settings")
