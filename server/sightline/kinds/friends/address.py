"""Read the topic of an OwnTracks message: who sends, and about what."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sightline.kinds.friends.names import DeviceNames
from sightline.model.kind import CannotDecode, id_of
from sightline.model.text import clean
from sightline.model.text_cache import Remembered
from sightline.model.topic import LONGEST_LEVEL, NOT_NAMES, levels

_PARTS = frozenset(
    (
        "event",
        "waypoint",
        "waypoints",
        "info",
        "cmd",
        "status",
        "step",
        "beacon",
        "dump",
        "lwt",
        "request",
    )
)


class Address(msgspec.Struct, frozen=True, gc=False):
    """The content of a topic.

    The payload's own idea of it is not believed: anybody can write that.
    """

    friend: str
    """The key of the friend: ``friend/user/device``. User and device are opaque."""
    face: str
    """The key of its picture."""
    part: str
    """The level below it (``event``, ``info``, …); empty for the base topic."""
    initials: str
    """The tracker id where none is given: the last two characters of the device."""
    heard: Callable[[bool], None] | None = None
    """Notes that the device spoke by this one of its names (``copy``: a retained message did); None
    for a device that has one name only, as nearly all."""


def is_part(level: str) -> bool:
    """Tell whether this is the last level of a topic below a device's base topic."""
    return level in _PARTS


def topics(home: str) -> list[str]:
    """Return every topic on which a device with this base topic may have left a retained
    message.
    """
    return [home, *(f"{home}/{part}" for part in sorted(_PARTS))]


def read_address(topic: str | bytes) -> Address:
    """Read ``owntracks/user/device[/part]``.

    Raises `CannotDecode`: ``bad_topic``, ``unknown_subtopic``.
    """
    return address_of(levels(topic))


def address_of(found: list[str]) -> Address:
    """Read the levels of ``owntracks/user/device[/part]``, which hold no control characters.

    Raises `CannotDecode`: ``bad_topic``, ``unknown_subtopic``.
    """
    if len(found) < 3 or not found[1] or not found[2]:
        raise CannotDecode("bad_topic", "not owntracks/user/device")
    if not NOT_NAMES.isdisjoint(found[1:3]):
        raise CannotDecode("bad_topic", "nobody is called . or ..")
    if max(map(len, found)) > LONGEST_LEVEL:
        raise CannotDecode("bad_topic", f"a level of more than {LONGEST_LEVEL} characters")
    if len(found) > 4:
        raise CannotDecode("unknown_subtopic", "more levels than OwnTracks has")
    _, user, device, part = (*found, "")[:4]
    if part == "pico":  # a small tracker's name for the base topic
        part = ""
    if part and part not in _PARTS:
        raise CannotDecode("unknown_subtopic", "not a topic of OwnTracks")
    return Address(f"friend/{user}/{device}", f"face/{user}/{device}", part, clean(device[-2:]))


MOST_TOPICS = 32_768
"""Topics that are remembered: enough for the 20,000 devices we are built for, with all their topics
in use now and then."""
address = Remembered(read_address, MOST_TOPICS).__getitem__
"""Reads a topic as `read_address` does, and remembers what it read."""


def named(found: Address, names: DeviceNames) -> Address:
    """Return an address under the canonical name of its device; learn how that is spelled here."""
    spelling = id_of(found.friend)
    name = names.of(spelling)
    heard = names.teller(name, spelling)
    if heard is None:
        return found
    initials = clean(name.rpartition("/")[2][-2:])
    return Address(f"friend/{name}", f"face/{name}", found.part, initials, heard)
