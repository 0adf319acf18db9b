"""Who may do what, over real HTTP and real WebSockets: every role, every verb, every route.

Covers console/api_check.py, maps/api.py.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import pytest_twisted

from browser import Closed
from sightline.auth.permissions import LEAST_ROLE
from web_scene import GOOD

FRIEND, OTHER, ROBOT, ELSE = (
    "friend/jane/phone",
    "friend/bob/phone",
    "probot/ProBot1",
    "probot/ProBot2",
)
THINGS = (FRIEND, "face/jane/phone", OTHER, ROBOT, ELSE, "broker/main", "quarantine/1", "future/1")

# Whom we know, what each sees of THINGS, and which verbs each may do to which robot.
SEEN = {
    "viewer": {FRIEND, "face/jane/phone", ROBOT, "broker/main"},
    "operator": {FRIEND, "face/jane/phone", ROBOT, ELSE, "broker/main"},
    "admin": set(THINGS),
    "link": {FRIEND, "face/jane/phone"},
    "token": {FRIEND, "face/jane/phone", ROBOT, ELSE, "broker/main"},
    "guest": {FRIEND, "face/jane/phone", OTHER, ROBOT, ELSE, "broker/main"},
}
VERBS = ("see", "stop", "drive", "takeover", "drivers", "shutdown", "routine")
MAY = {
    "viewer": {(ROBOT, "see"), (ROBOT, "stop")},
    "operator": {
        *((ROBOT, verb) for verb in ("see", "stop", "drive")),
        *((ELSE, verb) for verb in ("see", "stop")),
    },
    "admin": {(robot, v) for robot in (ROBOT, ELSE) for v in VERBS},
    "link": set(),
    "token": {(ROBOT, "see"), (ELSE, "see")},
    "guest": {(robot, verb) for robot in (ROBOT, ELSE) for verb in ("see", "stop")},
}

# Regions: shared, of the viewer, of somebody else, of jane's phone (the viewer's own friend).
SHARED, HIS, THEIRS, PHONES = (
    "region/ab12cd34",
    "region/viewer/ab12cd34",
    "region/bob/ab12cd34",
    "region/friend/jane/phone/ab12cd34",
)
ON_REGIONS = ("region", "unregion", "adopt")
MAY_DRAW = {
    "viewer": {(region, verb) for region in (HIS, PHONES) for verb in ("region", "unregion")},
    "operator": {(SHARED, verb) for verb in ON_REGIONS}
    | {(region, "adopt") for region in (HIS, THEIRS, PHONES)},
    "admin": {(r, verb) for r in (SHARED, HIS, THEIRS, PHONES) for verb in ON_REGIONS},
    "link": set(),
    "token": set(),
    "guest": set(),
}

# What each may ask of the HTTP API: the status of each answer. 404 where it is hidden.
ROUTES: list[tuple[str, str, dict[str, int]]] = [
    ("GET", "/session", dict.fromkeys(["nobody", "guest", "link", "token", "viewer", "operator", "admin"], 200)),
    ("GET", "/me", {"nobody": 401, "guest": 200, "link": 200, "token": 200, "viewer": 200, "operator": 200, "admin": 200}),
    *[
        (method, path, {"nobody": 401, "guest": 403, "link": 403, "token": 403, "viewer": least, "operator": least, "admin": most})
        for method, path, least, most in [
            ("GET", "/sessions", 200, 200),
            ("DELETE", "/sessions/none", 404, 404),
            ("GET", "/tokens", 200, 200),
            ("POST", "/tokens", 400, 400),
            ("DELETE", "/tokens/none", 404, 404),
            ("POST", "/me/password", 400, 400),
            ("GET", "/me/factors", 200, 200),
            ("POST", "/me/passkeys/challenge", 409, 409),  # not at an address that is a number
            ("POST", "/me/passkeys", 400, 400),
            ("PATCH", "/me/passkeys/none", 400, 400),
            ("DELETE", "/me/passkeys/none", 404, 404),
            ("POST", "/me/app/begin", 200, 200),
            ("POST", "/me/app", 400, 400),
            ("POST", "/me/app/off", 200, 200),
            ("POST", "/me/recovery", 404, 404),
            ("GET", "/links", 200, 200),
            ("POST", "/links", 400, 400),
            ("DELETE", "/links/none", 404, 404),
            ("GET", "/friends/jane/phone/retention", 404, 200),
            ("PUT", "/friends/jane/phone/retention", 404, 400),
            ("GET", "/friends/jane/phone/export", 404, 200),
            ("POST", "/friends/jane/phone/erase", 404, 400),
            ("GET", "/friends/not/there/export", 404, 404),
            ("GET", "/deliveries", 403, 200),
            ("GET", "/phones", 200, 200),
            ("POST", "/phones", 400, 400),
            ("GET", "/phones/jane/phone", 404, 404),
            ("POST", "/phones/jane/phone", 404, 404),
            ("DELETE", "/phones/jane/phone", 404, 404),
            ("PUT", "/admin/address", 403, 400),
            ("GET", "/users", 403, 200),
            ("POST", "/users", 403, 400),
            ("GET", "/users/viewer", 403, 200),
            ("GET", "/users/nobody", 403, 404),
            ("PATCH", "/users/viewer", 403, 200),
            ("DELETE", "/users/nobody", 403, 404),
            ("GET", "/users/viewer/sessions", 403, 200),
            ("DELETE", "/users/nobody/sessions", 403, 404),
            ("DELETE", "/users/nobody/factors", 403, 404),
            ("DELETE", "/users/viewer/sessions/none", 403, 404),
            ("GET", "/users/viewer/tokens", 403, 200),
            ("GET", "/users/viewer/view", 403, 200),
            ("POST", "/users/nobody/reset", 403, 404),
            ("GET", "/identities", 200, 200),
            ("DELETE", "/identities/none", 404, 404),
            ("GET", "/users/nobody/identities", 403, 404),
            ("POST", "/users/nobody/identities", 403, 400),
            ("GET", "/invitations", 403, 200),
            ("POST", "/invitations", 403, 400),
            ("DELETE", "/invitations/none", 403, 404),
            ("GET", "/audit", 403, 200),
            ("GET", "/people?names=viewer", 200, 200),
            ("GET", "/telephones", 200, 200),
            ("PUT", "/me/telephone", 400, 400),
            ("PUT", "/users/nobody/telephone", 403, 400),
            ("POST", "/rules/try", 400, 400),
            ("GET", "/rules/text", 200, 200),
            ("POST", "/rules/text", 400, 400),
            ("POST", "/rules/read", 400, 400),
            ("GET", "/channels", 200, 200),
            ("POST", "/channels", 400, 400),
            ("PUT", "/channels/none", 404, 404),
            ("DELETE", "/channels/none", 404, 404),
            ("POST", "/channels/none/test", 404, 404),
            ("GET", "/channels/dead", 200, 200),
            ("POST", "/channels/none/dead", 400, 400),
            ("GET", "/push/key", 200, 200),
            ("GET", "/admin/channels", 403, 200),
            ("GET", "/rules/usual?thing=friend/bob/phone", 404, 200),
            ("POST", "/alerts/acknowledge", 400, 400),
            ("GET", "/admin/devices", 403, 200),
            ("GET", "/admin/maps", 403, 200),
            ("GET", "/admin/check", 403, 200),
            ("POST", "/admin/check", 403, 202),
            ("DELETE", "/admin/maps/none", 403, 404),
            ("GET", "/admin/map-addresses", 403, 200),
            ("POST", "/admin/map-addresses", 403, 400),
            ("POST", "/admin/map-addresses/try", 403, 400),
            ("DELETE", "/admin/map-addresses/none", 403, 404),
            ("GET", "/admin/devices/jane/phone/merge?into=not/there", 403, 404),
            ("POST", "/admin/devices/jane/phone/merge", 403, 400),
            ("POST", "/admin/devices/jane/phone/rename", 403, 400),
            ("POST", "/admin/devices/jane/phone/split", 403, 400),
        ]
    ],
    *[
        (method, path, {"nobody": 401, "guest": 200, "link": 403, "token": 200, "viewer": 200, "operator": 200, "admin": 200} | other)
        for method, path, other in [
            ("GET", "/things", {"link": 200}),
            ("GET", "/things/friend/jane/phone", {"link": 200}),
            ("GET", "/things/friend/bob/phone", {"link": 404, "viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/things/quarantine/1", {"link": 404, "guest": 404, "viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/history/friend/jane/phone", {}),
            ("GET", "/history/friend/bob/phone", {"viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/history/friend/jane/phone?hidden=1", {"guest": 403, "viewer": 403, "operator": 403, "token": 403}),
            ("GET", "/history/probot/ProBot1", {}),
            ("GET", "/history/probot/ProBot2", {"viewer": 404}),
            ("GET", "/history/broker/main?sort=log", {"guest": 404, "viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/days/friend/jane/phone?month=2026-11", {}),
            ("GET", "/days/friend/bob/phone?month=2026-11", {"viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/days/probot/ProBot2?month=2026-11", {"viewer": 404}),
            ("GET", "/judged/friend/jane/phone", {}),
            ("GET", "/judged/probot/ProBot2", {"viewer": 404}),
            ("GET", "/judged/friend/bob/phone", {"viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/calendar?month=2026-11", {}),
            ("GET", "/calendar?month=2026-11&thing=friend/jane/phone", {}),
            ("GET", "/calendar?month=2026-11&thing=friend/bob/phone", {"viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/summary/friend/jane/phone", {}),
            ("GET", "/summary/friend/bob/phone", {"viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/heat/friend/jane/phone", {}),
            ("GET", "/heat/friend/bob/phone", {"viewer": 404, "operator": 404, "token": 404}),
            ("GET", "/scene?at=1", {}),
            ("GET", "/events", {}),
            ("GET", "/openapi.json", {"link": 200}),
            # nothing was heard of it, so nobody is told anything
            ("GET", "/deliveries/jane/phone", dict.fromkeys(["guest", "link", "token", "viewer", "operator", "admin"], 404)),
        ]
    ],
    *[
        (method, path, {"nobody": 401, "guest": 403, "link": 403, "token": 403, "viewer": 404, "operator": 404, "admin": 400})
        for method, path in [("POST", "/hide/friend/jane/phone"), ("POST", "/hide/probot/ProBot1"), ("POST", "/believe/friend/jane/phone"), ("POST", "/believe/probot/ProBot1")]
    ],
    *[
        ("GET", path, {"nobody": 401, "guest": 403, "link": 403, "token": 403, "viewer": 404, "operator": 404, "admin": 200})
        for path in ("/overruled/friend/jane/phone", "/overruled/probot/ProBot1")
    ],
    *[
        ("GET", f"/topics/{path}", {"nobody": 401, "guest": 403, "link": 403, "token": 403, "viewer": 403, "operator": 403, "admin": 200})
        for path in (
            "recorded",
            "tree?at=1",
            "value?at=1&topic=a/b",
            "difference?at=1",
            "messages?from=1&to=2",
            "curve?from=1&to=2&topic=a/b&step=1",
            "download?from=1&to=2",
        )
    ],
    ("POST", "/unhide", {"nobody": 401, "guest": 403, "link": 403, "token": 403, "viewer": 400, "operator": 400, "admin": 400}),
    *[
        ("POST", path, {"nobody": 401} | dict.fromkeys(["guest", "link", "token", "viewer", "operator", "admin"], 400))
        for path in ("/places/at", "/places/search")
    ],
    ("GET", "/nothing", {"nobody": 401, "guest": 404, "link": 404, "token": 404, "viewer": 404, "operator": 404, "admin": 404}),
    ("GET", "//metrics", {"nobody": 401, "guest": 403, "link": 403, "token": 403, "viewer": 403, "operator": 403, "admin": 200}),
    ("GET", "//healthz", dict.fromkeys(["nobody", "guest", "link", "token", "viewer", "operator", "admin"], 200)),
]  # fmt: skip


async def people(home: Any) -> dict[str, dict[str, str]]:
    """How each of them comes: what they bring to a call."""
    viewer = await home.knows("viewer", see=("friend/jane", ROBOT))
    operator = await home.knows(
        "operator", "operator", see=("friend/jane", "probot"), drive=(ROBOT,), password=GOOD
    )
    admin = await home.knows("admin", "admin", password=GOOD)
    secret = await home.link(admin, FRIEND)
    opened = await home.asks("POST", "/link", {"token": secret})
    return {
        "viewer": {"cookie": viewer},
        "operator": {"cookie": operator},
        "admin": {"cookie": admin},
        "link": {"cookie": opened.cookie},
        "token": {"token": await home.token("operator", "see")},
    }


def world(home: Any) -> None:
    for number, thing in enumerate(THINGS):
        home.shows(thing, number)


@pytest_twisted.ensureDeferred
async def test_every_verb_on_every_thing_over_a_websocket(open_web):
    for guest in (None, "viewer"):
        home = await open_web(guest=guest)
        world(home)
        known = await people(home)
        for who in SEEN if guest else known:
            entry: dict[str, Any] = dict(known.get(who, {}))
            if "token" in entry:
                entry["origin"] = None
            browser = await home.browser(**entry)
            assert set(browser.picture.things) == SEEN[who], who
            granted = set()
            for robot in (ROBOT, ELSE):
                for verb in VERBS:
                    answer = await browser.asks(verb, thing=robot)
                    assert answer.get("code", "forbidden") == "forbidden"
                    if answer["ok"]:
                        granted.add((robot, verb))
            assert granted == MAY[who], who
            await browser.leaves()
        if guest is None:
            with pytest.raises(Closed):
                await home.browser()


@pytest_twisted.ensureDeferred
async def test_every_verb_on_every_region_over_a_websocket(open_web):
    home = await open_web(guest="viewer")
    home.account_service.visitors.own_regions(frozenset(("viewer", "bob", "friend/jane/phone")))
    for region in (SHARED, HIS, THEIRS, PHONES):
        home.shows(region)
    known: dict[str, dict[str, Any]] = dict(await people(home))
    known["viewer"] = {"cookie": await home.knows("viewer", own=("friend/jane",))}
    known["operator"] = {"cookie": await home.knows("operator", "operator", see=("region",))}
    known["token"] = {"token": await home.token("operator", "see"), "origin": None}
    for who in MAY_DRAW:
        browser = await home.browser(**known.get(who, {}))
        granted = set()
        for region in (SHARED, HIS, THEIRS, PHONES):
            for verb in ON_REGIONS:
                answer = await browser.asks(verb, thing=region)
                assert answer.get("code", "forbidden") == "forbidden"
                if answer["ok"]:
                    granted.add((region, verb))
        assert granted == MAY_DRAW[who], who
        await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_every_route_for_everybody(open_web):
    for guest in (None, "viewer"):
        home = await open_web(guest=guest)
        world(home)
        known: dict[str, dict[str, str]] = await people(home)
        known["guest" if guest else "nobody"] = {}
        for method, path, statuses in ROUTES:
            for who, entry in known.items():
                body = {} if method in ("POST", "PUT", "PATCH") else None
                answer = await home.asks(method, path, body, **entry)
                assert answer.status == statuses[who], (who, method, path, answer.data)
                if answer.status >= 400 and path.startswith("/") and not path.startswith("//"):
                    assert set(json.loads(answer.data)) == {"ok", "code", "why"}


def test_every_verb_of_the_table_is_in_the_matrix():
    on_robots = {verb for granted in MAY.values() for _, verb in granted}
    # About friends' phones: every cell is in tests/owntracks/test_phones.py.
    on_phones = {"locate", "phonestatus", "sendregions", "readregions", "clearregions", "setup"}
    by_route = {"share", "export", "retain", "erase", "hide", "history"}
    by_route |= {"accounts", "audit", "metrics"}
    on_regions = {verb for granted in MAY_DRAW.values() for _, verb in granted}
    on_rules = {"rule", "unrule", "alert"}  # every cell is in tests/rules/test_requests.py
    assert set(LEAST_ROLE) == on_robots | by_route | on_phones | on_regions | on_rules


@pytest_twisted.ensureDeferred
async def test_every_route_there_is_is_in_the_matrix(open_web):
    home = await open_web()
    tried = [(method, path) for method, path, _ in ROUTES]
    apart = {("POST", "/session"), ("DELETE", "/session"), ("POST", "/welcome"), ("POST", "/link")}
    apart |= {("POST", "/invitation"), ("POST", "/oidc"), ("POST", "/oidc/{name}")}
    apart |= {("POST", "/passkeys/challenge"), ("POST", "/session/passkey")}
    apart |= {("POST", "/session/code"), ("POST", "/session/app"), ("POST", "/session/app/code")}
    apart |= {("POST", "/invitation/passkey")}
    apart |= {("DELETE", "/sessions"), ("DELETE", "/sessions/others")}  # tested by what they do
    for route in home.routes:
        pattern = re.compile(re.sub(r"{[a-z]+}", "[^/]+", route.path))
        assert (route.method, route.path) in apart or any(
            method == route.method and pattern.fullmatch(path.partition("?")[0])
            for method, path in tried
        ), route.path


@pytest_twisted.ensureDeferred
async def test_a_friends_own_account_shares_exports_and_erases_that_friend(open_web):
    home = await open_web()
    world(home)
    jane = await home.knows("jane", own=("friend/jane",))
    base = "/friends/jane/phone"
    assert (await home.asks("GET", f"{base}/retention", cookie=jane)).said["days"] is None
    answer = await home.asks("PUT", f"{base}/retention", {"days": 7}, cookie=jane)
    assert answer.said["days"] == 7
    assert (await home.asks("GET", f"{base}/retention", cookie=jane)).said["days"] == 7
    made = await home.asks("GET", f"{base}/export", cookie=jane)
    assert made.headers["content-type"] == "application/zip"
    assert made.headers["content-disposition"] == 'attachment; filename="sightline-jane-phone.zip"'
    assert made.data.startswith(b"PK")
    slip = await home.asks("POST", f"{base}/erase", {"confirm": "jane"}, cookie=jane)
    assert slip.status == 400
    gone = await home.asks("POST", f"{base}/erase", {"confirm": "jane/phone"}, cookie=jane)
    assert gone.status == 200
    assert home.erased == [FRIEND]
    assert FRIEND not in home.world
    assert "face/jane/phone" not in home.world
    root = await home.knows("root", "admin")
    records = (await home.asks("GET", "/audit?who=jane", cookie=root)).said["records"]
    assert [record["what"] for record in records] == ["erase", "export", "retain"]
    assert all(record["thing"].startswith("friend/~") for record in records)


@pytest_twisted.ensureDeferred
async def test_the_last_admin_stays_and_the_log_says_what_changed(open_web):
    home = await open_web()
    root = await home.knows("root", "admin", password=GOOD)
    for change in ({"role": "viewer"}, {"disabled": True}):
        answer = await home.asks("PATCH", "/users/root", change, cookie=root)
        assert (answer.status, answer.code) == (409, "last_admin")
    assert (await home.asks("DELETE", "/users/root", cookie=root)).code == "last_admin"
    home.shows(FRIEND)
    new = {"name": "Bob", "password": "good-enough-for-bob", "see": [FRIEND]}
    assert (await home.asks("POST", "/users", new, cookie=root)).said["user"]["see"] == [FRIEND]
    assert (await home.asks("POST", "/users", new, cookie=root)).code == "taken"
    for wrong, code in (
        ({"name": "no+plus"}, "malformed"),
        ({"name": "demo"}, "malformed"),
        ({"see": ["quarantine"]}, "malformed"),
        ({"role": "king"}, "malformed"),
        ({"password": "password"}, "weak"),
    ):
        asked = {"name": "x", "password": GOOD} | wrong
        assert (await home.asks("POST", "/users", asked, cookie=root)).code == code
    change = {"role": "admin", "drive": ["*"], "password": "bobs-other-password"}
    assert (await home.asks("PATCH", "/users/bob", change, cookie=root)).status == 200
    assert (await home.asks("PATCH", "/users/root", {"role": "viewer"}, cookie=root)).status == 200
    bob = {"name": "bob", "password": "bobs-other-password"}
    cookie = (await home.asks("POST", "/session", bob)).cookie
    answer = await home.asks("GET", "/audit?thing=account/bob", cookie=cookie)
    assert [record["more"] for record in answer.said["records"]] == [
        "role admin, password, +drive *",
        f"role viewer, +see {FRIEND}",
    ]
    assert b"bobs-other" not in answer.data


@pytest_twisted.ensureDeferred
async def test_an_admin_sees_and_ends_anybodys_sessions_and_tokens(open_web):
    home = await open_web()
    root, jane = await home.knows("root", "admin"), await home.knows("jane", see=("*",))
    await home.token("jane", "see")
    (session,) = (await home.asks("GET", "/users/jane/sessions", cookie=root)).said["sessions"]
    (token,) = (await home.asks("GET", "/users/jane/tokens", cookie=root)).said["tokens"]
    browser = await home.browser(jane)
    path = f"/users/jane/sessions/{session['id']}"
    assert (await home.asks("DELETE", path, cookie=root)).status == 200
    assert (await browser.is_closed()).code == 4001
    assert (await home.asks("DELETE", f"/tokens/{token['id']}", cookie=root)).status == 200
    said = (await home.asks("GET", "/users", cookie=root)).said["users"]
    assert {user["name"]: (user["sessions"], user["tokens"]) for user in said} == {
        "jane": (0, 0),
        "root": (1, 0),
    }


@pytest.mark.parametrize("query", ["limit=x", "since=nan", "before=1e99", "until=inf"])
@pytest_twisted.ensureDeferred
async def test_a_search_that_makes_no_sense_is_refused(open_web, query):
    home = await open_web()
    root = await home.knows("root", "admin")
    answer = await home.asks("GET", f"/audit?{query}", cookie=root)
    assert (answer.status, answer.code) == (400, "malformed")


@pytest_twisted.ensureDeferred
async def test_the_log_is_read_page_by_page(open_web):
    home = await open_web()
    root = await home.knows("root", "admin", password=GOOD)
    for n in range(5):
        asked = {"name": f"user{n}", "password": f"good-enough-{n}-x"}
        assert (await home.asks("POST", "/users", asked, cookie=root)).status == 201
    seen, page = [], ""
    while True:
        said = (await home.asks("GET", f"/audit?limit=2{page}", cookie=root)).said
        seen += [record["thing"] for record in said["records"]]
        if said["next"] is None:
            break
        page = f"&before={said['next']}"
    assert seen == [f"account/user{n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"name": "", "scopes": ["see"]}, "malformed"),
        ({"name": "x", "scopes": []}, "malformed"),
        ({"name": "x", "scopes": ["everything"]}, "malformed"),
        ({"name": "x", "scopes": ["publish"], "things": ["probot/ProBot1"]}, "malformed"),
        ({"name": "x", "scopes": ["see"], "days": 0}, "malformed"),
        ({"name": "x", "scopes": ["metrics"]}, "forbidden"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_token_that_makes_no_sense_is_not_made(open_web, asked, code):
    home = await open_web()
    cookie = await home.knows("jane", "operator", own=("friend/jane",))
    answer = await home.asks("POST", "/tokens", asked, cookie=cookie)
    assert (answer.status, answer.code) == (403 if code == "forbidden" else 400, code)
