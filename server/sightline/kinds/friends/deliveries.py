"""Count what came of each device's messages: used, doubtful, left out, refused. Pure.

A message that did not do what its sender meant is nobody's guess: anybody who looks at a friend,
and an admin who looks for a device that shows nowhere, is told what was heard of it and why it did
not count. By MQTT, by HTTP and by import alike.

The hot path pays one look into a dictionary and one addition for a fix (`located`); what else there
is to count happens seldom. Devices of which nothing was ever taken are counted apart, fewer of
them and a few of each user, so that no flood of made-up names pushes out those that are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from heapq import nlargest
from itertools import chain
from typing import Protocol

import msgspec

from sightline.kinds.friends.address import Address, address
from sightline.kinds.friends.device_reports import DeviceReport
from sightline.kinds.friends.updates import (
    CardNamed,
    Located,
    PhoneLost,
    PhoneTransition,
    PhoneWaypoint,
)
from sightline.model.kind import Arrival, CannotDecode, State, id_of
from sightline.model.text import clean

MOST = 20_000
"""Devices that are counted …"""
MOST_STRANGERS = 2_000
"""… and those of which nothing was ever taken, …"""
MOST_OF_USER = 100
"""… so many of one user."""
_WHY = 200  # characters

ReadTopic = Callable[[str | bytes], Address]


class Entry(Protocol):
    """What the world knows of a thing."""

    @property
    def state(self) -> State | None:
        """Return its present state."""


Lookup = Callable[[str], Entry | None]
Report = PhoneTransition | PhoneLost | CardNamed | PhoneWaypoint | DeviceReport
REPORTS: tuple[type[Report], ...] = (
    PhoneTransition,
    PhoneLost,
    CardNamed,
    PhoneWaypoint,
    DeviceReport,
)
"""What devices say besides fixes."""


class DeviceCounts(msgspec.Struct, gc=False):
    """The counts of one device. ``reports`` are messages that are no fixes; ``why`` is the last
    reason for which something was not used, ``at`` (epoch s) when, ``via`` by which way it came.
    """

    fixes: int = 0
    reports: int = 0
    doubtful: int = 0
    left_out: int = 0
    refused: int = 0
    why: str = ""
    via: str = ""
    at: float = 0.0

    def note(self, why: str, at: float, via: str) -> None:
        """Remember why something was not used."""
        self.why, self.at, self.via = clean(why[:_WHY], _WHY), at, via

    def shown(self, thing: str, friend: bool) -> DeviceFigures:
        """Return the counts as they are told."""
        return DeviceFigures(
            device=id_of(thing),
            friend=friend,
            heard=self.fixes + self.reports + self.refused,
            used=self.fixes - self.doubtful,
            doubtful=self.doubtful,
            left_out=self.left_out,
            refused=self.refused,
            why=self.why,
            at=round(self.at, 3) if self.why else None,
            via=self.via,
        )


class DeviceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one device's messages since the server was started.

    ``heard`` messages; of their fixes some were ``used``, some are ``doubtful``: they cannot be
    right. ``left_out``: optional parts that made no sense, of messages that were taken.
    ``refused``: whole messages. ``why`` is the last reason, ``at`` (epoch s) when it was, ``via``
    where that came from: a broker's name, ``http`` or ``import``. ``friend``: it is one that is
    known, by anything that was ever taken of it.
    """

    device: str
    friend: bool = False
    heard: int
    used: int
    doubtful: int
    left_out: int
    refused: int
    why: str = ""
    at: float | None = None
    via: str = ""


class Deliveries:
    """The counts of all devices, by the keys of their friends.

    ``lookup`` finds a thing in the world. ``read`` knows the topics.
    """

    def __init__(
        self,
        lookup: Lookup,
        read: ReadTopic = address,
        *,
        most: int = MOST,
        strangers: int = MOST_STRANGERS,
    ) -> None:
        self._lookup = lookup
        self._read = read
        self._most = most
        self._most_strangers = strangers
        self._known: dict[str, DeviceCounts] = {}
        self._strangers: dict[str, DeviceCounts] = {}
        self._of_user: Counter[str] = Counter()  # strangers
        self.forgotten = 0
        """Devices whose counts were let go of, because there are too many."""

    def __len__(self) -> int:
        return len(self._known) + len(self._strangers)

    # -- what happens

    def located(self, fix: Located) -> None:
        """Count a fix, after it was folded."""
        if fix.retained:
            return  # the broker's copy of what was counted before
        thing = fix.thing
        counts = self._known.get(thing)
        if counts is None:
            counts = self._met(thing)
        counts.fixes += 1
        if fix.dropped:
            self._left_out(counts, fix.dropped, fix.friend.at or 0.0, fix.friend.source or "")
        entry = self._lookup(thing)
        if entry is None or (doubt := getattr(entry.state, "doubt", None)) is None:
            return  # as nearly always
        if doubt.at == fix.friend.at:
            counts.doubtful += 1
            counts.note(doubt.why, doubt.at, fix.friend.source or "")

    def reported(self, report: Report, at: float = 0.0) -> None:
        """Count another message. ``at`` is when it came, epoch s, for what was left out."""
        if getattr(report, "retained", False):
            return
        counts = self._of(f"friend/{id_of(report.thing)}")
        counts.reports += 1
        if report.dropped:
            self._left_out(counts, report.dropped, getattr(report, "at", None) or at, "")

    def refused(self, arrival: Arrival, why: CannotDecode) -> None:
        """Count a message that was not taken, if its topic tells whose it is."""
        thing = self._whose(arrival.topic)
        if thing is None:
            return
        counts = self._known.get(thing) or self._stranger(thing)
        if counts is None:
            return
        counts.refused += 1
        counts.note(why.why, arrival.at, arrival.source)

    def left_out(self, thing: str, why: str, at: float, via: str = "") -> None:
        """Count an optional part that turned out to make no sense later: a picture that is none."""
        counts = self._of(thing)
        counts.left_out += 1
        counts.note(why, at, via)

    def brought(self, thing: str, more: DeviceFigures) -> None:
        """Add what an import counted."""
        counts = self._of(thing)
        counts.fixes += more.used + more.doubtful
        counts.reports += max(0, more.heard - more.used - more.doubtful - more.refused)
        counts.doubtful += more.doubtful
        counts.left_out += more.left_out
        counts.refused += more.refused
        if more.why:
            counts.note(more.why, more.at or 0.0, more.via or "import")

    def forget(self, thing: str) -> None:
        """Forget a friend who is erased."""
        self._known.pop(thing, None)
        if self._strangers.pop(thing, None) is not None:
            self._of_user[_user(thing)] -= 1

    # -- what is told

    def of(self, thing: str) -> DeviceFigures | None:
        """Return the counts of one device; None: nothing was heard of it."""
        counts = self._known.get(thing) or self._strangers.get(thing)
        return None if counts is None else counts.shown(thing, self._is_there(thing))

    def latest(self, most: int) -> list[DeviceFigures]:
        """Return the counts of so many devices: those with the newest trouble, then any reports."""
        everybody = chain(self._strangers.items(), self._known.items())
        found = nlargest(most, everybody, key=lambda one: one[1].at)
        return [counts.shown(thing, self._is_there(thing)) for thing, counts in found]

    def _is_there(self, thing: str) -> bool:
        entry = self._lookup(thing)
        return entry is not None and entry.state is not None

    # -- within

    def _of(self, thing: str) -> DeviceCounts:
        return self._known.get(thing) or self._met(thing)

    def _met(self, thing: str) -> DeviceCounts:
        counts = self._strangers.pop(thing, None)
        if counts is not None:
            self._of_user[_user(thing)] -= 1
        elif len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
            self.forgotten += 1
        self._known[thing] = counts = counts or DeviceCounts()
        return counts

    def _stranger(self, thing: str) -> DeviceCounts | None:
        counts = self._strangers.get(thing)
        if counts is not None:
            return counts
        user = _user(thing)
        if self._of_user[user] >= MOST_OF_USER:
            self.forgotten += 1
            return None
        if len(self._strangers) >= self._most_strangers:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            self._of_user[_user(oldest)] -= 1
            self.forgotten += 1
            self._of_user += Counter()  # without those that have none any more
        self._of_user[user] += 1
        self._strangers[thing] = counts = DeviceCounts()
        return counts

    def _left_out(self, counts: DeviceCounts, dropped: int, at: float, via: str) -> None:
        counts.left_out += dropped
        parts = "an optional part" if dropped == 1 else f"{dropped} optional parts"
        counts.note(f"{parts} of a message made no sense", at, via)

    def _whose(self, topic: str | bytes) -> str | None:
        """Return the friend whose topic this is; also below it, where nothing is read."""
        if isinstance(topic, bytes):
            return None
        for name in (topic, "/".join(topic.split("/")[:-1])):
            try:
                return self._read(name).friend
            except CannotDecode:
                continue
        return None


def _user(thing: str) -> str:
    return thing.split("/", 2)[1]
