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
from twisted.web.resource import Resource
from twisted.web.server import Request

from sightline.auth.permissions import VisibleScope
from sightline.model.kind import id_of
from sightline.owntracks.first_contact import NobodyWatches, PostWatch
from sightline.owntracks.identity import DEFAULTS, device_of, topic_in
from sightline.owntracks.ports import CHALLENGE, AuthenticatorPort, RequestContextPort, basic
from sightline.owntracks.post_gate import RETRY, PostGate
from sightline.owntracks.post_verdict import NotTaken, must_come_again
from sightline.web.refusal import Refusal

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
    """The resource of posts. ``safe``, ``stored``, ``rate`` and ``burst`` are those of its gate.

    ``sure_of_time``: something else than the machine's clock says that our time is right. ``watch``
    is told what is let in and what is not.
    """

    isLeaf = True

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
        watch: PostWatch | None = None,
    ) -> None:
        super().__init__()
        self.gate = PostGate(
            clock, context, authenticator, safe=safe, stored=stored, rate=rate, burst=burst
        )
        self._authenticator = authenticator
        self._context = context
        self._watch = watch or NobodyWatches()
        self._box = box
        self._sure_of_time = sure_of_time

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
        device = self._device(request)
        # Who it is of may be said in the body only; that it is somebody's, the token shows.
        if device is None or (device and self._account(request, device) is None):
            if not self.gate.may_be_wrong(request):
                return _LATER
            self._turn_away(request, device or "")
            return _WRONG
        if self.gate.has_room(device or (basic(request) or ("",))[0]):
            return None
        self._watch.busy(device, self._context.address(request))
        return _LATER

    def _turn_away(self, request: Request, device: str) -> None:
        """Tell who waits for a phone that a post came with a wrong login, or a wrong name."""
        (login, token), address = basic(request) or ("", ""), self._context.address(request)
        things = self._authenticator.phone_things(token)
        user, last = identity(request)
        if things is None:
            self._watch.wrong_login(user or login, last, address)
        else:
            self._watch.other_name(things, login, device or f"{user}/{last}", address)

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
        return None if given is None else self.gate.account(*given, device)

    def render_POST(self, request: Request) -> bytes | int:
        """Take a phone's message, whose head was found right."""
        payload = request.content.read() if request.content else b""
        name = self._device(request, payload)
        account = None if name is None else self._account(request, name)
        if account is None or name is None:  # its token was withdrawn, or the message is another's
            self._turn_away(request, name or "")
            request.setHeader(b"www-authenticate", CHALLENGE)
            return _answer(request, 401, NOTHING)
        if not payload:
            self._watch.took(name)
            # Phones post nothing when somebody deletes a friend from the list.
            return _answer(request, 200, NOTHING)
        agent = (request.getHeader(b"user-agent") or b"").decode("latin-1")
        try:
            answer = self._box.posted(name, payload, agent, self._authenticator.scope(account))
        except NotTaken as why:
            if must_come_again(why.counter, sure_of_time=self._sure_of_time()):
                self._watch.busy(name, self._context.address(request))
                return _later(request)
            return _answer(request, 200, NOTHING)  # junk, which must not come again
        self._watch.took(name)
        return self.gate.when_stored(
            request, lambda: _answer(request, 200, answer), lambda: _later(request)
        )


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


def _later(request: Request) -> bytes:
    request.setHeader(b"retry-after", b"%d" % RETRY)
    return _answer(request, 503, NOTHING)


def _answer(request: Request, status: int, body: bytes, sort: bytes = _JSON) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"content-type", sort)
    request.setHeader(b"cache-control", b"no-store")
    return body
