"""Take what other apps post: ``/in/<app>``, ``/in/<app>/TOKEN[/NAME]``, ``/in/<app>?token=TOKEN``.

The token is one of a phone (scope ``publish``): as Bearer or in Basic where the app can send a
header, else in the path. It decides for whom is posted; what the app calls itself chooses among
what the token allows. Where the address holds a token it is written to no log (`web.site`).

    answer            the app                          when
    ---------------   ------------------------------   --------------------------------------
    the app's own     lets go of its copy              it is kept, or junk (quarantined)
    yes (`registry`)
    401, 404, 413     keeps it, and comes again        the token is none for this; no such app
    503               keeps it, and comes again        we cannot keep it, or too many at once
"""

from __future__ import annotations

from functools import partial
from urllib.parse import unquote

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.model.kind import CannotDecode, id_of
from sightline.owntracks.apps.forwarding import AppForwarder
from sightline.owntracks.apps.model import Answered, App, AppReport, Posted, form
from sightline.owntracks.apps.profile import PROFILE, profile
from sightline.owntracks.apps.registry import APPS
from sightline.owntracks.first_contact import NobodyWatches, PostWatch
from sightline.owntracks.identity import device_of
from sightline.owntracks.ports import RequestContextPort, basic
from sightline.owntracks.post_gate import RETRY, PostGate
from sightline.web.refusal import Refusal
from sightline.web.streaming import follow, is_disconnected

_NO_STORE = (b"cache-control", b"no-store")
_UNKNOWN = Refusal(404, b"Not Found", b"There is no such app here.\n", (_NO_STORE,))
_METHOD = Refusal(
    405, b"Method Not Allowed", b"This app does not send so.\n", ((b"allow", b"GET, POST"),)
)
_WRONG = Refusal(
    401,
    b"Unauthorized",
    b"This needs the token of a phone.\n",
    ((b"www-authenticate", b"Bearer"), _NO_STORE),
)
_LATER = Refusal(
    503,
    b"Service Unavailable",
    b"Try again later.\n",
    ((b"retry-after", b"%d" % RETRY), _NO_STORE),
)
_HINT = (
    b"This is an address for an app: it says where the phone is. There is nothing to see here.\n"
)
# What stands in front of the token where PhoneTrack's app takes us for a Nextcloud.
_BEFORE = ("index.php", "apps", "phonetrack")
_ACTIONS = ("logPost", "logPostMultiple", "logGet", "log")
_QUERY = 4096  # bytes
_NAME = 128  # characters


class AppInputs(Resource):
    """The resource below ``/in``. ``gate`` is the one of all phones' posts."""

    isLeaf = True
    checks_below = True
    """Its `check_head` is for all addresses below its own."""
    _log = Logger()

    def __init__(
        self,
        context: RequestContextPort,
        gate: PostGate,
        forwarder: AppForwarder,
        watch: PostWatch | None = None,
    ) -> None:
        super().__init__()
        self._context = context
        self._gate = gate
        self._forwarder = forwarder
        self._watch = watch or NobodyWatches()

    def check_head(self, request: Request) -> Refusal | None:
        """Refuse what the head shows that it is not taken, before its body is read."""
        app, token, name = _addressed(request)
        if app is None:
            return _UNKNOWN
        if request.method not in (b"GET", b"HEAD", b"POST"):
            return _METHOD
        if self._gate.authenticator.phone_things(token) is None:
            if not self._gate.may_be_wrong(request):
                return _LATER
            self._watch.wrong_login("", name, self._context.address(request))
            return _WRONG
        return None if request.method != b"POST" or self._gate.has_room(token) else _LATER

    def render_HEAD(self, request: Request) -> bytes:
        """Show that there is something; take nothing."""
        return _plain(request, 200, _HINT)

    def render_GET(self, request: Request) -> bytes | int:
        """Take a fix that is in the query, or say what the address is for."""
        app, token, name = _addressed(request)
        if app is None:
            return _plain(request, 404, _UNKNOWN.words)
        if name == PROFILE and app.name == "gpslogger":
            return _profile(request, self._context.base(request), token)
        query = _query(request)
        if "GET" not in app.methods or not {"lat", "latitude", "location"} & query.keys():
            return _plain(request, 200, _HINT)  # somebody opened the set-up link in a browser
        if not self._gate.has_room(token):
            return _later(request)
        return self._take(request, app, token, name, Posted(query))

    def render_POST(self, request: Request) -> bytes | int:
        """Take what an app posts, whose head was found right."""
        app, token, name = _addressed(request)
        if app is None:
            return _plain(request, 404, _UNKNOWN.words)
        body = request.content.read() if request.content else b""
        kind = (request.getHeader(b"content-type") or b"").decode("latin-1")
        return self._take(request, app, token, name, Posted(_query(request), body, kind))

    def _take(
        self, request: Request, app: App, token: str, name: str, posted: Posted
    ) -> bytes | int:
        follow(request)
        report, why = AppReport(), None
        try:
            report = app.read(posted)
        except CannotDecode as found:
            why = found
        device = self._device(token, report.device or name)
        if device is None:  # the token was withdrawn, or is of nobody's phone
            return _plain(request, 401, _WRONG.words)
        if why is not None:
            self._forwarder.refuse(device, posted.body or _without_token(request), why)
            return _body_of(request, app.say(posted))
        taking = Deferred.fromCoroutine(self._forwarder.take(device, app.title, report))
        taking.addCallback(lambda again: self._answer(request, app, posted, again, device))
        taking.addErrback(lambda failure: self._failed(request, failure))
        return NOT_DONE_YET

    def _failed(self, request: Request, failure: Failure) -> None:
        """Log a slip of ours; the phone keeps its copy."""
        self._log.failure("Could not take what an app posted", failure)
        if not is_disconnected(request):
            request.write(_later(request))
            request.finish()

    def _answer(self, request: Request, app: App, posted: Posted, again: bool, device: str) -> None:
        """Say yes when it is kept; the phone keeps its copy until then.

        ``again``: some of it has no place now, so all of it is to come again.
        """
        if again:
            self._watch.busy(device, self._context.address(request))
        else:
            self._watch.took(device)
        if is_disconnected(request):
            return
        yes = partial(_body_of, request, app.say(posted))
        later = partial(_later, request)
        body = later() if again else self._gate.when_stored(request, yes, later)
        if isinstance(body, bytes):
            request.write(body)
            request.finish()

    def _device(self, token: str, name: str) -> str | None:
        """Return the ``user/device`` that a post is of; None: the token is for none."""
        things = self._gate.authenticator.phone_things(token)
        if not things:
            return None
        ids = [id_of(thing) for thing in things]
        if len(ids) == 1 and "/" in ids[0]:
            found = ids[0]  # what such a phone calls itself does not matter
        else:
            user, slash, device = name.partition("/")
            user, device = (user, device) if slash else ("", name)
            users = {each.partition("/")[0] for each in ids}
            if not user and len(users) == 1:
                user = next(iter(users))
            found = device_of(things, user, device or "phone")
        login = found.partition("/")[0]
        return found if found and self._gate.account(login, token, found) else None


def _addressed(request: Request) -> tuple[App | None, str, str]:
    """Return the app, the token and the name that a request gives; without a token: empty."""
    path = (request.uri or b"").partition(b"?")[0].decode("latin-1")
    app, *parts = [unquote(part, errors="replace") for part in path.split("/")[2:]] or [""]
    if tuple(parts[:3]) == _BEFORE:
        parts = parts[3:]
    if len(parts) > 1 and parts[0] in _ACTIONS:
        parts = parts[1:]
    given = basic(request)
    sort, _, bearer = (request.getHeader(b"authorization") or b"").decode("latin-1").partition(" ")
    token, *rest = parts or [""]
    if sort.lower() == "bearer":
        token, rest = bearer.strip(), parts
    elif given is not None:
        token, rest = given[1], parts
    if not token:
        token = _parsed(request).get("token", "")
    return APPS.get(app), token, (rest[0] if rest else "")[:_NAME]


def _parsed(request: Request) -> dict[str, str]:
    query = (request.uri or b"").partition(b"?")[2]
    try:
        return form(query[:_QUERY])
    except CannotDecode:
        return {}


def _query(request: Request) -> dict[str, str]:
    return {name: value for name, value in _parsed(request).items() if name != "token"}


def _without_token(request: Request) -> bytes:
    """Return the query as it may be shown."""
    return "&".join(f"{name}={value}" for name, value in _query(request).items()).encode()


def _profile(request: Request, base: str, token: str) -> bytes:
    request.setHeader(b"content-disposition", b'attachment; filename="profile.properties"')
    return _plain(request, 200, profile(f"{base}/in/gpslogger/{token}").encode())


def _later(request: Request) -> bytes:
    request.setHeader(b"retry-after", b"%d" % RETRY)
    return _plain(request, 503, _LATER.words)


def _body_of(request: Request, answer: Answered) -> bytes:
    return _plain(request, answer.status, answer.body, answer.type)


def _plain(
    request: Request, status: int, body: bytes, kind: str = "text/plain; charset=utf-8"
) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"content-type", kind.encode())
    request.setHeader(b"content-length", b"%d" % len(body))
    request.setHeader(b"cache-control", b"no-store")
    return body
