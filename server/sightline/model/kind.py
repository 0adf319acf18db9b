"""Define what a kind of thing is made of: arrivals in, updates out, states kept.

A kind (friends, probots, broker, …) is a folder under ``kinds/`` that turns arrivals into
readings, and says in one `Kind` all that the rest of the server must know of it. Nothing here knows
a particular kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeVar

import msgspec

Presence = Literal["live", "stale", "offline"]
Evidence = Literal["will", "silence", "broker lost"]
Role = Literal["viewer", "operator", "admin"]
GrantVerb = Literal["see", "drive", "own"]
Retention = Literal["positions", "logs", "ever"]
"""For how long history keeps something: as positions of people, as logs, or for good."""

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


class Clues(msgspec.Struct, frozen=True, gc=False):
    """By what a client of the broker is known to feed a thing.

    ``name`` is its user or client id, letter by letter. ``user`` is its user in any case; if a user
    has several devices, ``device`` is named in the client id, or the client id is both in one word.
    ``address`` is where the thing says it is.
    """

    name: str = ""
    user: str = ""
    device: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingType:
    """All that a kind says of one type of its things: of those whose keys begin with ``name/``.

    What is left out is the careful choice: admins alone see it, nothing of it is granted, kept
    over a restart or sampled, and it counts against the capacity of the world.
    """

    name: str
    plural: str
    """What people call them: friends."""
    levels: int = 2
    """The levels of a key: 3 for ``friend/jane/phone``."""

    # -- who sees it
    granted: frozenset[GrantVerb] = frozenset()
    """What of it can be granted. With ``see`` it is seen by grants, else by role."""
    seen_by: Role = "admin"
    """The least role that sees it."""
    public: bool = False
    """It is about nobody: visitors of shared links see it, too."""
    follows: str = ""
    """It shows what a thing of this type with the same id is about, and is seen with that."""
    with_all: str = ""
    """It tells of any thing of this type, and is seen with all of them only."""
    about: int = 0
    """Its key names a thing after so many levels, and it is seen with that. 0: it names none."""
    beside: str = ""
    """Behind that thing its key may have the id of one of this type, and is then seen with both."""
    always_beside: bool = False
    """It has that always, not only perhaps."""
    owner_in_key: bool = False
    """Its key names whose it is: an account, or a thing that can be owned; else it is shared."""
    numbered: bool = False
    """Its key ends in a dot and a number, and it is seen by all who may see it without those."""
    personal: bool = False
    """It is about a person: the audit log has a pseudonym for it."""

    # -- presence and restarts
    timeouts: Timeouts | None = None
    """None: it never falls silent."""
    state: type[State] | None = None
    """What it is read back as from the store."""
    restored: bool = False
    """Its last state is kept for the next start."""
    rebased: Callable[[State, float], State] = _as_it_is
    """A state as it was kept, without times of ours that are later than now (epoch s)."""

    # -- history
    track: str = "state"
    """The sort of its entries in history, but for events."""
    retention: Retention = "logs"
    """For how long entries of that sort are kept."""
    sampled_every: float = 0.0
    """Its state goes into history when it changes, but no more often than this, s. 0: it does not:
    what goes there are the records of its updates."""
    events: frozenset[str] = frozenset()
    """Sorts of events that are told about it."""
    fenced: bool = False
    """Geofences look at it."""

    # -- room in the world
    reserve: bool = False
    """It always has room: there are few of them, whatever is sent."""
    sender: str = ""
    """It counts against a sender: this word, a slash and the first level of its id."""
    share: int = 0
    """All of them together may take the server's memory divided by this. 0: as much as there is."""

    clues: Callable[[str, State], Clues] | None = None
    """By what the client that feeds it is known, from its id and its state."""
    steady_clues: bool = False
    """They come of its id alone, so no message changes them."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A sort of events in history, kept as long as ``retention`` says.

    ``seen_as`` is a type of things: only those who may see them are told these events; empty:
    anybody who sees the thing. ``field`` of an event's body is the id of a thing of type ``names``:
    nobody is shown the event without it.
    """

    name: str
    retention: Retention = "logs"
    seen_as: str = ""
    names: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """What can be done to things of a kind, and the ``least`` role that may.

    ``owners``: done by admins and by the account that the thing belongs to (a grant ``own``).
    ``by_key``: done by those whom the key names, see `ThingType.owner_in_key`. ``lasting``: hands
    out something that goes on by itself. ``only``: to things of this type alone.
    """

    name: str
    least: Role = "viewer"
    owners: bool = False
    by_key: bool = False
    lasting: bool = False
    only: str = ""


class PastEntry(NamedTuple):
    """An entry of a thing's track in history, and when it is looked at (``then``, epoch s).

    ``tst`` is the time by the sender's clock, ``at`` our receipt, ``present`` the state of today.
    """

    thing: str
    tst: float
    at: float
    body: bytes
    then: float
    present: State | None


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KindSetup:
    """What a starting server gives a kind: the section of the settings that has the kind's name,
    and objects that the kind shares with other parts.
    """

    settings: object = None
    parts: Sequence[object] = ()

    def part(self, sort: type[T]) -> T | None:
        """Find the object of this type; None: there is none."""
        return next((each for each in self.parts if isinstance(each, sort)), None)

    def timeouts(self, usual: Timeouts) -> Timeouts:
        """Read the timeouts of the settings; ``usual`` where they say nothing."""
        return Timeouts(
            getattr(self.settings, "stale_after", usual.stale_after),
            getattr(self.settings, "offline_after", usual.offline_after),
        )


def decode_nothing(arrival: Arrival) -> Iterable[Update]:
    """Refuse: of this kind no message tells."""
    raise CannotDecode("bad_topic", "nobody listens to this topic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Everything that a kind of thing says of itself; `sightline.kinds.ALL` lists all kinds.

    ``filters`` are the MQTT subscriptions it needs (filter, QoS). ``roots`` are the first topic
    levels it answers for. ``decode`` returns updates or raises `CannotDecode`, nothing else.
    ``things`` are the types of things it makes.
    """

    name: str
    things: Sequence[ThingType]
    filters: Sequence[tuple[str, int]] = ()
    roots: frozenset[str] = frozenset()
    decode: Callable[[Arrival], Iterable[Update]] = decode_nothing
    events: Sequence[EventType] = ()
    verbs: Sequence[Verb] = ()
    commands: Sequence[str] = ()
    """Filters of the topics that command it: nobody publishes there by hand."""
    redact: Callable[[Arrival], Arrival] | None = None
    """Returns a message as it may be shown and archived."""
    past: Callable[[PastEntry], State | None] | None = None
    """Makes a state of an entry of history whose body is no state. None: all bodies are."""
    set_up: Callable[[KindSetup], Kind] | None = None
    """Returns the kind as a starting server uses it. None: as it is."""

    def ready(self, setup: KindSetup) -> Kind:
        """Return this kind as a starting server uses it."""
        return self if self.set_up is None else self.set_up(setup)

    @property
    def timeouts(self) -> dict[str, Timeouts]:
        """Tell how long its things may be silent, by type."""
        return {each.name: each.timeouts for each in self.things if each.timeouts is not None}

    @property
    def states(self) -> dict[str, type[State]]:
        """Tell what is kept of its things from one start of the server to the next, by type."""
        return {each.name: each.state for each in self.things if each.restored and each.state}


def kind_of(thing: str) -> str:
    """Return the kind in a thing's key."""
    return thing.partition("/")[0]


def id_of(thing: str) -> str:
    """Return the id in a thing's key."""
    return thing.partition("/")[2]


def timeouts_of(kinds: Iterable[Kind]) -> dict[str, Timeouts]:
    """Collect how long things of all ``kinds`` may be silent, by the first level of their keys."""
    return {name: each for kind in kinds for name, each in kind.timeouts.items()}


def states_of(kinds: Iterable[Kind]) -> dict[str, type[State]]:
    """Collect the states of all ``kinds`` that are kept over a restart, likewise."""
    return {name: each for kind in kinds for name, each in kind.states.items()}
