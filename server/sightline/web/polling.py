"""Serve pages whose WebSocket something on the way blocks: news by long polling, requests by POST.

    POST /ws/poll[?hello]   a ``resume`` frame; answered with frames, one on each line: the hello if
                            it is asked for, then a page of news as soon as there is any, or a beat
    POST /ws/ask[?past]     a request frame; answered with its answer

The frames, permissions and limits are those of the WebSocket (`web.socket`). Nothing is kept
between two polls: a viewer is a cursor, and the page says where it stands. So what belongs to a
connection cannot be had: driving (a lease ends with its connection), the console's subscriptions.
Stopping a robot needs neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.auth.permissions import User, VisibleScope
from sightline.auth.session import Visitor
from sightline.contract.frames import EndedFrame
from sightline.live import protocol
from sightline.live.cursor import Cursor, Pages
from sightline.live.protocol import Malformed, Resume
from sightline.live.requests import Requests
from sightline.live.world import World
from sightline.model.token_bucket import TokenBuckets
from sightline.web.request_context import RequestContext
from sightline.web.socket_limits import SocketLimits
from sightline.web.streaming import follow, is_disconnected

NEEDS_SOCKET = frozenset(
    (
        *("take", "takeover", "ask", "reply", "drive", "halt", "release", "routine", "shutdown"),
        *("subscribe", "unsubscribe"),
    )
)
"""Requests that make no sense without a connection, or are none too safe: all but ``stop``."""
WITHIN = 20.0
"""Seconds a request may take; the page has given up by then."""
_BUNDLE = 0.1  # s that news wait for more
_STOPS = 60.0  # per s of one client, as over the WebSocket
_BEATS = 1.5  # beats that a poll waits: the page believes us dead after 2.5
_FRAMES = b"application/x-ndjson"
_BLOCKED = (
    "this needs the WebSocket, which something between this page and the server blocks (a proxy?);"
    " robots can be stopped all the same"
)


class _Waiting:
    """A poll that is not answered yet."""

    __slots__ = ("cursor", "ends", "request", "visitor")

    def __init__(self, request: Request, visitor: Visitor, cursor: Cursor) -> None:
        self.request = request
        self.visitor = visitor
        self.cursor = cursor
        self.ends: list[Callable[[], object]] = []
        """What is to be done when it waits no more."""


class Polls:
    """The polls that wait for news. `stir` is to be called after each change of the world.

    ``connected`` counts the WebSockets, with which polls share their limit. ``epoch`` names the
    numbering for a scope, ``hello`` makes the first frame, ``beat`` is in s.
    """

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        world: World,
        context: RequestContext,
        epoch: Callable[[VisibleScope], str],
        hello: Callable[[Visitor], bytes],
        limits: SocketLimits,
        connected: Callable[[], int],
        beat: float,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._world = world
        self._context = context
        self._epoch = epoch
        self._hello = hello
        self._limits = limits
        self._connected = connected
        self._held_for = _BEATS * beat
        self._waiting: set[_Waiting] = set()
        self._of: Counter[str] = Counter()
        self._due: IDelayedCall | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def poll(self, request: Request, visitor: Visitor, resume: Resume, *, hello: bool) -> int:
        """Answer with what the page has not seen, now or as soon as there is any."""
        user = visitor.user
        follow(request)
        # Who has other rights than then starts afresh, as over the WebSocket.
        known = self._world.epoch if resume.epoch == self._epoch(user.scope) else None
        cursor = Cursor(self._world, user.scope)
        cursor.resume(known, resume.seq)
        page = cursor.take()
        frames = [self._hello(visitor)] if hello else []
        if page is not None:
            frames.append(page)
        if frames:
            _answer(request, frames)
            return NOT_DONE_YET
        if not self._has_room(user):
            _refuse(request, 503, b"Too many connections.\n")
            return NOT_DONE_YET
        self._wait(_Waiting(request, visitor, cursor))
        return NOT_DONE_YET

    def _has_room(self, user: User) -> bool:
        limits = self._limits
        return (
            len(self._waiting) + self._connected() < limits.connections
            and self._of[user.name] < limits.connections_per_user
        )

    def _wait(self, one: _Waiting) -> None:
        self._waiting.add(one)
        self._of[one.visitor.user.name] += 1
        timer = self._clock.callLater(self._held_for, self._beats, one)
        watch = self._context.authenticator.watch
        one.ends.append(watch(one.visitor, lambda why: self._ended(one, why)))
        one.ends.append(lambda: _cancel(timer))
        one.request.notifyFinish().addErrback(lambda _: self._forget(one))

    def _forget(self, one: _Waiting) -> bool:
        """Let go of a poll; return whether it still waited."""
        if one not in self._waiting:
            return False
        self._waiting.discard(one)
        name = one.visitor.user.name
        self._of[name] -= 1
        if not self._of[name]:
            del self._of[name]
        for end in one.ends:
            end()
        return True

    def _say(self, one: _Waiting, frame: bytes) -> None:
        if self._forget(one):
            _answer(one.request, [frame])

    def _beats(self, one: _Waiting) -> None:
        self._say(one, protocol.beat(self._wall(), one.cursor.seq))

    def _ended(self, one: _Waiting, why: str) -> None:
        self._say(one, protocol.frame(EndedFrame(why=why)))

    # -- news

    def stir(self) -> None:
        """Look for news a little later; does nothing while nobody polls."""
        if self._waiting and self._due is None:
            self._due = self._clock.callLater(_BUNDLE, self._flush)

    def _flush(self) -> None:
        self._due = None
        shared: dict[tuple[VisibleScope, int], Pages] = {}
        for one in list(self._waiting):
            cursor = one.cursor
            if not cursor.behind:
                continue
            key = cursor.scope, cursor.seq
            if key not in shared:
                shared[key] = cursor.pages()
            page = cursor.take(shared[key])
            if page is not None:
                self._say(one, page)


def _cancel(timer: IDelayedCall) -> None:
    if timer.active():
        timer.cancel()


class PollResource(Resource):
    """Serve ``/ws/poll``: the news for pages whose WebSocket is blocked."""

    isLeaf = True

    def __init__(self, polls: Polls, context: RequestContext) -> None:
        super().__init__()
        self._polls = polls
        self._context = context

    def render_POST(self, request: Request) -> bytes | int:
        """Take where the page stands; answer with what comes after."""
        visitor = admitted(request, self._context)
        if isinstance(visitor, bytes):
            return visitor
        try:
            said = protocol.parse(_body(request))
            if not isinstance(said, Resume):
                raise Malformed("a poll begins with resume")
        except Malformed as why:
            return _plain(request, 400, f"{why}\n".encode())
        return self._polls.poll(request, visitor, said, hello=_asked(request) == b"hello")


class AskResource(Resource):
    """Take requests: ``/ws/ask``.

    The rate and the sizes are those of a WebSocket, of each visitor at an address.
    """

    isLeaf = True

    def __init__(
        self,
        clock: IReactorTime,
        context: RequestContext,
        requests: Requests,
        limits: SocketLimits,
        publishes: Callable[[User], bool] = lambda user: False,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._context = context
        self._requests = requests
        self._limits = limits
        self._publishes = publishes
        self._asked = TokenBuckets(limits.rate, 2 * limits.rate)
        self._stops = TokenBuckets(_STOPS, 2 * _STOPS)

    def render_POST(self, request: Request) -> bytes | int:
        """Carry a request out, and answer it."""
        visitor = admitted(request, self._context)
        if isinstance(visitor, bytes):
            return visitor
        body = _body(request)
        try:
            said = protocol.parse(body)
            if isinstance(said, Resume):
                raise Malformed("a request, not resume")
        except Malformed as why:
            return _plain(request, 400, f"{why}\n".encode())
        large = said.do == "publish" and self._publishes(visitor.user)
        if len(body) > (self._limits.large if large else self._limits.message):
            return _plain(request, 413, b"too large a message\n")
        address = self._context.address(request)
        budget = self._stops if said.do == "stop" else self._asked
        if not budget.take(f"{address} {visitor.key}", self._clock.seconds()):
            request.setHeader(b"retry-after", b"1")
            return _plain(request, 429, b"too many messages\n")
        if said.do in NEEDS_SOCKET:
            return _frames(request, [protocol.refusal(said.id, "needs_websocket", _BLOCKED)])
        follow(request)
        asker = _Asker(self._clock, self._requests, request, visitor, address, said.id)
        if _asked(request) == b"past":
            self._requests.ask(asker, protocol.Request(said.id, "look", {"past": True}))
        asker.begin()
        self._requests.ask(asker, said)
        return NOT_DONE_YET


class _Asker:
    """The browser, for as long as one request of it takes."""

    def __init__(
        self,
        clock: IReactorTime,
        requests: Requests,
        request: Request,
        visitor: Visitor,
        address: str,
        number: int,
    ) -> None:
        self.visitor = visitor
        self.address = address
        self._requests = requests
        self._request = request
        self._begun = False
        self._done = False
        self._late = clock.callLater(
            WITHIN, self._end, protocol.refusal(number, "timeout", "no answer came in time")
        )

    @property
    def user(self) -> User:
        """Return the account that asks."""
        return self.visitor.user

    def begin(self) -> None:
        """Take the next answer for the one that the page waits for."""
        self._begun = True

    def say(self, frame: bytes) -> None:
        """Send the answer; other frames have no connection to go to."""
        if self._begun and frame.startswith(b'{"t":"answer"'):
            self._end(frame)

    def _end(self, frame: bytes) -> None:
        if self._done:
            return
        self._done = True
        if self._late.active():
            self._late.cancel()
        if not is_disconnected(self._request):
            _answer(self._request, [frame])
        self._requests.left(self)


def admitted(request: Request, context: RequestContext) -> Visitor | bytes:
    """Return the visitor who may be told of the world; or the refusal, whose status is set."""
    request.setHeader(b"cache-control", b"no-store")
    request.setHeader(b"vary", b"cookie, authorization")
    if not context.same_site(request):
        return _plain(request, 403, b"Not from this page.\n")
    visitor = context.visitor(request)
    if visitor is None:
        return _plain(request, 401, b"Please sign in.\n")
    if not visitor.reads:
        return _plain(request, 403, b"This token is for something else.\n")
    return visitor


def _asked(request: Request) -> bytes:
    return (request.uri or b"").partition(b"?")[2]


def _body(request: Request) -> bytes:
    return request.content.read() if request.content else b""


def _frames(request: Request, frames: list[bytes]) -> bytes:
    request.setHeader(b"content-type", _FRAMES)
    body = b"\n".join(frames) + b"\n"
    request.setHeader(b"content-length", b"%d" % len(body))
    return body


def _answer(request: Request, frames: list[bytes]) -> None:
    if not is_disconnected(request):
        request.write(_frames(request, frames))
        request.finish()


def _refuse(request: Request, status: int, why: bytes) -> None:
    request.setHeader(b"retry-after", b"5")
    request.write(_plain(request, status, why))
    request.finish()


def _plain(request: Request, status: int, why: bytes) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"content-length", b"%d" % len(why))
    return why
