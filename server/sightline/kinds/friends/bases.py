"""Where phones publish: base topics by setting, each read as ``owntracks/user/device``.

A base is a topic with two wildcards, the first for the user, the second, which is the last level,
for the device: ``owntracks/+/+``, ``/owntracks/+/+`` (some senders put a slash in front),
``family/+/+``, ``fleet/berlin/+/car/+``. Of two bases the same user and device are one friend.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sightline.kinds.friends.address import Address, address, named
from sightline.kinds.friends.names import DeviceNames

DEFAULT = ("owntracks/+/+", "/owntracks/+/+")
_LEVEL = "+"


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
        # Remembered, as in `address`: a topic that was read costs nothing more than ever.
        self.address = lru_cache(maxsize=32768)(self._address)
        if names is not None:
            names.when_changed(self.address.cache_clear)

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
        """Read a topic as if it were ``owntracks/user/device[/part]``."""
        if isinstance(topic, str):
            levels = topic.split("/")
            for base in self._bases:
                device = _named(base, levels)
                if device is not None:
                    return address("/".join(("owntracks", *device, *levels[len(base) :])))
        return address(topic)


def _named(base: list[str], levels: list[str]) -> list[str] | None:
    """User and device, by this base; None: the topic is not below it."""
    if len(levels) < len(base):
        return None
    pairs = list(zip(base, levels, strict=False))
    if any(part not in (_LEVEL, level) for part, level in pairs):
        return None
    return [level for part, level in pairs if part == _LEVEL]
