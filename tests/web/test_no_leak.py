"""Nothing of a hidden thing ever leaves: not in a frame, an answer, a figure or an error's text."""

from __future__ import annotations

import functools
import io
import itertools
import json
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import pytest_twisted
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from owntracks.scene import PhoneScene
from picture import Picture
from sightline.auth.account import Token
from sightline.auth.permissions import (
    EVERYTHING,
    Grants,
    Role,
    User,
    check_grant,
    may,
    user_of,
    visitor,
)
from sightline.auth.rule_words import RuleWords, SeenRule
from sightline.auth.session import Visitor, digest, new_token
from sightline.history.formats.table import FORMATS
from sightline.history.record import EVENTS, entry
from sightline.kinds.friends.model import Face, Friend
from sightline.live import protocol
from sightline.live.world import World
from sightline.web.fanout import FanOut
from sightline.web.pace import Pace
from sightline.wiring.owntracks_ranges import StoredFixes, judged
from states import spot
from web_scene import NOW

# Each thing has a name and a value found nowhere else.
KEYS = [
    *(f"{kind}/{user}/{device}" for kind in ("friend", "face") for user in ("ann", "ben") for device in ("phx", "tby")),
    "probot/ProBot81",
    "probot/ProBot82",
    "lease/ProBot81",
    "region/homq",
    "region/someone/minq",
    "region/other/hisq",
    "region/friend/ann/phx/docq",
    "region/friend/ben/tby/barq",
    "stay/friend/ann/phx/homq",
    "stay/friend/ben/tby/homq",
    "stay/friend/ann/phx/someone/minq",
    "stay/friend/ben/tby/someone/minq",
    "stay/friend/ann/phx/other/hisq",
    "stay/friend/ann/phx/friend/ann/phx/docq",
    "stay/probot/ProBot81/homq",
    "crossing/8000001/friend/ann/phx/homq",
    "crossing/8000002/friend/ben/tby/someone/minq",
    "crossing/8000003/friend/ben/tby",
    "crossing/8000004/friend/ann/phx/friend/ann/phx/docq",
    "rule/someone/ruwa",
    "rule/other/ruwb",
    "rule/other/ruwc",
    "alert/someone/ruwa.6000001",
    "alert/other/ruwb.6000002",
    "alert/other/ruwc.6000003",
    "watch/other/ruwb.6000004",
    "watch/other/ruwd.0",
    "watch/other/ruwd.1",
    "webhook/hooq",
    "broker/mainz",
    "server/sightlinz",
    "quarantine/9000001",
    "client/clwx",
    "future/fufu",
]  # fmt: skip
VALUES = {key: 770_000 + n for n, key in enumerate(KEYS)}
NAMED = ["*", "friend", "probot", "region", "friend/ann", "friend/ben", "friend/ann/phx"]
NAMED += ["friend/ben/tby", "probot/ProBot81", "probot/ProBot82", "region/homq", "friend/ben/phx"]


def words(verb: str, most: int = 3) -> Any:
    """Some words of a grant: only such as can be given."""
    given = [word for word in NAMED if check_grant(verb, word) is None]
    return st.frozensets(st.sampled_from(given), max_size=most)


WORDS, DRIVEN, OWNED = words("see"), words("drive", 2), words("own", 1)
# Who has regions of their own; of the accounts here only "someone" is anybody.
OWNERS = frozenset(("someone", "other", "friend/ann/phx", "friend/ben/tby"))
GRANTS = st.builds(Grants, WORDS, DRIVEN, OWNED)


def rules_of(name: str) -> RuleWords:
    """What there are: one of theirs, two that tell them, one that may watch them."""
    told = frozenset((name,))
    return RuleWords(
        (
            SeenRule(f"{name}/ruwa", told, ("friend",)),
            SeenRule("other/ruwb", told, ("friend/ann/phx",), frozenset(("region/homq",))),
            SeenRule("other/ruwc", told, ("friend", "probot/ProBot81")),
            SeenRule("other/ruwd", frozenset(), ("friend/ann", "friend/ben/tby")),
        )
    )


def someone(role: Role, grants: Grants, owners: frozenset[str], ruled: bool) -> User:
    """Somebody with an account, and with rules."""
    bare = user_of("someone", role, grants, owners=owners).scope
    see = {"someone": (bare.kinds or frozenset()) | bare.things, "other": frozenset(("friend",))}
    words = rules_of("someone").of("someone", grants.own, see.__getitem__) if ruled else ()
    return user_of("someone", role, grants, owners=owners, rule_words=words)


SHARED = st.lists(st.sampled_from(["friend/ann/phx", "friend/ben", "probot/ProBot81"]), max_size=2)
USERS = st.one_of(
    st.builds(
        someone,
        st.sampled_from(["viewer", "operator"]),
        GRANTS,
        st.sampled_from([OWNERS, frozenset[str]()]),
        st.booleans(),
    ),
    st.builds(visitor, SHARED),
)
ACTS = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "cut", "resume"]), st.sampled_from(KEYS)),
    max_size=30,
)


@functools.cache
def signs(key: str) -> list[bytes]:
    """What must not be found where a thing is hidden: its own name and value."""
    own = key.rpartition("/")[2]
    value = str(VALUES.get(key, "none"))
    found = [json.dumps(key.partition("/")[2]).encode(), value.encode(), own.encode()]
    if key.startswith("face/"):  # of which browsers get no more than the address
        face = shown(key)
        assert isinstance(face, Face)
        found.append(face.hash.encode())
    return found


@functools.lru_cache(256)
def forbidden(hidden: tuple[str, ...], given: frozenset[str]) -> list[tuple[str, bytes]]:
    """Each hidden thing with a sign of it that must not be found.

    A sign that is part of something visible is left out: to find it proves nothing.
    """
    seen = [*(key for key in KEYS if key not in hidden), *given]
    allowed = [one for other in seen for one in [*signs(other), other.encode()]]
    found = [
        (key, sign)
        for key in hidden
        for sign in signs(key)
        if not any(sign in one for one in allowed)
    ]
    kinds = {key.partition("/")[0] for key in seen}
    for key in hidden:
        if (kind := key.partition("/")[0]) not in kinds:
            found.append((key, b'"%b"' % kind.encode()))
    return found


def assert_nothing_leaks(user: User, data: bytes, given: Collection[str] = ()) -> None:
    """``given``: words that may be in it all the same."""
    hidden = tuple(key for key in KEYS if not may(user, "see", key))
    for key, sign in forbidden(hidden, frozenset(given)):
        assert sign not in data, (key, user, data)


class Line:
    """A connection that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> int:
        self.sent.append(data)
        return len(data)

    def send_later(self, data: bytes) -> None:
        self.sent.append(data)

    def too_slow(self) -> None: ...


def payload(data: bytes) -> bytes:
    """What is in an unmasked frame."""
    size = data[1] & 127
    return data[2 if size < 126 else 4 if size == 126 else 10 :]


@given(USERS, USERS, ACTS)
def test_no_frame_snapshot_or_resume_shows_what_is_hidden(first: User, later: User, acts: Any):
    """Also when somebody comes back with other rights than those they left with."""
    world, clock = World("e", horizon=5), Clock()
    fanout = FanOut(clock, lambda: 1.0, world, Pace(tick=0, page=200))
    for key in KEYS:
        world.put(key, spot(VALUES[key]))
    user, picture, line = first, Picture(), Line()
    other = Line()
    fanout.join(other, EVERYTHING, None, 0, deflate=False)
    viewer = fanout.join(line, user.scope, None, 0, deflate=False)

    def read() -> None:
        for data in line.sent:
            said = payload(data)
            assert_nothing_leaks(user, said)
            if json.loads(said)["t"] == "news":
                picture.see(said)
        line.sent.clear()

    for turn, (act, key) in enumerate(acts, 1):
        if act == "put":
            world.put(key, spot(VALUES[key]))
        elif act == "remove":
            world.remove(key)
        elif act == "cut":
            read()
            fanout.leave(viewer)
            picture.epoch = fanout.epoch(user.scope)
            user = later if turn % 2 else first
            line = Line()
            viewer = fanout.join(line, user.scope, picture.epoch, picture.seq, deflate=False)
        fanout.flush()
        clock.advance(0.02)
        fanout.beat()
    fanout.flush()
    read()
    # And the picture is complete: what may be seen is there, what may not is gone.
    assert set(picture.things) == {key for key, _ in world if may(user, "see", key)}


def test_the_epoch_tells_nothing_of_what_is_seen():
    fanout = FanOut(Clock(), lambda: 1.0, World("e"), Pace())
    scope = user_of("x", "viewer", Grants(see=frozenset(("friend/ann",)))).scope
    assert "ann" not in fanout.epoch(scope)
    assert fanout.epoch(scope) != fanout.epoch(EVERYTHING) == "e"


NAMES = itertools.count(1)
# Left out of the walk below: they end the session that asks, or erase what it asks about.
APART = {
    ("POST", "/session"), ("DELETE", "/session"), ("POST", "/welcome"), ("POST", "/link"),
    ("POST", "/invitation"), ("POST", "/oidc"), ("POST", "/oidc/{name}"),
    ("DELETE", "/sessions"), ("DELETE", "/sessions/others"), ("GET", "/openapi.json"),
}  # fmt: skip
# What may be asked of a route; each call takes the next of them.
QUERIES: dict[str, list[str]] = {
    "/history": [
        "",
        *(f"?sort={sort}" for sort in sorted(EVENTS)),
        "?sort=state",
        "?limit=1",
        "?sort=crossing&last=1",
        *(f"?format={form}" for form in FORMATS),
        "?hidden=1",
    ],
    "/days": ["?month=2026-11", *(f"?month=2026-11&sort={sort}" for sort in sorted(EVENTS))],
    "/events": ["", "?limit=1", "?limit=2", *(f"?kind={kind}&limit=1" for kind in sorted(EVENTS))],
    "/scene": ["?at=1795235100"],
    "/audit": ["", "?thing=friend/ann/phx"],
    "/things": ["", "?kind=friend", "?kind=quarantine"],
}
RECORDER = ["", "?user=ann", "?user=ben&device=tby", "?user=BEN", "?user=nobody&device=x"]
_RANGE = "from=2026-11-20T00:00:00&to=2026-11-23T00:00:00"
RECORDER += [f"?user={u}&device={d}&{_RANGE}&format={form}" for u, d, form in
    (("ann", "phx", "json"), ("ben", "tby", "csv"), ("ben", "phx", "xml"), ("ben", "tby", "gpx"))]  # fmt: skip


def calls(home: Any, first: int) -> Iterator[tuple[str, str]]:
    """Every call there is: each route of the table, with everything that could be named in it.

    A route that is added is called here without a word. ``first``: the query to begin with.
    """
    turns = {path: itertools.cycle(QUERIES[path]) for path in QUERIES}
    for path, queries in QUERIES.items():
        for _ in range(first % len(queries)):
            next(turns[path])
    for route in home.routes:
        if (route.method, route.path) in APART:
            continue
        ids = [*home.account_service.cache.tokens, *home.account_service.cache.shares, "nothere"]
        for values in (
            [dict(zip(("kind", "group", "id"), key.split("/", 2), strict=False)) for key in KEYS]
            if "{kind}" in route.path
            else [{"user": user, "device": "phx"} for user in ("ann", "ben", "nobody")]
            if "{user}" in route.path
            else [{"name": name, "id": "nothere"} for name in ("someone", "nobody")]
            if "{name}" in route.path
            else [{"id": number} for number in ids]
            if "{id}" in route.path
            else [{}]
        ):
            if "{group}" in route.path and "id" not in values:
                continue
            if "{kind}" in route.path and "{group}" not in route.path:
                values = {**values, "id": "/".join(v for k, v in values.items() if k != "kind")}
            path = route.path
            for name, value in values.items():
                path = path.replace(f"{{{name}}}", quote(value, safe=""))
            turn = turns.get("/" + route.path.split("/")[1])
            yield route.method, path + (next(turn) if turn and route.method == "GET" else "")
    yield from (("GET", f"/events?thing={key}&limit=1") for key in KEYS)
    recorder = home.site.resource.children[b"api"].children[b"0"]
    for what in ("", *recorder.questions):
        yield from (("GET", f"//api/0/{what}{query}") for query in RECORDER)
    for name in (*home.site.resource.listStaticNames(), b"nothing", b""):
        yield from (("GET", f"//{name.decode()}"), ("POST", f"//{name.decode()}"))


async def ways(home: Any, name: str, cookie: str, own: frozenset[str]) -> list[tuple[User, Any]]:
    """How an account comes in, and who it is then."""
    things = tuple(own) or ("friend/ann",)
    found = [
        (home.account_service.visitors.session(cookie.partition("=")[2]).user, {"cookie": cookie})
    ]
    for scopes in (("see",), ("publish",), ("metrics",), ("see", "drive", "metrics")):
        number, secret, text = new_token()  # as from a time when the account might more
        may_post = frozenset(things if "publish" in scopes else ())
        token = Token(number, name, "t", digest(secret), frozenset(scopes), may_post, home.wall())
        await home.account_service.change(lambda database, token=token: database.put_token(token))
        found.append((home.account_service.visitors.token(text).user, {"token": text}))
    root = await home.knows("root", "admin")
    opened = await home.asks("POST", "/link", {"token": await home.link(root, "friend/ann/phx")})
    linked = home.account_service.visitors.session(opened.cookie.partition("=")[2])
    return [*found, (linked.user, {"cookie": opened.cookie})]


@pytest.mark.timeout(1200)  # every route, for many people: minutes on a busy machine
@settings(
    max_examples=8,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    see=WORDS,
    drive=DRIVEN,
    own=OWNED,
    role=st.sampled_from(["viewer", "operator"]),
    first=st.integers(0, 999),
)
@pytest_twisted.ensureDeferred
async def test_no_answer_of_any_route_shows_what_is_hidden(open_web, see, drive, own, role, first):
    home = await peopled(open_web)
    name = f"user{next(NAMES)}"
    cookie = await home.knows(name, role, see=tuple(see), drive=tuple(drive), own=tuple(own))
    await ruled(home, name)
    found = await ways(home, name, cookie, own)
    asked = set()
    for number, (method, path) in enumerate(calls(home, first), first):
        user, brought = found[number % len(found)]
        body = {} if method in ("POST", "PUT", "PATCH") else None
        answer = await home.asks(method, path, body, **brought)
        asked.add(answer.status)
        assert answer.status != 500, (method, path, answer.data)
        if path.endswith("/export") and answer.status == 200:
            assert may(user, "export", "friend/" + "/".join(path.split("/")[2:4]))
            with zipfile.ZipFile(io.BytesIO(answer.data)) as made:
                for file in made.namelist():
                    assert_nothing_leaks(user, made.read(file))
        elif b"image/" in answer.headers.get("content-type", "").encode():
            assert_nothing_leaks(user, b64encode(answer.data))
        else:
            # Whoever asks who they are is told what they were given.
            given = own if path in ("/me", "/session") else frozenset[str]()
            # Whoever asks for a sort of entries is told which, of things without any, too.
            given |= {path.partition("sort=")[2].partition("&")[0]}
            assert_nothing_leaks(user, answer.data, given)
    assert {404, 405} <= asked
    live = home.site.resource.children[b"ws"].children[b"last"]._live
    for user, _ in found:
        for said in live.last(Visitor(user, "account")):
            assert_nothing_leaks(user, said)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(see=WORDS, drive=DRIVEN, own=OWNED, role=st.sampled_from(["viewer", "operator"]))
@pytest_twisted.ensureDeferred
async def test_no_answer_over_a_websocket_shows_what_is_hidden(open_web, see, drive, own, role):
    home = await peopled(open_web)
    name = f"user{next(NAMES)}"
    cookie = await home.knows(name, role, see=tuple(see), drive=tuple(drive), own=tuple(own))
    await ruled(home, name)
    user = home.account_service.visitors.user(home.account_service.cache.accounts[name])
    hidden = [key for key in KEYS if not may(user, "see", key)]
    for key in hidden:
        if key.startswith("friend/"):  # what is hidden and what is not there look the same
            asked = {"name": "x", "things": [key], "ends": home.wall() + 600}
            there = await home.asks("POST", "/links", asked, cookie=cookie)
            asked["things"] = ["friend/zz/zz"]
            nowhere = await home.asks("POST", "/links", asked, cookie=cookie)
            if not may(user, "share", "friend/zz/zz"):
                assert (there.status, there.data) == (nowhere.status, nowhere.data)
    browser = await home.browser(cookie)
    assert set(browser.picture.things) == set(KEYS) - set(hidden)
    for key in hidden:
        for verb in (
            *("see", "stop", "drive", "region", "unregion", "adopt", "locate", "setup"),
            *("rule", "unrule", "alert"),
        ):
            more = RULE_ASKED if verb == "rule" else {"act": "acknowledge"}
            answer = await browser.asks(verb, thing=key, **more)
            assert not answer["ok"]
            assert_nothing_leaks(user, json.dumps(answer).encode())
    assert_nothing_leaks(user, json.dumps(browser.hello).encode())
    await browser.leaves()


def shown(key: str) -> Any:
    """A thing's state, with its value in it."""
    if key.startswith("friend/"):
        return Friend(presence="live", lat=1.0, lon=2.0, tst=NOW, at=NOW, alt=VALUES[key])
    if key.startswith("face/"):
        # Its value can be found in the picture, and in its base64: of whole threes.
        value = b"%d" % VALUES[key]
        return Face(mime="image/png", data=b"\x89PNG\r\n\x1a\n." + value + b64decode(value + b"=="))
    return spot(VALUES[key])


RULE_ASKED = {
    "about": ["friend/ann/phx"],
    "condition": {"type": "battery", "below": 20},
    "tell": [{"account": "other"}],
}


async def ruled(home: Any, name: str) -> None:
    """Have regions and rules that give this account further rights."""
    await home.knows("other", see=("friend",))
    home.account_service.visitors.own_regions(OWNERS - {"someone"} | {name})
    home.account_service.visitors.rights.own_rules(rules_of(name))


async def peopled(open_web: Any) -> Any:
    """A server with all of it, phones too, where an admin has shared and exported."""
    here = PhoneScene()
    home = await open_web(further=here.further)
    here.recorder._ranges = judged(StoredFixes(home.store))
    for key in KEYS:
        home.world.put(key, shown(key))
        if key.startswith("friend/"):
            here.live._people.note(key)
        # The same in history: where a friend was, how a robot was, what happened to either.
        body = {"_type": "location", "lat": 1, "lon": 2, "tst": 1795235000, "alt": VALUES[key]}
        if not key.startswith("friend/"):
            body = {"presence": "live", "order": VALUES[key]}
        said = json.dumps(body).encode()
        for sort in ("fix", "state", "transition", "drive", "alarm", "log"):
            await home.store.write([entry(key, sort, 1795235000.0, 1795235000.0, said)], [])
    # Alerts of rules about a friend whom some see, who see no alert of that rule.
    for n, rule in enumerate(("someone/ruwa", "other/ruwb", "other/ruwc")):
        alert = {"rule": rule, "n": 1, "event": "fired", "type": "battery", "value": 770_900 + n}
        said, tst = json.dumps(alert).encode(), 1795235050.0 + n
        await home.store.write([entry("friend/ann/phx", "alert", tst, tst, said)], [])
    # Of whom some see the friend, who came into regions that not all of those see.
    for n, key in enumerate(key for key in KEYS if key.startswith("region/")):
        region = key.removeprefix("region/")
        crossing = {"region": region, "name": region.rpartition("/")[2], "acc": VALUES[key]}
        said, tst = json.dumps(crossing).encode(), 1795235001.0 + n
        await home.store.write([entry("friend/ann/phx", "crossing", tst, tst, said)], [])
    root = await home.knows("root", "admin")
    await home.link(root, "friend/ann/phx")
    invitation = {
        "name": "somebody",
        "see": ["friend/ann/phx", "friend/ben"],
        "own": ["friend/ben"],
    }
    home.invited = (await home.asks("POST", "/invitations", invitation, cookie=root)).said["url"]
    await home.asks("GET", "/friends/ann/phx/export", cookie=root)
    return home


@pytest_twisted.ensureDeferred
async def test_who_holds_an_invitation_is_told_nothing_of_what_there_is(open_web):
    home = await peopled(open_web)
    token = home.invited.partition("#invite=")[2]
    nobody = visitor(())
    # A name that is nobody's: then a password that is too weak, then who comes in.
    for asked in ({}, {"name": "x", "password": "x"}, {"name": "root", "password": "quite-long-7"}):
        answer = await home.asks("POST", "/invitation", {"token": token, **asked})
        assert_nothing_leaks(nobody, answer.data)


def test_the_wire_names_a_kind_by_its_key_only():
    assert protocol.thing("a/b", 1, None) == b'{"k":"a","id":"b","s":1,"gone":true}'
