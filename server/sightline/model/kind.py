"""Define what a kind of thing is made of: arrivals in, updates out, states kept.

A kind (friends, probots, broker, …) is a folder under ``kinds/`` that turns arrivals into
readings. Nothing here knows a particular kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec

Presence = Literal["live", "stale", "offline"]
Evidence = Literal["will", "silence", "broker lost"]

WEIGHT = 1_000
"""What any thing takes besides its own fields, bytes: its key in the tables that know it."""
_encode = msgspec.json.encode


class CannotDecode(Exception):
    """An arrival that says nothing usable.

    ``counter`` is the reason as a short stable word (``not_json``, ``lat_range``); it names the
    counter in /metrics and on the page. ``why`` is for people. ``private``: nothing of the message
    may be shown, it may hold a password.
    """

    private = False
    ahead: float | None = None
    """By how many seconds its sender's clock would be ahead of ours, if that is the reason."""

    def __init__(self, counter: str, why: str = "") -> None:
        super().__init__(counter, why)
        self.counter = counter
        self.why = why or counter.replace("_", " ")


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One MQTT message (or HTTP post) and when it reached us.

    ``topic`` is text, or the raw bytes where the sender broke UTF-8. ``at`` is our receipt time in
    epoch seconds. ``source`` names where it came from: a broker's name in the settings.
    """

    topic: str | bytes
    payload: bytes
    retain: bool
    qos: int
    at: float
    source: str = "main"


class State(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The present state of one thing, as the browser gets it. Absent means unknown."""

    @property
    def weight(self) -> int:
        """Return the memory that the thing and all kept along with it take, in bytes, about.

        Kinds that change with every message say so in a cheaper way.
        """
        return WEIGHT + 3 * len(_encode(self))

    def shown(self) -> State:
        """Return the state as browsers get it."""
        return self


class Present(State, frozen=True, omit_defaults=True, kw_only=True):
    """A state of something that can fall silent.

    ``presence`` is ``live`` while it is heard; ``evidence`` says why we think it is not.
    ``presence`` has no default, so that it always appears on the wire.
    """

    presence: Presence
    evidence: Evidence | None = None


class Update(Protocol):
    """A change that an arrival makes to one thing: a fold from the state before to the state after.

    One that belongs into history has a ``record``, too (`sightline.model.record.Record` or None).
    """

    @property
    def thing(self) -> str:
        """Return the thing's key: its kind, a slash, its id (``friend/jane/phone``)."""

    @property
    def heard(self) -> float | None:
        """Return when this proves the thing was alive (epoch s); None when it proves nothing.

        A will is no sign of life; a retained fix proves life at the time of the fix only.
        """

    @property
    def dropped(self) -> int:
        """Return how many optional fields were left out because they made no sense."""

    def onto(self, before: State | None) -> State | None:
        """Return the state after this update: ``before`` itself for no change, None to remove the
        thing.
        """


class Silence(msgspec.Struct, frozen=True):
    """A thing that was not heard for its kind's set time."""

    thing: str
    presence: Presence
    evidence: Evidence
    heard: float | None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Mark the state as silent. Silence never makes anything more alive than it was."""
        if not isinstance(before, Present) or before.presence in ("offline", self.presence):
            return before
        return msgspec.structs.replace(before, presence=self.presence, evidence=self.evidence)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The silences after which things of a kind count as stale and as offline, in s."""

    stale_after: float
    offline_after: float


def _as_it_is(state: State, now: float) -> State:
    return state


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: where its messages come, how they are decoded, how long it may be silent.

    ``filters`` are the MQTT subscriptions it needs (filter, QoS). ``roots`` are the first topic
    levels it answers for. ``decode`` returns readings or raises `CannotDecode`, nothing else.
    ``things`` are the kinds of keys it makes (``friend``, ``face``); ``patience`` is by such kind.
    ``states`` are what is kept of them from one start of the server to the next, by such kind.
    """

    name: str
    filters: Sequence[tuple[str, int]]
    roots: frozenset[str]
    things: frozenset[str]
    decode: Callable[[Arrival], Iterable[Update]]
    patience: dict[str, Timeouts]
    states: Mapping[str, type[State]] = field(default_factory=dict)
    rebased: Callable[[State, float], State] = _as_it_is
    """A state as it was kept, without times of ours that are later than now (epoch s)."""


def kind_of(thing: str) -> str:
    """Return the kind in a thing's key."""
    return thing.partition("/")[0]


def id_of(thing: str) -> str:
    """Return the id in a thing's key."""
    return thing.partition("/")[2]


def timeouts_of(kinds: Iterable[Kind]) -> dict[str, Timeouts]:
    """Collect how long things of all ``kinds`` may be silent, by the first level of their keys."""
    return {name: each for kind in kinds for name, each in kind.patience.items()}


def states_of(kinds: Iterable[Kind]) -> dict[str, type[State]]:
    """Collect the states of all ``kinds`` that are kept over a restart, likewise."""
    return {name: each for kind in kinds for name, each in kind.states.items()}
