"""Take what phones in HTTP mode post (``POST /pub``). The two apps force these rules upon a server.

    answer     what the phone does                       when
    --------   ---------------------------------------   --------------------------------------
    200 [...]  takes the message out of its queue        it is ours now: friends and commands
    200 []     the same                                  nothing was said, or junk (quarantined)
    401        an iPhone takes it out, too: it is lost   the login is not right for this device
    503        keeps it and comes again                  we cannot keep it safe now: no room, a
                                                         quota, too many at once, a wrong clock

So 401 is for wrong credentials only, and junk is answered with yes: it would come back for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from urllib.parse import parse_qs

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.auth.permissions import VisibleScope
from sightline.model.kind import id_of
from sightline.model.token_bucket import TokenBuckets
from sightline.model.topic import LONGEST_LEVEL, NOT_NAMES, UNFIT
from sightline.owntracks.identity import DEFAULTS, device_of, topic_in
from sightline.owntracks.ports import CHALLENGE, AuthenticatorPort, RequestContextPort, basic
from sightline.owntracks.post_verdict import NotTaken, must_come_again
from sightline.web.proxies import client_key
from sightline.web.refusal import Refusal

STORED_WITHIN = 10.0
"""Seconds the store may take; then the phone is asked to come again."""
RETRY = 30
"""Seconds after which a phone may come again."""
NOTHING = b"[]"
_QUERY = 1024  # bytes of a query
_JSON = b"application/json; charset=utf-8"
_NO_STORE = (b"cache-control", b"no-store")
_WRONG = Refusal(
    401, b"Unauthorized", NOTHING, ((b"www-authenticate", CHALLENGE), _NO_STORE), type=_JSON
)
_LATER = Refusal(
    503,
    b"Service Unavailable",
    NOTHING,
    ((b"retry-after", b"%d" % RETRY), _NO_STORE),
    type=_JSON,
)


class Postbox(Protocol):
    """The receiver of what a phone posts."""

    def posted(self, device: str, payload: bytes, agent: str, scope: VisibleScope) -> bytes:
        """Take a message of ``user/device``; what to answer, a JSON array (or encrypted).

        Raises `NotTaken`.
        """


class HttpMode(Resource):
    """The resource of posts.

    ``safe`` says whether what is taken now will be kept; ``stored``, where
    there is a store, fires when all that was taken so far is kept, and errs when it is not: only
    then is a phone told so, which lets go of its copy.

    ``sure_of_time``: something else than the machine's clock says that our time is right.

    One device may post ``rate`` messages per s, ``burst`` at once when it empties its queue; wrong
    logins from one address are bounded likewise.
    """

    isLeaf = True
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        context: RequestContextPort,
        authenticator: AuthenticatorPort,
        box: Postbox,
        *,
        safe: Callable[[], bool] = lambda: True,
        stored: Callable[[], Deferred[object]] | None = None,
        sure_of_time: Callable[[], bool] = lambda: True,
        rate: float = 10.0,
        burst: float = 500.0,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._context = context
        self._authenticator = authenticator
        self._box = box
        self._safe = safe
        self._stored = stored
        self._sure_of_time = sure_of_time
        self._posts = TokenBuckets(rate, burst)
        self._wrong = TokenBuckets(rate=1.0, burst=60)

    def render_GET(self, request: Request) -> bytes:
        """Refuse: nothing is read here."""
        return _answer(request, 404, b"404 Not Found\n", b"text/plain; charset=utf-8")

    def check_head(self, request: Request) -> Refusal | None:
        """Refuse a post of which the head shows that it is not taken, before its body is read."""
        if request.method != b"POST":
            return None
        kind = (request.getHeader(b"content-type") or b"").strip().lower()
        if kind.startswith(b"multipart/"):
            return Refusal(415, b"Unsupported Media Type", b"A message of a phone is JSON.\n")
        now = self._clock.seconds()
        device = self._device(request)
        # Who it is of may be said in the body only; that it is somebody's, the token shows.
        if device is None or (device and self._account(request, device) is None):
            if not self._wrong.take(client_key(self._context.address(request)), now):
                return _LATER
            return _WRONG
        if not self._posts.take(device or (basic(request) or ("",))[0], now) or not self._safe():
            return _LATER
        return None

    def _device(self, request: Request, payload: bytes | None = None) -> str | None:
        """Return the ``user/device`` that a post is of; None: its login is wrong.

        Empty without the ``payload``: it may be known by that.
        """
        given = basic(request)
        things = None if given is None else self._authenticator.phone_things(given[1])
        if given is None or things is None:
            return None
        user, device = identity(request)
        topic = topic_in(payload) if payload and not (user and device) else ""
        found = device_of(things, user, device, topic, given[0])
        if found or payload is None:
            return found
        # A phone may let go of what is refused, so where one user only can be meant it is that one.
        users = {id_of(thing).partition("/")[0] for thing in things}
        only = users.pop() if len(users) == 1 else DEFAULTS[0]
        return f"{user or only}/{device or DEFAULTS[1]}"

    def _account(self, request: Request, device: str) -> str | None:
        """Return the account for which this phone may post as ``device``."""
        given = basic(request)
        if given is None or device.count("/") != 1 or not all(map(_is_level, device.split("/"))):
            return None
        return self._authenticator.phone(*given, f"friend/{device}")

    def render_POST(self, request: Request) -> bytes | int:
        """Take a phone's message, whose head was found right."""
        payload = request.content.read() if request.content else b""
        name = self._device(request, payload)
        account = None if name is None else self._account(request, name)
        if account is None or name is None:  # its token was withdrawn, or the message is another's
            request.setHeader(b"www-authenticate", CHALLENGE)
            return _answer(request, 401, NOTHING)
        if not payload:
            # Phones post nothing when somebody deletes a friend from the list.
            return _answer(request, 200, NOTHING)
        agent = (request.getHeader(b"user-agent") or b"").decode("latin-1")
        try:
            answer = self._box.posted(name, payload, agent, self._authenticator.scope(account))
        except NotTaken as why:
            if must_come_again(why.counter, sure_of_time=self._sure_of_time()):
                return _later(request)
            return _answer(request, 200, NOTHING)  # junk, which must not come again
        if self._stored is None:
            return _answer(request, 200, answer)
        return self._when_stored(request, answer, self._stored())

    def _when_stored(self, request: Request, answer: bytes, stored: Deferred[object]) -> int:
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)

        async def answering() -> None:
            try:
                await stored.addTimeout(STORED_WITHIN, self._clock)
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
    """Return user and device as the request says: ``X-Limit-U`` and ``-D``, else ``?u=&d=``; or
    empty.
    """
    found = []
    _, _, query = request.uri.partition(b"?")
    asked = parse_qs(query[:_QUERY])
    for name in (b"u", b"d"):
        header = request.getHeader(b"x-limit-" + name)
        given = header or asked.get(name, [b""])[0]
        found.append(given.decode("utf-8", "replace"))
    return found[0], found[1]


def _is_level(text: str) -> bool:
    """Tell whether this can be a level of a topic that somebody publishes to."""
    return (
        text not in NOT_NAMES
        and len(text) <= LONGEST_LEVEL
        and not any(sign in text for sign in "+#/")
        and not UNFIT.search(text)
    )


def _later(request: Request) -> bytes:
    request.setHeader(b"retry-after", b"%d" % RETRY)
    return _answer(request, 503, NOTHING)


def _answer(request: Request, status: int, body: bytes, sort: bytes = _JSON) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"content-type", sort)
    request.setHeader(b"cache-control", b"no-store")
    return body
