"""``POST /pub``: phones in HTTP mode. The rules are those that the two apps force upon a server.

    answer     what the phone does                       when
    --------   ---------------------------------------   --------------------------------------
    200 [...]  takes the message out of its queue        it is ours now: friends and commands
    200 []     the same                                  nothing was said, or junk (quarantined)
    401        an iPhone takes it out, too: it is lost   the login is not right for this device
    503        keeps it and comes again                  we cannot keep it safe, or too many at once

So 401 is for wrong credentials only, and junk is answered with yes: it would come back for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.auth.permissions import VisibleScope
from sightline.auth.session import Bucket
from sightline.model.topic import LONGEST_LEVEL, NOT_NAMES, UNFIT
from sightline.owntracks.ports import CHALLENGE, AuthenticatorPort, RequestContextPort, basic

DEFAULTS = ("owntracks", "phone")
"""User and device of who names neither, as the Recorder has them."""
KEPT_WITHIN = 10.0
"""Seconds the store may take; then the phone is asked to come again."""
RETRY = 30
"""Seconds after which a phone may come again."""
NOTHING = b"[]"


class Postbox(Protocol):
    """Who takes what a phone posts."""

    def posted(self, device: str, payload: bytes, agent: str, sight: VisibleScope) -> bytes:
        """Take a message of ``user/device``; what to answer, a JSON array (or encrypted)."""


class HttpMode(Resource):
    """The resource. ``safe`` says whether what is taken now will be kept; ``kept``, where there is
    a store, fires when all that was taken so far is kept, and errs when it is not: only then is a
    phone told so, which lets go of its copy.

    One device may post ``rate`` messages per s, ``burst`` at once when it empties its queue; wrong
    logins from one address are bounded likewise.
    """

    isLeaf = True
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        front: RequestContextPort,
        door: AuthenticatorPort,
        box: Postbox,
        safe: Callable[[], bool] = lambda: True,
        *,
        rate: float = 10.0,
        burst: float = 500.0,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._front = front
        self._door = door
        self._box = box
        self.safe = safe
        self.kept: Callable[[], Deferred[object]] | None = None
        self._posts = Bucket(rate, burst)
        self._wrong = Bucket(rate=1.0, burst=60)

    def render_GET(self, request: Request) -> bytes:
        """Nothing is read here."""
        return _answer(request, 404, b"404 Not Found\n", b"text/plain; charset=utf-8")

    def render_POST(self, request: Request) -> bytes | int:
        """A phone's message."""
        now = self._clock.seconds()
        user, device = identity(request)
        given = basic(request)
        account = None
        if given is not None and _is_level(user) and _is_level(device):
            account = self._door.phone(*given, f"friend/{user}/{device}")
        if account is None:
            if not self._wrong.take(self._front.address(request), now):
                return _later(request)
            request.setHeader(b"www-authenticate", CHALLENGE)
            return _answer(request, 401, NOTHING)
        name = f"{user}/{device}"
        if not self._posts.take(name, now) or not self.safe():
            return _later(request)
        payload = request.content.read() if request.content else b""
        if not payload:
            # Phones post nothing when somebody deletes a friend from the list.
            return _answer(request, 200, NOTHING)
        agent = (request.getHeader(b"user-agent") or b"").decode("latin-1")
        answer = self._box.posted(name, payload, agent, self._door.sight(account))
        if self.kept is None:
            return _answer(request, 200, answer)
        return self._when_kept(request, answer, self.kept())

    def _when_kept(self, request: Request, answer: bytes, kept: Deferred[object]) -> int:
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)

        async def answering() -> None:
            try:
                await kept.addTimeout(KEPT_WITHIN, self._clock)
                body = _answer(request, 200, answer)
            except Exception:  # whatever went wrong with the store, it says so itself
                body = _later(request)
            if not gone:
                request.write(body)
                request.finish()

        Deferred.fromCoroutine(answering()).addErrback(
            lambda failure: self._log.failure("Could not answer a post", failure)
        )
        return NOT_DONE_YET


def identity(request: Request) -> tuple[str, str]:
    """Who posts: ``X-Limit-U`` and ``-D``, else ``?u=&d=``, else the Recorder's defaults."""
    found = []
    for name, default in zip((b"u", b"d"), DEFAULTS, strict=True):
        header = request.getHeader(b"x-limit-" + name)
        given = header or ((request.args or {}).get(name) or [b""])[0]
        found.append(given.decode("utf-8", "replace") or default)
    return found[0], found[1]


def _is_level(text: str) -> bool:
    """Whether this can be a level of a topic that somebody publishes to."""
    return (
        text not in NOT_NAMES
        and len(text) <= LONGEST_LEVEL
        and not any(sign in text for sign in "+#/")
        and not UNFIT.search(text)
    )


def _later(request: Request) -> bytes:
    request.setHeader(b"retry-after", b"%d" % RETRY)
    return _answer(request, 503, NOTHING)


def _answer(
    request: Request, status: int, body: bytes, sort: bytes = b"application/json; charset=utf-8"
) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"content-type", sort)
    request.setHeader(b"cache-control", b"no-store")
    return body
