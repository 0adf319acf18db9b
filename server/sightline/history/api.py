"""The desk that answers what is asked of history: ``/api/1/history``, ``scene``, ``events``, …

Whatever is told here, `sightline.auth.permissions` was asked first: history shows to nobody what they
may not see now. What may be long is streamed; the reactor has it back after each page.
"""

from __future__ import annotations

import heapq
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Protocol, TypeVar

import msgspec

from sightline.auth.api_call import UNKNOWN, Call, Denied, Reply, Route
from sightline.auth.permissions import User, may, may_recall, visitor
from sightline.history import query_params, tracks
from sightline.history.formats.table import FORMATS
from sightline.history.openapi import document
from sightline.history.record import EVENTS, HistoryEntry
from sightline.history.store import BadCursor, Span, Store
from sightline.journal.trouble import Degraded
from sightline.live import protocol
from sightline.model.faults import Unavailable
from sightline.model.kind import State, id_of, kind_of

TRACKS = ("fix", "state", "figures", "region")
"""The sorts whose last entries make a scene."""
STREAMS = 32
"""Long answers at once, of everybody together."""
_THINGS = 500  # at a time
_MOST_EVENTS = 1000
_MOST_PAGES = 20  # of events looked through for those that may be seen, in one call

T = TypeVar("T")
Show = Callable[[HistoryEntry, float], State | None]
"""The state that an entry made of its thing, as it looked at that time (epoch s)."""


class PresentWorld(Protocol):
    """The present."""

    def state(self, key: str) -> State | None:
        """A thing's state; None when there is no such thing."""

    def __iter__(self) -> Iterator[tuple[str, State]]:
        """All things."""


class HistoryApi:
    """``show`` makes states of entries; ``wall`` gives epoch s."""

    def __init__(
        self, store: Store, world: PresentWorld, show: Show, wall: Callable[[], float]
    ) -> None:
        self._store = store
        self._world = world
        self._show = show
        self._wall = wall
        self._streams = 0

    def routes(self) -> list[Route]:
        """What is answered here."""
        asked: list[tuple[str, Callable[[Call], Awaitable[Reply]]]] = [
            ("/things", self.things),
            ("/scene", self.scene),
            ("/events", self.events),
            ("/openapi.json", self.openapi),
        ]
        for path, do in (
            ("/things", self.thing),
            ("/history", self.history),
            ("/days", self.days),
        ):
            asked += [(f"{path}/{{kind}}/{{id}}", do), (f"{path}/{{kind}}/{{group}}/{{id}}", do)]
        return [Route("GET", path, "visitor", do) for path, do in asked]

    # -- now

    async def things(self, call: Call) -> Reply:
        """Every thing one may see, as it is now; of one ``kind`` only, if asked."""
        user, kind = call.who.user, call.query.get("kind")
        seen = [
            key
            for key, _ in self._world
            if (kind is None or kind_of(key) == kind) and user.sight.sees(key)
        ]

        async def pieces() -> AsyncGenerator[bytes, None]:
            yield b'{"ok":true,"things":['
            said = False
            for first in range(0, len(seen), _THINGS):
                states = ((key, self._world.state(key)) for key in seen[first : first + _THINGS])
                some = [protocol.thing(key, 0, state) for key, state in states if state is not None]
                yield (b"," if said and some else b"") + b",".join(some)
                said = said or bool(some)
            yield b"]}"

        return await self._streamed(pieces())

    async def thing(self, call: Call) -> Reply:
        """One thing as it is now."""
        key = query_params.thing(call)
        state = self._world.state(key) if call.who.user.sight.sees(key) else None
        if state is None:
            raise Denied("unknown", UNKNOWN)
        return Reply({"thing": msgspec.Raw(protocol.thing(key, 0, state))})

    async def openapi(self, call: Call) -> Reply:
        """What can be asked here, for machines."""

        async def pieces() -> AsyncGenerator[bytes, None]:
            yield msgspec.json.encode(document())

        return await self._streamed(pieces())

    # -- then

    async def history(self, call: Call) -> Reply:
        """A thing's track."""
        asked = query_params.track(call)
        user = _asker(call)
        if not may_recall(user, asked.thing, asked.sort):
            raise Denied("unknown", UNKNOWN)
        if asked.hidden and not may(user, "hide", asked.thing):
            raise Denied("forbidden", "Hidden points are shown to their owner only.")
        form = FORMATS[asked.format]
        name = "" if asked.format == "json" else f"{_plain(id_of(asked.thing))}{form.suffix}"
        return await self._streamed(tracks.written(self._store, asked), form.media, name)

    async def days(self, call: Call) -> Reply:
        """On which days of a month there is anything of a thing, and how much."""
        key = query_params.thing(call)
        sort = query_params.sort(
            call.query.get("sort", query_params.SORTS.get(kind_of(key), "state"))
        )
        if not may_recall(_asker(call), key, sort):
            raise Denied("unknown", UNKNOWN)
        days, bounds = query_params.month(call)
        counts = await self._ask(self._store.counts(key, sort, bounds))
        found = zip(days, counts, bounds, bounds[1:], strict=False)
        return Reply(
            {
                "days": [
                    {"day": day, "count": count, "from": first, "to": last}
                    for day, count, first, last in found
                    if count
                ]
            }
        )

    async def scene(self, call: Call) -> Reply:
        """Everything one may see, as it was at a time."""
        if "at" not in call.query:
            raise Denied("malformed", "at must say which time.")
        at = query_params.moment(call.query["at"], "at")
        return await self._streamed(self._scene(_asker(call), at))

    async def _scene(self, user: User, at: float) -> AsyncGenerator[bytes, None]:
        yield b'{"ok":true,"at":%b,"things":[' % msgspec.json.encode(at)
        said = False
        for sort in TRACKS:
            after = None
            while True:
                page = await self._store.scene(sort, at, _THINGS, after)
                some = []
                for entry in page.entries:
                    if may_recall(user, entry.thing, sort):
                        state = self._show(entry, at)
                        if state is not None:
                            some.append(protocol.thing(entry.thing, 0, state))
                yield (b"," if said and some else b"") + b",".join(some)
                said = said or bool(some)
                after = page.more
                if after is None:
                    break
        yield b"]}"

    async def events(self, call: Call) -> Reply:
        """What happened, newest first; ``next`` is the ``after`` of the next page, or null."""
        query = call.query
        since, until = query_params.span(call)
        limit = query_params.count(call, "limit", _MOST_EVENTS) or 100
        words = query.get("kind", "")
        sorts = {query_params.sort(word) for word in words.split(",")} if words else set(EVENTS)
        if unknown := sorts - EVENTS:
            known = ", ".join(sorted(EVENTS))
            raise Denied("malformed", f"kind must be of {known}; not {min(unknown)}.")
        user = _asker(call)
        if thing := query.get("thing", ""):
            found = await self._about(user, thing, sorts, since, until, limit)
            return Reply({"events": [_event(entry) for entry in found], "next": None})
        found, after = [], query.get("after")
        for _ in range(_MOST_PAGES):
            page = await self._ask(
                self._store.events(
                    sorts, since, until, limit=max(1, limit - len(found)), after=after
                )
            )
            found += [entry for entry in page.entries if _may_see(user, entry)]
            after = page.more
            if after is None or len(found) >= limit:
                break
        return Reply({"events": [_event(entry) for entry in found], "next": after})

    async def _about(
        self, user: User, thing: str, sorts: set[str], since: float, until: float, limit: int
    ) -> list[HistoryEntry]:
        """The newest events about one thing."""
        pages = []
        for sort in sorted(sorts):
            if may_recall(user, thing, sort):
                span = Span(thing, sort, since, until, newest_first=True)
                pages.append((await self._ask(self._store.page(span, limit))).entries)
        seen = [entry for page in pages for entry in page if _may_see(user, entry)]
        return heapq.nlargest(limit, seen, key=lambda entry: (entry.tst, entry.digest))

    # -- how

    async def _ask(self, asked: Awaitable[T]) -> T:
        return await told(asked)

    async def _streamed(
        self, pieces: AsyncGenerator[bytes, None], media: str = "application/json", name: str = ""
    ) -> Reply:
        """An answer in pieces, of which the first two are there: so that a refusal still can be."""
        if self._streams >= STREAMS:
            await pieces.aclose()
            raise Denied("busy", "Too many long answers at once. Try again in a moment.", wait=2)
        first = []

        async def ahead() -> None:
            async for piece in pieces:
                first.append(piece)
                if len(first) == 2:
                    break

        await told(ahead())

        async def all_of_it() -> AsyncGenerator[bytes, None]:
            self._streams += 1
            try:
                for piece in first:
                    yield piece
                async for piece in pieces:
                    yield piece
            finally:
                self._streams -= 1
                await pieces.aclose()

        return Reply(stream=all_of_it(), type=media, name=name)


async def told(asked: Awaitable[T]) -> T:
    """What a store answers, its troubles in words for people. Raises `Denied`."""
    try:
        return await asked
    except Unavailable as why:
        code = "degraded" if isinstance(why, Degraded) else "busy"
        raise Denied(code, f"The history cannot be used just now: {why}", wait=2) from None
    except BadCursor:
        raise Denied("malformed", "after is no mark of a page of ours.") from None


def _asker(call: Call) -> User:
    """Who asks. A shared link shows where somebody is, not where they were."""
    return visitor(()) if call.who.way == "link" else call.who.user


def _may_see(user: User, entry: HistoryEntry) -> bool:
    """Whether this event may be told to them; a crossing shows its region, too."""
    if not may_recall(user, entry.thing, entry.sort):
        return False
    if entry.sort != "crossing":
        return True
    region = tracks.fields(entry).get("region")
    return region is None or user.sight.sees(f"region/{region}")


def _event(entry: HistoryEntry) -> dict[str, object]:
    return {**tracks.fields(entry), "sort": entry.sort, "thing": entry.thing}


def _plain(name: str) -> str:
    """A name for a file, whatever the thing is called."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)
