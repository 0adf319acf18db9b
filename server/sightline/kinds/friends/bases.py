"""Where phones publish: base topics by setting, each read as ``owntracks/user/device``.

A base is a topic with two wildcards, the first for the user, the second, which is the last level,
for the device: ``owntracks/+/+``, ``/owntracks/+/+`` (some senders put a slash in front),
``family/+/+``, ``fleet/berlin/+/car/+``. Of two bases the same user and device are one friend.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sightline.kinds.friends.address import (
    MOST_TOPICS,
    Address,
    address_of,
    is_part,
    named,
    read_address,
)
from sightline.kinds.friends.names import DeviceNames
from sightline.model.kind import CannotDecode, id_of
from sightline.model.text_cache import Remembered
from sightline.model.topic import check_characters

DEFAULT = ("owntracks/+/+", "/owntracks/+/+")
_LEVEL = "+"
_POSTED = "owntracks"
"""The first level of what comes by HTTP, whatever the bases are."""
_OWNTRACKS = re.compile(
    rb'"_type"\s*:\s*"(?:location|transition|waypoints?|card|lwt|status|steps|encrypted)"'
)
_NO_BASES = ("sightline", "$SYS", "telemetry", "ClientStatus", "keys", "MainRoutine")
_LOOK = 65_536  # bytes of a message that are looked at
_MOST = 32768  # devices whose bases are remembered, as many as topics are


def base_fault(base: str) -> str:
    """Say why this can be no base topic; empty: it can."""
    levels = base.split("/")
    if levels.count(_LEVEL) != 2 or levels[-1] != _LEVEL:
        return "it needs two levels of +, for the user and, at the end, for the device"
    if any(level != _LEVEL and ("+" in level or "#" in level) for level in levels):
        return "a level is a name or +"
    if levels.index(_LEVEL) == 0 or not base.strip("/").partition("/")[0].strip("+"):
        return "its first level must be a name"
    return ""


class BaseTopics:
    """The base topics of the settings; ``names`` are those of the devices."""

    def __init__(self, bases: Iterable[str] = DEFAULT, names: DeviceNames | None = None) -> None:
        self._names = names
        self._bases = [base.split("/") for base in dict.fromkeys(bases)]
        self._alone = [(number,) for number in range(len(self._bases))]  # one for all devices
        self._heard: dict[str, tuple[int, ...]] = {}  # by device: the bases it was heard on
        # Remembered, as in `address`: a topic that was read costs nothing more than ever.
        self._addresses = Remembered(self._address, MOST_TOPICS)
        self.address = self._addresses.__getitem__
        if names is not None:
            names.when_changed(self._addresses.clear)

    def homes(self, device: str) -> list[str]:
        """Return the base topics of ``user/device``: where it was heard; the first base, if never.

        A device on several bases has several: it listens on its own only, and who asks it must
        not have to know which.
        """
        heard = self._heard.get(device) or (0,)
        return [_filled(self._bases[number], device) for number in heard]

    def all_homes(self, device: str) -> list[str]:
        """Return every base topic that ``user/device`` could have."""
        return [_filled(base, device) for base in self._bases]

    def forget(self, device: str) -> None:
        """Forget where a device was heard; it is known again once its topic is read anew."""
        self._heard.pop(device, None)
        self._addresses.clear()

    def is_sent_by(self, topic: str | bytes, thing: str) -> bool:
        """Tell whether a topic is this friend's, by the name that stands in it.

        Nothing is remembered, so any thread may ask.
        """
        text = topic if isinstance(topic, str) else topic.decode("utf-8", "replace")
        levels, device = text.split("/"), id_of(thing).split("/")
        return any(_named(base, levels) == device for base in self._bases)

    def senders(self, topic: str | bytes) -> Iterator[str]:
        """Yield the friends whose this topic may be, by the names in it.

        Below any base, and below any first level: that may have been a base before. Nothing is
        remembered, so any thread may ask.
        """
        text = topic if isinstance(topic, str) else topic.decode("utf-8", "replace")
        levels = text.split("/")
        found = [_named(base, levels) for base in self._bases]
        found.append(text.removeprefix("/").split("/")[1:3])
        for device in found:
            if device is not None and len(device) == 2:
                yield f"friend/{'/'.join(device)}"

    def suggestion(self, topic: str | bytes, payload: bytes) -> str:
        """Return the base topic with which this message would be heard.

        Empty: it is heard, or is no message of OwnTracks, or on a topic that can have no base.
        """
        if not isinstance(topic, str) or _OWNTRACKS.search(payload[:_LOOK]) is None:
            return ""
        levels = topic.split("/")
        if any(_named(base, levels) is not None for base in self._bases):
            return ""
        if is_part(levels[-1]):
            levels.pop()
        base = "/".join((*levels[:-2], _LEVEL, _LEVEL))
        first = topic.removeprefix("/").partition("/")[0]
        return "" if len(levels) < 3 or first in _NO_BASES or base_fault(base) else base

    @property
    def commands(self) -> tuple[str, ...]:
        """Return filters of all topics on which phones are commanded."""
        names = ["/".join(base) for base in self._bases]
        return tuple(f"{name}/cmd{rest}" for name in names for rest in ("", "/#"))

    @property
    def filters(self) -> tuple[tuple[str, int], ...]:
        """Return what to subscribe: durable, because what phones report is history."""
        names = ["/".join(base) for base in self._bases]
        return tuple((topic, 1) for name in names for topic in (name, f"{name}/+"))

    @property
    def roots(self) -> frozenset[str]:
        """Return the first levels; posts by HTTP are of ``owntracks`` in any case."""
        return frozenset(("owntracks", *(base[0] or base[1] for base in self._bases)))

    def _address(self, topic: str | bytes) -> Address:
        """Read a topic as `_read` does, and name the device by its canonical name."""
        found = self._read(topic)
        return found if self._names is None else named(found, self._names)

    def _read(self, topic: str | bytes) -> Address:
        """Read a topic as if it were ``owntracks/user/device[/part]``. Raises `CannotDecode`."""
        if isinstance(topic, str):
            levels = topic.split("/")
            for number, base in enumerate(self._bases):
                device = _named(base, levels)
                if device is not None:
                    check_characters(topic)
                    self._remember("/".join(device), number)
                    return address_of(["owntracks", *device, *levels[len(base) :]])
            if levels[0] != _POSTED:
                raise CannotDecode("bad_topic", "below no base topic")
        return read_address(topic)

    def _remember(self, device: str, base: int) -> None:
        """Note where a device is heard: once for each of its topics, as `address` is cached."""
        known = self._heard.get(device, ())
        if base in known:
            return
        if not known and len(self._heard) >= _MOST:
            del self._heard[next(iter(self._heard))]
        self._heard[device] = (*known, base) if known else self._alone[base]


def _filled(base: list[str], device: str) -> str:
    """Return a base with a device's names in the place of its wildcards."""
    names = iter(device.split("/"))
    return "/".join(next(names) if level == _LEVEL else level for level in base)


def _named(base: list[str], levels: list[str]) -> list[str] | None:
    """User and device, by this base; None: the topic is not below it."""
    if len(levels) < len(base):
        return None
    device = []
    for part, level in zip(base, levels, strict=False):
        if part == _LEVEL:
            device.append(level)
        elif part != level:
            return None
    return device
