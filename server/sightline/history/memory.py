"""Keep history in memory: for trying things out, and to measure the other stores against."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ParamSpec, TypeVar

from msgspec.structs import replace
from twisted.internet.defer import Deferred, execute, succeed

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.history import cursors
from sightline.history.cursors import Mark
from sightline.history.event_visibility import shows
from sightline.history.record import EVENTS, HistoryEntry, LastState
from sightline.history.store import FOREVER, INSTANT, MOST, Act, HistoryPage, Span, StoreSize

Track = tuple[str, str]  # thing, sort
P = ParamSpec("P")
T = TypeVar("T")


class MemoryStore:
    """A store in dictionaries. Beyond ``capacity`` entries the oldest ones are dropped."""

    name = "memory"
    trouble = ""

    def __init__(self, capacity: int = 100_000) -> None:
        self._capacity = capacity
        self._entries: dict[
            tuple[str, str, float, int], HistoryEntry
        ] = {}  # in the order of writing
        self._tracks: dict[Track, list[tuple[float, int]]] = {}  # each in order
        self._last_states: dict[str, LastState] = {}
        self._hidden: dict[tuple[str, str], list[tuple[str, str, float, int]]] = {}

    def open(self) -> Deferred[None]:
        """Fire at once: there is nothing to open."""
        return succeed(None)

    def close(self) -> Deferred[None]:
        """Fire at once: there is nothing to close."""
        return succeed(None)

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep entries and present states."""
        return execute(self._write, entries, last_states)

    def _write(self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]) -> int:
        new = 0
        for entry in entries:
            if entry.key not in self._entries:
                new += 1
                self._entries[entry.key] = entry
                track = self._tracks.setdefault((entry.thing, entry.sort), [])
                insort(track, (entry.tst, entry.digest))
        while len(self._entries) > self._capacity:
            self._drop(next(iter(self._entries)))
        for last in last_states:
            there = self._last_states.get(last.thing)
            if last.beside and there is not None and there.at > last.at:
                continue
            if last.body is None:
                self._last_states.pop(last.thing, None)
            else:
                self._last_states[last.thing] = last
        return new

    def _drop(self, key: tuple[str, str, float, int]) -> None:
        del self._entries[key]
        track = self._tracks[key[:2]]
        del track[bisect_left(track, key[2:])]
        if not track:
            del self._tracks[key[:2]]

    def page(
        self, span: Span, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return some of one thing's entries."""
        return execute(self._page, span, limit, after)

    def _page(self, span: Span, limit: int, after: str | None) -> HistoryPage:
        track = self._tracks.get((span.thing, span.sort), [])
        first = bisect_left(track, (span.since, -1))
        last = bisect_right(track, (span.until, cursors.LAST))
        if after is not None:
            tst, digest = cursors.track(after)
            if span.newest_first:
                last = min(last, bisect_left(track, (tst, digest)))
            else:
                first = max(first, bisect_right(track, (tst, digest)))
        places = range(last - 1, first - 1, -1) if span.newest_first else range(first, last)
        found = (self._entries[span.thing, span.sort, *track[place]] for place in places)
        return _cut((e for e in found if span.hidden or not e.hidden), limit, cursors.of_track)

    def scene(
        self, sort: str, at: float, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return each thing's last entry at that time."""
        things = sorted(t for t, s in self._tracks if s == sort and (after is None or t > after))

        def found() -> Iterable[HistoryEntry]:
            for thing in things:
                span = Span(thing, sort, until=at, newest_first=True)
                yield from self._page(span, 1, None).entries

        return execute(lambda: _cut(found(), limit, lambda entry: entry.thing))

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
        """Return events of all things that are seen."""
        wanted = EVENTS & set(sorts)

        def find() -> HistoryPage:
            found = sorted(
                (
                    entry
                    for entry in self._entries.values()
                    if entry.sort in wanted
                    and since <= entry.tst <= until
                    and not entry.hidden
                    and shows(scope, entry)
                ),
                key=cursors.event_order,
                reverse=newest_first,
            )
            if after is not None:
                mark: Mark = cursors.event(after)
                found = [
                    entry
                    for entry in found
                    if (
                        cursors.event_order(entry) < mark
                        if newest_first
                        else cursors.event_order(entry) > mark
                    )
                ]
            return _cut(found, limit, cursors.of_event)

        return execute(find)

    def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Deferred[Sequence[int]]:
        """Tell how many entries lie between neighbouring bounds."""

        def count() -> Sequence[int]:
            numbers = [0] * (len(bounds) - 1)
            for tst, digest in self._tracks.get((thing, sort), []):
                place = bisect_right(bounds, tst) - 1
                if 0 <= place < len(numbers) and not self._entries[thing, sort, tst, digest].hidden:
                    numbers[place] += 1
            return numbers

        return execute(count)

    def things(self) -> Deferred[Sequence[str]]:
        """Return the keys of all things that have entries."""
        return succeed(sorted({thing for thing, _ in self._tracks}))

    def hide(
        self,
        thing: str,
        sort: str,
        keys: Sequence[tuple[float, int]],
        undo: str,
        *,
        believed: bool = False,
    ) -> Deferred[int]:
        """Mark entries as wrong, or as right."""

        def marked(entry: HistoryEntry) -> bool:
            return entry.hidden or (believed and entry.believed)

        def hide() -> int:
            found = [(thing, sort, *key) for key in keys]
            shown = [k for k in found if k in self._entries and not marked(self._entries[k])]
            for key in shown:
                entry = self._entries[key]
                self._entries[key] = replace(entry, hidden=not believed, believed=believed)
            self._hidden.setdefault((thing, undo), []).extend(shown)
            return len(shown)

        return execute(hide)

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Show hidden entries again."""

        def unhide() -> int:
            keys = [k for k in self._hidden.pop((thing, undo), []) if k in self._entries]
            for key in keys:
                self._entries[key] = replace(self._entries[key], hidden=False, believed=False)
            return len(keys)

        return execute(unhide)

    def acts(self, thing: str) -> Deferred[Sequence[Act]]:
        """List the acts of hiding."""
        found = []
        for (of, undo), keys in sorted(self._hidden.items()):
            times = [key[2] for key in keys if key in self._entries]
            if of == thing and times:
                found.append(Act(undo, len(times), min(times), max(times)))
        return succeed(found)

    def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Deferred[Sequence[Sequence[HistoryEntry]]]:
        """Return the entries on both sides of a time."""

        def around() -> Sequence[Sequence[HistoryEntry]]:
            found = []
            for thing in things:
                past = Span(thing, sort, until=at, newest_first=True)
                rest = Span(thing, sort, since=at + INSTANT)
                earlier = self._page(past, before, None).entries
                found.append([*reversed(earlier), *self._page(rest, after, None).entries])
            return found

        return execute(around)

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget all entries of these things."""

        def erase() -> int:
            removed = set(things)
            keys = [key for key in self._entries if key[0] in removed]
            for key in keys:
                self._drop(key)
            for thing in removed:
                self._last_states.pop(thing, None)
            self._hidden = {k: v for k, v in self._hidden.items() if k[0] not in removed}
            return len(keys)

        return execute(erase)

    def purge(
        self, sort: str, before: float, own: Mapping[str, float] | None = None, most: int = 10_000
    ) -> Deferred[int]:
        """Remove what is old."""

        def purge() -> int:
            old = [
                key
                for key in self._entries
                if key[1] == sort and key[2] < (own or {}).get(key[0], before)
            ][:most]
            for key in old:
                self._drop(key)
            return len(old)

        return execute(purge)

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states."""
        things = sorted(thing for thing in self._last_states if after is None or thing > after)
        some = things[: min(limit, MOST)]
        more = some[-1] if len(things) > len(some) else None
        return succeed(([self._last_states[thing] for thing in some], more))

    def figures(self) -> Deferred[StoreSize]:
        """Tell how large it is."""
        times = [tst for track in self._tracks.values() for tst, _ in (track[0], track[-1])]
        return succeed(
            StoreSize(
                rows=len(self._entries),
                bytes=None,
                oldest=min(times, default=None),
                newest=max(times, default=None),
            )
        )


def _cut(
    found: Iterable[HistoryEntry], limit: int, mark: Callable[[HistoryEntry], str]
) -> HistoryPage:
    """Return the first of them, and the mark of the last when there are more."""
    limit = min(limit, MOST)
    entries: list[HistoryEntry] = []
    for entry in found:
        if len(entries) == limit:
            return HistoryPage(entries, mark(entries[-1]) if entries else None)
        entries.append(entry)
    return HistoryPage(entries)
