"""Read the history of a device under all its names, as if it had always had one.

Nothing that is stored is moved when devices are merged or renamed: both names are read, merged by
time, and every entry is told under the canonical name. So a merge is done at once, whatever there
is, is never half done, and can be undone: each name has its own past again. What is written has the
canonical name already. Things with one name, as nearly all, go straight to the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from twisted.internet.defer import Deferred

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.history import cursors
from sightline.history.log.logged_store import LoggedStore
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import (
    FOREVER,
    INSTANT,
    MOST,
    Act,
    DayStore,
    HistoryPage,
    Span,
    Store,
    StoreSize,
)
from sightline.kinds.friends.names import DeviceNames
from sightline.model.kind import id_of, kind_of

_AGAIN = "names~"
"""Begins the marks of the second walk through the present states, see `NamedStore.last_states`."""


class NamedStore:
    """The same store by canonical names. ``names`` learn from it which devices there are."""

    def __init__(self, store: Store, names: DeviceNames) -> None:
        self._store = store
        self._names = names
        self.name = store.name

    @property
    def names(self) -> DeviceNames:
        """Return the names of devices that it is read by."""
        return self._names

    @property
    def trouble(self) -> str:
        """Return what is not as it should be although nothing fails."""
        return self._store.trouble

    def open(self) -> Deferred[None]:
        """Make the store ready."""
        return self._store.open()

    def close(self) -> Deferred[None]:
        """Finish what was begun."""
        return self._store.close()

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep entries and present states."""
        return self._store.write(entries, last_states)

    # -- one thing

    def page(
        self, span: Span, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return some of one thing's entries, of all its names."""
        things = self._names.things(span.thing)
        if things == (span.thing,):
            return self._store.page(span, limit, after)
        return Deferred.fromCoroutine(self._page(things, span, min(limit, MOST), after))

    async def _page(
        self, things: Sequence[str], span: Span, limit: int, after: str | None
    ) -> HistoryPage:
        """Merge a page of each name.

        Where a page of one name ends, more of that may follow: nothing behind it is told yet.
        """
        found: dict[tuple[float, int], HistoryEntry] = {}
        ends: list[tuple[float, int]] = []
        for thing in things:
            page = await self._store.page(replace(span, thing=thing), limit, after)
            for entry in page.entries:
                found.setdefault((entry.tst, entry.digest), entry)
            if page.more is not None:
                ends.append(cursors.track(page.more))
        order = sorted(found, reverse=span.newest_first)
        if ends:
            end = max(ends) if span.newest_first else min(ends)
            order = [at for at in order if (at >= end if span.newest_first else at <= end)]
        more = bool(ends) or len(order) > limit
        entries = [replace(found[at], thing=things[0]) for at in order[:limit]]
        if not more:
            return HistoryPage(entries)
        mark = cursors.of_track(entries[-1]) if entries else _track_mark(end)
        return HistoryPage(entries, mark)

    def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Deferred[Sequence[int]]:
        """Tell how many entries lie between neighbouring bounds, of all its names."""
        things = self._names.things(thing)
        if things == (thing,):
            return self._store.counts(thing, sort, bounds)

        async def count() -> Sequence[int]:
            each = [await self._store.counts(one, sort, bounds) for one in things]
            return [sum(numbers) for numbers in zip(*each, strict=True)]

        return Deferred.fromCoroutine(count())

    def hide(
        self,
        thing: str,
        sort: str,
        keys: Sequence[tuple[float, int]],
        undo: str,
        *,
        believed: bool = False,
    ) -> Deferred[int]:
        """Mark entries as wrong, or as right, whichever name they are kept under."""
        hide = self._store.hide
        return _summed(
            self._names.things(thing), lambda one: hide(one, sort, keys, undo, believed=believed)
        )

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Show again what `hide` marked, whichever name it is kept under."""
        return _summed(self._names.things(thing), lambda one: self._store.unhide(one, undo))

    def acts(self, thing: str) -> Deferred[Sequence[Act]]:
        """List what was done by `hide`, of all its names."""
        things = self._names.things(thing)
        if len(things) == 1:
            return self._store.acts(things[0])

        async def listed() -> Sequence[Act]:
            return joined_acts([act for one in things for act in await self._store.acts(one)])

        return Deferred.fromCoroutine(listed())

    def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Deferred[Sequence[Sequence[HistoryEntry]]]:
        """Return the entries on both sides of a time, of all names of each thing."""
        if not self._names.several:
            return self._store.around(things, sort, at, before, after)

        async def each(thing: str) -> Sequence[HistoryEntry]:
            past = Span(thing, sort, until=at, newest_first=True)
            earlier = (await self.page(past, before)).entries
            rest = Span(thing, sort, since=at + INSTANT)
            return [*reversed(earlier), *(await self.page(rest, after)).entries]

        async def all_of_them() -> Sequence[Sequence[HistoryEntry]]:
            return [await each(thing) for thing in things]

        return Deferred.fromCoroutine(all_of_them())

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget everything about these things, under all their names."""
        return self._store.erase([each for thing in things for each in self._names.things(thing)])

    def purge(
        self, sort: str, before: float, own: Mapping[str, float] | None = None, most: int = 10_000
    ) -> Deferred[int]:
        """Remove what is old; a time of its own holds for all names of a thing."""
        times = {
            each: time for thing, time in (own or {}).items() for each in self._names.things(thing)
        }
        return self._store.purge(sort, before, times, most)

    # -- many things

    def scene(
        self, sort: str, at: float, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return each thing's last entry at that time."""
        if not self._names.several:
            return self._store.scene(sort, at, limit, after)
        return Deferred.fromCoroutine(_scene(self._store, self._names, sort, at, limit, after))

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
        """Return events of all things that are seen, whatever they are called."""
        if scope.kinds is not None and self._names.several:
            scope = VisibleScope(scope.kinds, self._names.spread(scope.things))
        how: dict[str, Any] = {"newest_first": newest_first, "limit": limit, "after": after}
        page = self._store.events(sorts, since, until, scope=scope, **how)
        return page.addCallback(_renamed, self._names) if self._names.several else page

    def things(self) -> Deferred[Sequence[str]]:
        """Return the keys of all things that have entries."""
        found = self._store.things()
        return found.addCallback(lambda keys: sorted({self._names.thing(key) for key in keys}))

    # -- the present states

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states, those kept under canonical names first.

        What is kept under another name comes in a second walk, for a device that has nothing else.
        """
        return Deferred.fromCoroutine(self._last_states(limit, after))

    async def _last_states(
        self, limit: int, after: str | None
    ) -> tuple[Sequence[LastState], str | None]:
        if after is None:
            await self.seed()
        again = after is not None and after.startswith(_AGAIN)
        mark = after.removeprefix(_AGAIN) or None if after is not None and again else after
        some, more = await self._store.last_states(limit, mark)
        found = []
        for each in some:
            name = self._names.thing(each.thing)
            if (name != each.thing) == again:
                found.append(replace(each, thing=name) if again else each)
        if more is not None:
            return found, f"{_AGAIN}{more}" if again else more
        return found, None if again or not self._names.several else _AGAIN

    async def seed(self) -> None:
        """Tell the names which devices were known before this start."""
        for key in await self._store.things():
            if kind_of(key) == "friend" and key.count("/") == 2:
                self._names.seed(id_of(key))

    def figures(self) -> Deferred[StoreSize]:
        """Tell how large the store is."""
        return self._store.figures()


class _NamedDays:
    """The same store's way to let go of whole days, by canonical names."""

    def __init__(self, store: DayStore, names: DeviceNames) -> None:
        self._store = store
        self._names = names

    def drop(
        self, before: Mapping[str, float], own: Mapping[str, Mapping[str, float]]
    ) -> Deferred[int]:
        """Let go of whole days (`DayStore`)."""
        things = self._names.things
        return self._store.drop(
            before,
            {
                sort: {name: at for thing, at in each.items() for name in things(thing)}
                for sort, each in own.items()
            },
        )


def day_store(store: Store) -> DayStore | None:
    """Return what lets go of whole days, if the store has that."""
    if isinstance(store, NamedStore):
        inner = store._store
        if isinstance(inner, LoggedStore):
            inner = inner.inner
        return _NamedDays(inner, store.names) if isinstance(inner, DayStore) else None
    return store if isinstance(store, DayStore) else None


def _track_mark(at: tuple[float, int]) -> str:
    """Return the mark behind an entry that is not told itself."""
    return f"{at[0]!r}_{at[1]:x}"


async def _newer(store: Store, things: Sequence[str], entry: HistoryEntry, at: float) -> bool:
    """Tell whether another name of the thing has a later entry, or the same and goes first."""
    mine = (entry.tst, entry.digest, entry.thing)
    for thing in things:
        if thing != entry.thing:
            span = Span(thing, entry.sort, until=at, newest_first=True)
            for other in (await store.page(span, 1)).entries:
                if (other.tst, other.digest, other.thing) > mine:
                    return True
    return False


def _renamed(page: HistoryPage, names: DeviceNames) -> HistoryPage:
    """Return a page with its entries under the names of now."""
    return HistoryPage(
        [
            entry
            if (name := names.thing(entry.thing)) == entry.thing
            else replace(entry, thing=name)
            for entry in page.entries
        ],
        page.more,
    )


def joined_acts(acts: Iterable[Act]) -> list[Act]:
    """Join what one act did under several names of a device."""
    found: dict[str, Act] = {}
    for act in acts:
        if (other := found.get(act.undo)) is not None:
            first, last = min(act.first, other.first), max(act.last, other.last)
            act = Act(act.undo, act.entries + other.entries, first, last)
        found[act.undo] = act
    return [found[undo] for undo in sorted(found)]


def _summed(things: Sequence[str], work: Callable[[str], Deferred[int]]) -> Deferred[int]:
    """Do the work for each of these names of a device; return the sum of what it says."""
    if len(things) == 1:
        return work(things[0])

    async def done() -> int:
        return sum([await work(one) for one in things])

    return Deferred.fromCoroutine(done())


async def _scene(
    store: Store, names: DeviceNames, sort: str, at: float, limit: int, after: str | None
) -> HistoryPage:
    """Tell the last entry of a device once: where the name comes under which it is kept."""
    page = await store.scene(sort, at, limit, after)
    entries = []
    for entry in page.entries:
        things = names.things(entry.thing)
        if len(things) > 1 and await _newer(store, things, entry, at):
            continue
        entries.append(replace(entry, thing=things[0]))
    return HistoryPage(entries, page.more)
