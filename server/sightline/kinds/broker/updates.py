"""Fold a broker's figures, and the state of our connection to it, into its state."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from sightline.kinds.broker.model import Broker
from sightline.model.kind import State
from sightline.model.link import Link

MOST_FIGURES = 200
"""Figures kept of one broker; mosquitto has about 60."""


class BrokerVersion(msgspec.Struct, frozen=True):
    """The broker's program, in its own words."""

    thing: str
    version: str
    at: float
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the broker of this version."""
        broker = _broker(before)
        if broker.version == self.version:
            return before
        return replace(broker, version=self.version, sys_at=self.at)


class Uptime(msgspec.Struct, frozen=True):
    """For how many seconds the broker has been running."""

    thing: str
    uptime: int
    at: float
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the broker, so old."""
        broker = _broker(before)
        if broker.uptime == self.uptime:
            return before
        return replace(broker, uptime=self.uptime, sys_at=self.at)


class Figure(msgspec.Struct, frozen=True):
    """A number the broker tells of itself; ``name`` is its topic below ``$SYS/broker/``."""

    thing: str
    name: str
    value: int | float
    at: float
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the broker with this figure; as it was, when it has too many already."""
        broker = _broker(before)
        kept = broker.sys or {}
        if kept.get(self.name) == self.value:
            return before
        if self.name not in kept and len(kept) >= MOST_FIGURES:
            return before
        return replace(broker, sys={**kept, self.name: self.value}, sys_at=self.at)


class LinkUpdate(msgspec.Struct, frozen=True):
    """The state of our connection to the broker named ``source`` in the settings."""

    source: str
    link: Link
    heard: None = None
    dropped: int = 0

    @property
    def thing(self) -> str:
        return "broker/" + self.source

    def onto(self, before: State | None) -> State | None:
        """Return the broker with this link; its figures stay, with their time."""
        broker = _broker(before)
        return before if broker.link == self.link else replace(broker, link=self.link)


class Trip(msgspec.Struct, frozen=True):
    """How long a message of ours took to the broker and back (ms); None: nothing came back."""

    thing: str
    trip: float | None
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the broker with this trip."""
        broker = _broker(before)
        return before if broker.trip == self.trip else replace(broker, trip=self.trip)


class Watched(msgspec.Struct, frozen=True):
    """What we found out ourselves by watching a broker: see `Broker` for each field."""

    thing: str
    rates: dict[str, float] | None = None
    sys_why: tuple[str, ...] | None = None
    log_since: float | None = None
    log_lines: int | None = None
    log_missed: int | None = None
    refusals: int | None = None
    unseen: int | None = None
    zeroes: frozenset[str] = frozenset()
    """Counters the broker never told although it tells others: they are 0."""
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the broker, with all of it."""
        broker = _broker(before)
        sys = broker.sys
        if absent := self.zeroes.difference(sys or ()):
            sys = {**dict.fromkeys(sorted(absent), 0), **(sys or {})}
        after = replace(
            broker,
            sys=sys,
            rates=self.rates,
            sys_why=self.sys_why,
            log_since=self.log_since,
            log_lines=self.log_lines,
            log_missed=self.log_missed,
            refusals=self.refusals,
            unseen=self.unseen,
        )
        return before if after == before else after


def _broker(before: State | None) -> Broker:
    return before if isinstance(before, Broker) else Broker()
