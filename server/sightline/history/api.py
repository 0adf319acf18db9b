"""Answer what is asked of history: ``/api/1/history``, ``scene``, ``events``, …

Whatever is told here, `sightline.auth.permissions` was asked first: history shows to nobody what
they may not see now. What may be long is streamed, in small pieces (`sightline.web.reads`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from sightline.auth.permissions import User, VisibleScope, may, may_recall, recalls
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.http import Call, Reply, Route
from sightline.database.trouble import Degraded
from sightline.history import answers, judged_fixes, query_params, tracks
from sightline.history.entry_fields import fields
from sightline.history.event_visibility import may_name_hidden, narrowed, shows
from sightline.history.formats.table import FORMATS
from sightline.history.place_text import PlaceQuery, PlacesBeside, PlaceTexts
from sightline.history.record import EVENTS, HistoryEntry
from sightline.history.store import BadCursor, Store
from sightline.kinds import TRACKS
from sightline.live import protocol
from sightline.model.faults import Unavailable
from sightline.model.kind import State, id_of, kind_of
from sightline.web.reads import SCAN, Busy, LongRead, Reads, Turn, pieces

_THINGS = 500  # asked of the store at a time

T = TypeVar("T")
Show = Callable[[HistoryEntry, float], State | None]
"""The state that an entry made of its thing, as it looked at that time (epoch s)."""


class PresentWorld(Protocol):
    """The world of now."""

    def state(self, key: str) -> State | None:
        """Return a thing's state; None when there is no such thing."""

    def all_keys(self) -> Sequence[str]:
        """Return the keys of all things, and of some that are gone."""


class HistoryApi:
    """``show`` makes states of entries; ``reads`` has long answers made."""

    def __init__(
        self,
        store: Store,
        world: PresentWorld,
        show: Show,
        wall: Callable[[], float],
        reads: Reads,
        texts: PlaceTexts,
    ) -> None:
        self._store = store
        self._world = world
        self._show = show
        self._wall = wall
        self._reads = reads
        self._places = PlacesBeside(texts)

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        routes: list[Route[Any]] = [
            Route(
                "GET",
                "/things",
                "visitor",
                self.things,
                summary="List every thing one may see, as it is now",
                query=query_params.ThingsQuery,
                reply=answers.AllThings,
                example={"kind": "friend"},
            ),
            Route(
                "GET",
                "/scene",
                "past",
                self.scene,
                summary="List every thing one may see, as it was at a time",
                query=query_params.SceneQuery,
                reply=answers.Scene,
                example={"at": "2026-11-21T04:35:39Z"},
            ),
            Route(
                "GET",
                "/events",
                "past",
                self.events,
                summary="List what happened, newest first",
                query=query_params.EventsQuery,
                reply=answers.Events,
                example={"kind": "crossing,alarm", "limit": 10},
            ),
        ]
        for thing in ("{kind}/{id}", "{kind}/{group}/{id}"):
            routes += self._routes_of(thing)
        return routes

    def _routes_of(self, thing: str) -> list[Route[Any]]:
        """List the routes about one thing, whose key is written like this."""
        return [
            Route(
                "GET",
                f"/things/{thing}",
                "visitor",
                self.thing,
                summary="Show a thing as it is now",
                thing=thing,
                query=PlaceQuery,
                reply=answers.OneThing,
                example={"place": "1", "language": "de"},
            ),
            Route(
                "GET",
                f"/history/{thing}",
                "past",
                self.history,
                summary="Download a thing's track",
                thing=thing,
                query=query_params.TrackQuery,
                reply=answers.TrackOfThing,
                media=tuple(dict.fromkeys(form.media for form in FORMATS.values())),
                example={"last": 10},
            ),
            Route(
                "GET",
                f"/days/{thing}",
                "past",
                self.days,
                summary="Count the entries of a thing on each day of a month",
                thing=thing,
                query=query_params.DaysQuery,
                reply=answers.Days,
                example={"month": "2026-11", "zone": "Europe/Berlin"},
            ),
        ]

    # -- now

    async def things(self, call: Call[query_params.ThingsQuery]) -> Reply:
        """Return every thing one may see, as it is now; of one ``kind`` only, if asked."""
        user, kind = call.who.user, call.asked.kind

        async def answered(turn: Turn) -> AsyncGenerator[bytes, None]:
            yield b'{"ok":true,"things":['
            seen: list[str] = []
            for keys in pieces(self._world.all_keys(), most=SCAN):
                await turn()
                seen += [
                    key
                    for key in keys
                    if (kind is None or kind_of(key) == kind) and user.scope.sees(key)
                ]
            said = False
            for keys in pieces(seen):
                await turn()
                states = ((key, self._world.state(key)) for key in keys)
                some = await self._places.things(states, call.asked)
                yield (b"," if said and some else b"") + b",".join(some)
                said = said or bool(some)
            yield b"]}"

        return await self._streamed(call, answered)

    async def thing(self, call: Call[PlaceQuery]) -> Reply:
        """Return one thing as it is now."""
        key = call.thing
        state = self._world.state(key) if call.who.user.scope.sees(key) else None
        if state is None:
            raise Refused("unknown", UNKNOWN)
        (said,) = await self._places.things([(key, state)], call.asked)
        return Reply(answers.OneThing(thing=msgspec.Raw(said)))

    # -- then

    async def history(self, call: Call[query_params.TrackQuery]) -> Reply:
        """Return a thing's track."""
        asked = query_params.track(call.thing, call.asked)
        user = call.who.user
        if not may_recall(user, asked.thing, asked.sort):
            raise Refused("unknown", UNKNOWN)
        if asked.hidden and not may(user, "hide", asked.thing):
            raise Refused("forbidden", "Hidden points are shown to their owner only.")
        placed = self._places.along(call.asked, asked.last or asked.limit)
        form = FORMATS[asked.format]
        name = "" if asked.format == "json" else f"{_plain(id_of(asked.thing))}{form.suffix}"

        def track(turn: Turn) -> AsyncGenerator[bytes, None]:
            return tracks.written(self._store, asked, user.scope, turn, placed)

        return await self._streamed(call, track, form.media, name)

    async def days(self, call: Call[query_params.DaysQuery]) -> Reply:
        """On which days of a month there is anything of a thing, and how much."""
        key, sort = call.thing, query_params.type_of(call.asked, call.thing)
        user = call.who.user
        if not may_recall(user, key, sort):
            raise Refused("unknown", UNKNOWN)
        days, bounds = query_params.month(call.asked)
        if sort == judged_fixes.SORT or may_name_hidden(sort, user.scope):
            read = await begun(self._reads, call)
            try:
                how = (key, sort, bounds, user.scope, read.turn)
                counts = await self._ask(tracks.counted(self._store, *how))
            finally:
                read.end()
        else:
            counts = await self._ask(self._store.counts(key, sort, bounds))
        found = zip(days, counts, bounds, bounds[1:], strict=False)
        return Reply(
            answers.Days(
                days=[
                    answers.DayCount(day, count, first, last)
                    for day, count, first, last in found
                    if count
                ]
            )
        )

    async def scene(self, call: Call[query_params.SceneQuery]) -> Reply:
        """Return everything one may see, as it was at a time."""
        at, user = float(call.asked.at), call.who.user
        return await self._streamed(call, lambda turn: self._scene(user, at, turn))

    async def _scene(self, user: User, at: float, turn: Turn) -> AsyncGenerator[bytes, None]:
        yield b'{"ok":true,"at":%b,"things":[' % msgspec.json.encode(at)
        said = False
        for sort in TRACKS:  # their last entries make a scene
            after = None
            while True:
                page = await self._store.scene(sort, at, _THINGS, after)
                known = list[HistoryEntry]()
                for entries in pieces(page.entries, lambda entry: len(entry.body)):
                    await turn()
                    known += [e for e in entries if may_recall(user, e.thing, sort)]
                if sort == judged_fixes.SORT:
                    known = await judged_fixes.last_used(
                        self._store, [e.thing for e in known], at, turn
                    )
                for entries in pieces(known, lambda entry: len(entry.body)):
                    await turn()
                    shown = ((entry.thing, self._show(entry, at)) for entry in entries)
                    some = [protocol.thing(t, 0, state) for t, state in shown if state is not None]
                    yield (b"," if said and some else b"") + b",".join(some)
                    said = said or bool(some)
                after = page.more
                if after is None:
                    break
        yield b"]}"

    async def events(self, call: Call[query_params.EventsQuery]) -> Reply:
        """Tell what happened, newest first; ``next`` is the ``after`` of the next page, or null."""
        asked, user = call.asked, call.who.user
        span, sorts, scope = asked.span(), set(asked.kind or EVENTS), user.scope
        if thing := asked.thing:
            sorts = {sort for sort in sorts if may_recall(user, thing, sort)}
            scope = narrowed(scope, thing)
        else:
            sorts = {sort for sort in sorts if recalls(scope, sort)}
        found, after = await self._events(scope, sorts, span, asked.limit, asked.after)
        told = await self._places.beside([_event(entry) for entry in found], asked)
        return Reply(answers.Events(events=told, next=after))

    async def _events(
        self,
        scope: VisibleScope,
        sorts: set[str],
        span: tuple[float, float],
        limit: int,
        after: str | None,
    ) -> tuple[list[HistoryEntry], str | None]:
        """Return the newest events that a sight is shown, and the mark behind them.

        The store is asked for them alone, so that neither the number of entries nor the mark tells
        of any that are hidden.
        """
        found: list[HistoryEntry] = []
        while sorts and len(found) < limit:
            left = limit - len(found)
            asked = self._store.events(sorts, *span, limit=left, after=after, scope=scope)
            page = await self._ask(asked)
            # Asked once more: a store that gives too much must not tell it.
            found += [entry for entry in page.entries if shows(scope, entry)]
            after = page.more
            if after is None:
                return found, None
        return found, after if sorts else None

    # -- how

    async def _ask(self, asked: Awaitable[T]) -> T:
        return await answered(asked)

    async def _streamed(
        self,
        call: Call[Any],
        make: Callable[[Turn], AsyncGenerator[bytes, None]],
        media: str = "application/json",
        name: str = "",
    ) -> Reply:
        """Return an answer in pieces, of which the first two are there: so that a refusal still can
        be.
        """
        read = await begun(self._reads, call)
        made = make(read.turn)
        first: list[bytes] = []

        async def ahead() -> None:
            async for piece in made:
                first.append(piece)
                if len(first) == 2:
                    break

        async def all_of_it() -> AsyncGenerator[bytes, None]:
            for piece in first:
                yield piece
            async for piece in made:
                yield piece

        try:
            await answered(ahead())
        except BaseException:
            read.end()
            await made.aclose()
            raise
        return Reply(stream=Held(all_of_it(), made, read), type=media, name=name)


class Held(AsyncGenerator[bytes, None]):
    """The stream of a long read, which ends with it: at its end, or when nobody wants it.

    Not a generator of its own: one that was never begun ends without a word when it is closed.
    """

    def __init__(
        self,
        stream: AsyncGenerator[bytes, None],
        source: AsyncGenerator[bytes, None],
        read: LongRead,
    ) -> None:
        self._stream = stream
        self._source = source
        self._read = read

    async def asend(self, value: None) -> bytes:
        """Return the next piece."""
        try:
            return await self._stream.asend(value)
        except BaseException:
            self._read.end()
            raise

    async def athrow(self, *error: Any) -> bytes:
        self._read.end()
        return await self._stream.athrow(*error)

    async def aclose(self) -> None:
        self._read.end()
        await self._stream.aclose()
        await self._source.aclose()


async def begun(reads: Reads, call: Call[Any]) -> LongRead:
    """Begin a long answer for who calls. Raises `Refused` (``busy``)."""
    try:
        return await reads.begin(call.who.reader(call.address))
    except Busy:
        why = "Too many long answers at once. Try again in a moment."
        raise Refused("busy", why, wait=2) from None


async def answered(asked: Awaitable[T]) -> T:
    """Tell what a store answers, its troubles in words for people. Raises `Refused`."""
    try:
        return await asked
    except Unavailable as why:
        code = "degraded" if isinstance(why, Degraded) else "busy"
        raise Refused(code, f"The history cannot be used just now: {why}", wait=2) from None
    except BadCursor:
        raise Refused("malformed", "after is no mark of a page of ours.") from None


def _event(entry: HistoryEntry) -> dict[str, object]:
    return {**fields(entry), "sort": entry.sort, "thing": entry.thing}


def _plain(name: str) -> str:
    """Return a name for a file, whatever the thing is called."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)
