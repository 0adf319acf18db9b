"""Define what a store of history does, whatever it is made of.

Every call is made on the reactor thread and returns a Deferred that fires there; none of them holds
the reactor. Long answers come in pages, each with a mark to go on from, so that nobody ever holds a
month in memory. A store fails with `Unavailable` when trying again later may help (locked, full,
throttled, away) and with `CannotOpen` when a person has to look; anything else is a fault of ours.

What every store must keep is in ``tests/history/test_store.py``, which each of them joins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import msgspec
from twisted.internet.defer import Deferred

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.history.record import HistoryEntry, LastState

FOREVER = float("inf")
INSTANT = 1e-6
"""s: times are told apart by no less."""
MOST = 10_000
"""No page holds more entries than this, whatever was asked."""


class BadCursor(ValueError):
    """The mark of a page is none of ours; it came from outside."""


class Span(msgspec.Struct, frozen=True):
    """A part of one thing's history: its entries of one sort with ``since`` <= tst <= ``until``.

    ``newest_first`` walks back from ``until``. ``hidden``: also what was marked as wrong.
    """

    thing: str
    sort: str
    since: float = -FOREVER
    until: float = FOREVER
    newest_first: bool = False
    hidden: bool = False


class HistoryPage(msgspec.Struct, frozen=True):
    """Some entries in order. ``more`` is the mark of the next page; None: these were the last.

    A mark means something only to the store that made it, together with the same question, and
    stays good while entries come and go.
    """

    entries: Sequence[HistoryEntry]
    more: str | None = None


class StoreSize(msgspec.Struct, frozen=True):
    """How large the history is. ``oldest`` and ``newest`` are times of entries (epoch s).

    Absent (None) is what this store cannot tell cheaply.
    """

    rows: int | None = None
    bytes: int | None = None
    oldest: float | None = None
    newest: float | None = None


class Act(msgspec.Struct, frozen=True):
    """What was marked by one act of hiding: so many ``entries``, from ``first`` to ``last``."""

    undo: str
    entries: int
    first: float
    last: float


class Store(Protocol):
    """A place where history is kept."""

    name: str
    """What it is, for people and for figures: ``sqlite``, ``memory``, ``dynamodb``."""

    @property
    def trouble(self) -> str:
        """Return what is not as it should be although nothing fails, for people; empty: all is
        well.
        """

    def open(self) -> Deferred[None]:
        """Make it ready; to be called once, before anything else. Fails with `CannotOpen`."""

    def close(self) -> Deferred[None]:
        """Finish what was begun and let go of everything."""

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep entries and present states, all or none; says how many entries were new.

        When the Deferred fires everything is on disk (or with the service) for good. Entries that
        are there already change nothing, hidden ones stay hidden. The later standing of a thing
        wins, also within one call; the one without a body is removed.
        """

    def page(
        self, span: Span, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return at most ``limit`` entries, ordered by (tst, digest), from the mark ``after`` on.

        Fails with `BadCursor`. A page may be shorter than ``limit`` (even empty) although ``more``
        is set.
        """

    def scene(
        self, sort: str, at: float, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return the last entry of ``sort`` of each thing with tst <= ``at``, without the hidden
        ones.

        Ordered by thing.
        """

    def events(
        self,
        sorts: Iterable[str],
        since: float = -FOREVER,
        until: float = FOREVER,
        *,
        newest_first: bool = True,
        limit: int = 1000,
        after: str | None = None,
        scope: VisibleScope = EVERYTHING,
    ) -> Deferred[HistoryPage]:
        """Return events (`sightline.history.record.EVENTS`) of all things by time, not the hidden
        ones.

        Only what ``scope`` is shown (`sightline.history.event_visibility.shows`): the rest is
        neither given nor counted, and no mark names it.
        """

    def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Deferred[Sequence[int]]:
        """Tell how many entries lie in bounds[0] <= tst < bounds[1], in bounds[1] <= tst < …

        One number fewer than bounds; hidden ones do not count. For the days of a calendar.
        """

    def things(self) -> Deferred[Sequence[str]]:
        """Return the keys of all things that have entries, in order."""

    def hide(
        self,
        thing: str,
        sort: str,
        keys: Sequence[tuple[float, int]],
        undo: str,
        *,
        believed: bool = False,
    ) -> Deferred[int]:
        """Mark these entries, given by (tst, digest), as wrong; says how many were not before.

        ``undo`` names this act, for `unhide`; no two acts have the same. With ``believed`` they are
        marked as right instead; those that are marked at all stay as they are.
        """

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Undo `hide`; says how many entries are as they were before."""

    def acts(self, thing: str) -> Deferred[Sequence[Act]]:
        """List what was done by `hide` and not undone, by name."""

    def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Deferred[Sequence[Sequence[HistoryEntry]]]:
        """Return for each thing its last ``before`` entries with tst <= ``at`` and the first
        ``after`` later ones, oldest first, without the hidden ones.
        """

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget everything about these things, beyond recovery; says how many entries went.

        When it fires no byte of them is left in what the store keeps, backups excepted.
        """

    def purge(
        self, sort: str, before: float, own: Mapping[str, float] | None = None, most: int = 10_000
    ) -> Deferred[int]:
        """Remove entries of ``sort`` with tst < ``before``; things in ``own`` go by that time.

        At most ``most`` in one call, so that nobody waits long behind it; says how many. Call it
        again until it says 0.
        """

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states, in pages, ordered by thing; the mark of the next page or
        None.
        """

    def figures(self) -> Deferred[StoreSize]:
        """Tell how large it is."""


@runtime_checkable
class DayStore(Protocol):
    """A store that lets go of whole days (UTC) at once: entries may stay up to a day longer."""

    def drop(
        self, before: Mapping[str, float], own: Mapping[str, Mapping[str, float]]
    ) -> Deferred[int]:
        """Remove the entries of whole days before a time, by sort; says how many.

        ``own`` has other times for some things, by sort.
        """


@runtime_checkable
class LateStore(Protocol):
    """A store that several servers share, and that knows what came late."""

    def write_late(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep what waited; newer present states, which another server wrote, stay."""
