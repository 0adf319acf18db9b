"""Encode what a ProBot is told: topics and payloads, exactly as its program reads them.

The robot has no dead-man's switch, and a ``keys`` payload without exactly four numbers ends its
balance loop: so nothing leaves here but the grammar, and no topic is made of anything but a checked
name. An *empty* payload on ``keys`` fells it too, which is why a retained one is not cleared there
in the usual way.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sightline.kinds.probots.model import is_robot

MOST = 0.75
"""The most a key may say."""
STOP = b"0 0 0 0"
"""The robot's own form of standing still."""
START_ROUTINE = b'"start"'
STOP_ROUTINE = b'"stop"'
SHUTDOWN = b"shutdown"
FILTERS = ("keys/+", "MainRoutine/+", "shutdownProBot/+")
"""Where commands are heard; a robot reads no other topic. A base may stand before each of them."""
PREFIXES = tuple(name[:-1] for name in FILTERS)

_ORDERS = ("keys", "MainRoutine", "shutdownProBot")
_KEYS = re.compile(rb"(?:0 0 0 0|0\.[0-7][0-9](?: 0\.[0-7][0-9]){3})\Z")


class BadCommand(ValueError):
    """Nothing that a robot could be told; the text says why."""


class Keys(NamedTuple):
    """How far each of the four keys is pressed, 0 to `MOST`, in steps of 0.01."""

    up: float = 0.0
    down: float = 0.0
    left: float = 0.0
    right: float = 0.0

    @property
    def moving(self) -> bool:
        """Tell whether the robot is to move."""
        return any(self)


def keys(up: object, down: object, left: object, right: object) -> Keys:
    """Clamp keys from outside. Raises `BadCommand` for what is no finite number."""
    return Keys(_key(up), _key(down), _key(left), _key(right))


def payload(pressed: Keys) -> bytes:
    """Return the bytes for ``keys/ProBotN``."""
    if not pressed.moving:
        return STOP
    payload = b"%.2f %.2f %.2f %.2f" % pressed
    if _KEYS.match(payload) is None:
        raise BadCommand("not four keys")
    return payload


def is_stop(payload: bytes) -> bool:
    """Tell whether this payload on ``keys`` holds a robot still.

    What the robot cannot read does not.
    """
    numbers = payload.split(b" ")
    try:
        return len(numbers) == 4 and not any(float(number) for number in numbers)
    except ValueError:
        return False


def is_harmless(topic: str, payload: bytes) -> bool:
    """Tell whether ``payload`` may stay with the broker on this command topic.

    That is a stop on ``keys``, and nothing on the others, where nothing is an empty payload.
    """
    return is_stop(payload) if is_keys(topic) else not payload


def clearing(topic: str) -> bytes:
    """Return the payload that replaces a retained message on this command topic."""
    return STOP if is_keys(topic) else b""


def is_keys(topic: str) -> bool:
    """Tell whether a command topic, below whatever base, is one for keys."""
    return topic.startswith("keys/") or _order(topic) == "keys"


def keys_topic(robot: str, base: str = "") -> str:
    """Tell where ``robot`` hears its keys. Raises `BadCommand` for no robot's name."""
    return base + "keys/" + _robot(robot)


def routine_topic(robot: str, base: str = "") -> str:
    """Tell where it hears what to do with its main routine. Raises `BadCommand`."""
    return base + "MainRoutine/" + _robot(robot)


def shutdown_topic(robot: str, base: str = "") -> str:
    """Tell where it hears that it shall shut down. Raises `BadCommand`."""
    return base + "shutdownProBot/" + _robot(robot)


def robot_of(topic: str) -> str | None:
    """Return the robot a command topic belongs to; None when it is no robot's."""
    name = topic.rpartition("/")[2]
    return name if is_robot(name) and _order(topic) in _ORDERS else None


def base_of(topic: str) -> str:
    """Return what stands before the last two levels of a command topic: its base."""
    first = topic.rpartition("/")[0].rpartition("/")
    return first[0] + first[1]


def _order(topic: str) -> str:
    return topic.rpartition("/")[0].rpartition("/")[2]


def _robot(name: str) -> str:
    if not is_robot(name):
        raise BadCommand("not the name of a ProBot")
    return name


def _key(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise BadCommand("a key is a number from 0 to 0.75")
    if value in (float("inf"), float("-inf")):
        raise BadCommand("a key is a finite number")
    if value <= 0:
        return 0.0
    return MOST if value >= MOST else round(float(value), 2)
