"""Serve ``/api/0/…``: the API of OwnTracks' own Recorder, for its clients, behind our rules.

The same shapes as the Recorder 1.0.1 gives; what differs, and why, is in
``tests/owntracks/test_recorder_api.py``. Everybody is answered as if those they may not see were
not there.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.contract.http import Reply
from sightline.kinds.friends.model import Friend
from sightline.model.faults import Unavailable
from sightline.model.kind import id_of
from sightline.model.token_bucket import TokenBuckets
from sightline.owntracks import times
from sightline.owntracks.blank_picture import BLANK
from sightline.owntracks.fixes import Ranges
from sightline.owntracks.formats import JSON, VERSION, Items, chosen
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.locations import wanted_range, written
from sightline.owntracks.ports import (
    CHALLENGE,
    AuthenticatorPort,
    RequestContextPort,
    may_read,
    reader,
)
from sightline.owntracks.ranges import DeviceRange
from sightline.owntracks.recorder_query import BadQuery, RecorderQuery, read_form
from sightline.owntracks.zones import NoTimeZones, TimeZones
from sightline.web.proxies import client_key
from sightline.web.reads import Busy, LongRead, Reads, Turn, pieces
from sightline.web.streaming import follow, is_disconnected, stream

_TEXT = b"text/plain; charset=utf-8"
_FEW_LASTS = 10  # friends whose faces are sent in one piece
_AHEAD = 131_072  # bytes of an answer that are made before it begins: a shorter one has a length
_AHEAD_PIECES = 200  # and pieces of work


Body = tuple[bytes, bytes]  # media type, text
Long = Callable[[RecorderQuery, Turn], Coroutine[Any, Any, Body]]


class _Turns:
    """The turns of an answer that is long only if it has to wait for one: it begins then."""

    def __init__(
        self,
        begun: Callable[[RecorderQuery], Coroutine[Any, Any, LongRead]],
        asked: RecorderQuery,
    ) -> None:
        self._begun = begun
        self._asked = asked
        self._read: LongRead | None = None

    async def begin(self) -> LongRead:
        """Begin the long answer, once. Raises `BadQuery` where too many wait."""
        if self._read is None:
            self._read = await self._begun(self._asked)
        return self._read

    async def turn(self) -> None:
        """Wait until the next piece may be made."""
        await (await self.begin()).turn()

    def end(self) -> None:
        """Give back the place of the answer, if it had one."""
        if self._read is not None:
            self._read.end()


class RecorderApi(Resource):
    """The resource. ``rate`` requests/s of one address, ``burst`` when a page of a client opens."""

    isLeaf = True
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        context: RequestContextPort,
        authenticator: AuthenticatorPort,
        people: LatestPositions,
        ranges: Ranges,
        server: str,
        reads: Reads,
        zones: TimeZones | NoTimeZones | None = None,
        *,
        rate: float = 50.0,
        burst: float = 500.0,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._wall = wall
        self._context = context
        self._authenticator = authenticator
        self._people = people
        self._ranges = ranges
        self._server = server
        self._calls = TokenBuckets(rate, burst)
        self._reads = reads
        self._zones = zones or NoTimeZones()
        self._answers: dict[str, Callable[[RecorderQuery], Body]] = {
            "version": self._version,
            "q": self._place,
            "monitor": self._monitor,
        }
        self._scans: dict[str, Long] = {"list": self._list, "photo": self._photo}

    @property
    def questions(self) -> tuple[str, ...]:
        """Return all that can be asked, by the last part of its path."""
        return ("last", "locations", *self._scans, *self._answers)

    def render(self, request: Request) -> bytes | int:
        """Answer, at once or when the range is there."""
        request.setHeader(b"cache-control", b"no-store")
        request.setHeader(b"vary", b"cookie, authorization, origin")
        allow(request, self._context)
        if request.method == b"OPTIONS":
            request.setResponseCode(204)
            return b""
        if request.method not in (b"GET", b"HEAD", b"POST"):
            return self._refuse(request, BadQuery(405, "GET or POST\n"))
        now = self._clock.seconds()
        if not self._calls.take(client_key(self._context.address(request)), now):
            request.setHeader(b"retry-after", b"1")
            return self._refuse(request, BadQuery(429, "too many requests\n"))
        visitor = reader(request, self._context, self._authenticator)
        if visitor is None:
            request.setHeader(b"www-authenticate", CHALLENGE)
            return self._refuse(request, BadQuery(401, "please sign in\n"))
        if not may_read(visitor):
            return self._refuse(request, BadQuery(403, "this token is for something else\n"))
        read_form(request)
        asked = RecorderQuery(request, visitor, self._context.address(request))
        if not {".", ".."}.isdisjoint((asked.get("user"), asked.get("device"))):
            return self._refuse(request, BadQuery(416, "nobody is called . or ..\n"))
        what = (request.path or b"").decode("latin-1").removeprefix("/api/0").strip("/")
        try:
            if what == "last":
                return self._later(request, self._last(request, asked))
            if (scan := self._scans.get(what)) is not None:
                return self._later(request, self._scanned(asked, scan))
            if what == "locations":
                return self._later(request, self._locations(request, asked))
            answer = self._answers.get(what)
            if answer is None:
                raise BadQuery(404, "no comprendo\n")
            return _bytes_of(request, answer(asked))
        except BadQuery as why:
            return self._refuse(request, why)

    # -- answers at once

    def _version(self, asked: RecorderQuery) -> Body:
        return _json({"version": VERSION, "git": f"sightline-{self._server}"})

    async def _list(self, asked: RecorderQuery, turn: Turn) -> Body:
        user, device = asked.get("user"), asked.get("device")
        if not user:
            return _json({"results": await self._people.users(asked.scope, turn)})
        found = await self._people.find(asked.scope, turn, user, device)
        devices = [id_of(key) for key, _ in found]
        if not device:
            return _json({"results": sorted(name.partition("/")[2] for name in devices)})
        months = {
            f"{id_of(key)}/{times.month(friend.tst or 0)}.rec"
            for key, friend in found
            if friend.lat is not None
        }
        return _json({"results": sorted(months)})

    def _place(self, asked: RecorderQuery) -> Body:
        return _json({})  # we look nothing up about where people are

    def _monitor(self, asked: RecorderQuery) -> Body:
        for key, friend in self._people.latest(asked.scope, 1, self._clock.seconds()):
            return _TEXT, f"{int(friend.at or 0)} owntracks/{id_of(key)}\n".encode()
        return _TEXT, b"\n"

    async def _photo(self, asked: RecorderQuery, turn: Turn) -> Body:
        user = asked.get("user")
        if not user:
            raise BadQuery(416, "user is required\n")
        for key, _ in await self._people.find(asked.scope, turn, user):
            if (face := self._people.face(id_of(key))) is not None:
                return face.mime.encode(), face.data
        return b"image/png", BLANK

    # -- answers that may be long

    async def _locations(self, request: Request, asked: RecorderQuery) -> Body | None:
        """Send a range, whatever its length, while it is made."""
        wanted = wanted_range(asked, self._wall())
        turns = _Turns(self._begun, asked)
        try:
            turn = (await turns.begin()).turn
            await self._zones.ready()
            keys = await self._people.keys(asked.scope, turn, wanted.user, wanted.device)
            fixes = DeviceRange(
                self._ranges,
                keys if asked.may_look_back else (),
                wanted.bounds,
                asked.limit,
                turn,
            )
            made = written(fixes, wanted.format, Items(asked.fields, self._zones.at))
            return await self._short_or_sent(request, made, wanted.format.media)
        finally:
            turns.end()

    async def _short_or_sent(
        self, request: Request, made: AsyncGenerator[bytes, None], media: str
    ) -> Body | None:
        """Return a short answer; send a longer one as it is made, for as long as it is wanted."""
        first: list[bytes] = []
        size = 0
        try:
            async for piece in made:
                if is_disconnected(request):
                    await made.aclose()
                    return None
                first.append(piece)
                size += len(piece)
                if size > _AHEAD or len(first) > _AHEAD_PIECES:
                    break
            else:
                return media.encode(), b"".join(first)
        except Unavailable as why:
            raise BadQuery(503, f"the history cannot be used just now: {why}\n") from why

        async def whole() -> AsyncGenerator[bytes, None]:
            yield b"".join(first)
            async for piece in made:
                yield piece

        try:
            await stream(request, Reply(stream=whole(), type=media))
        finally:
            await made.aclose()
        return None

    async def _begun(self, asked: RecorderQuery) -> LongRead:
        try:
            return await self._reads.begin(asked.reader)
        except Busy:
            raise BadQuery(503, "too many long answers at once; try again in a moment\n") from None

    async def _scanned(self, asked: RecorderQuery, scan: Long) -> Body:
        """Give a short answer for which all things may have to be looked through, in pieces."""
        turns = _Turns(self._begun, asked)
        try:
            return await scan(asked, turns.turn)
        finally:
            turns.end()

    async def _last(self, request: Request, asked: RecorderQuery) -> Body | None:
        turns = _Turns(self._begun, asked)
        try:
            await self._zones.ready()
            found = await self._found(asked, turns.turn)
            if len(found) <= _FEW_LASTS:
                return JSON, b"[%b]" % b",".join(self._encoded(found, asked.fields))
            if is_disconnected(request):
                return None
            if request.method == b"HEAD":
                request.setHeader(b"content-type", JSON)
                request.finish()
                return None
            await turns.begin()
            await self._sent(request, asked, found, turns.turn)
        finally:
            turns.end()
        return None

    async def _found(self, asked: RecorderQuery, turn: Turn) -> list[tuple[str, Friend]]:
        """Find the friends that ``last`` tells of."""
        if user := asked.get("user"):
            return await self._people.find(asked.scope, turn, user, asked.get("device"))
        found: list[tuple[str, Friend]] = []
        async for some in self._people.friends(asked.scope, turn):
            found += some
        return found

    def _encoded(
        self, found: Sequence[tuple[str, Friend]], fields: Sequence[str]
    ) -> Iterator[bytes]:
        """Tell what ``last`` says of each friend with a position."""
        return (
            msgspec.json.encode(chosen(last, fields))
            for key, friend in found
            if (last := self._people.last(key, friend, self._zones.at))
        )

    async def _sent(
        self,
        request: Request,
        asked: RecorderQuery,
        found: Sequence[tuple[str, Friend]],
        turn: Turn,
    ) -> None:
        """Send the same of many friends, while it is made.

        With their faces, it may be longer than all the memory that we have.
        """

        async def lasts() -> AsyncGenerator[bytes, None]:
            before = b"["
            for some in pieces(found, self._people.weight):
                await turn()
                if text := b",".join(self._encoded(some, asked.fields)):
                    yield before + text
                    before = b","
            yield b"[]" if before == b"[" else b"]"

        await stream(request, Reply(stream=lasts(), type=JSON.decode()))

    def _later(self, request: Request, answer: Coroutine[Any, Any, Body | None]) -> int:
        """Answer when the body is there; none: it was sent already."""
        follow(request)
        answering = Deferred.fromCoroutine(answer)

        def send(body: Body | None) -> None:
            if body is not None and not is_disconnected(request):
                request.write(_bytes_of(request, body))
                request.finish()

        def failed(failure: Failure) -> None:
            why = failure.value
            if not isinstance(why, BadQuery):
                self._log.failure("Failed to answer {path}", failure, path=request.path)
                why = BadQuery(500, "something went wrong here; it is in the server's log\n")
            if not is_disconnected(request):
                request.write(self._refuse(request, why))
                request.finish()

        answering.addCallback(send).addErrback(failed)
        return NOT_DONE_YET

    def _refuse(self, request: Request, why: BadQuery) -> bytes:
        request.setResponseCode(why.status)
        return _bytes_of(request, (_TEXT, why.text.encode()))


def allow(request: Request, context: RequestContextPort) -> None:
    """Let the pages of origins that the settings name read the answer, with credentials."""
    origin = context.trusted_origin(request)
    if origin is not None:
        request.setHeader(b"access-control-allow-origin", origin.encode("latin-1"))
        request.setHeader(b"access-control-allow-credentials", b"true")
        request.setHeader(b"access-control-allow-headers", b"authorization, content-type")


def _json(body: object) -> Body:
    return JSON, msgspec.json.encode(body)


def _bytes_of(request: Request, body: Body) -> bytes:
    sort, text = body
    request.setHeader(b"content-type", sort)
    request.setHeader(b"content-length", b"%d" % len(text))
    request.setHeader(b"x-content-length", b"%d" % len(text))
    return b"" if request.method == b"HEAD" else text
