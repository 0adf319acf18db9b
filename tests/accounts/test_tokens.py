"""A token does what its scopes and its account allow now, and makes nothing that outlives it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st

from owntracks.scene import PhoneScene, basic, fix
from sightline.auth.account import SCOPES
from sightline.auth.permissions import Grants, Role, may, scopes_now, user_of
from web_scene import GOOD

JANE = "friend/jane/phone"


async def becomes(home: Any, name: str, role: Role | None = None, **grants: Any) -> None:
    """An account's rights change; its sessions and tokens are as they were."""
    account = home.account_service.cache.accounts[name]
    given = Grants(**{verb: frozenset(words) for verb, words in grants.items()})
    changed = replace(account, role=role or account.role, grants=given)
    await home.account_service.change(lambda database: database.put_account(changed))


@pytest.mark.parametrize("role", ["viewer", "admin"])
@pytest_twisted.ensureDeferred
async def test_a_publish_token_posts_while_its_account_owns_the_friend(open_web, role):
    here = await PhoneScene().opens(open_web)
    await here.home.knows("jane", role, own=("friend/jane",))
    login = basic("jane", await here.home.token("jane", "publish", things=("friend/jane",)))

    async def posts(device: str = "phone") -> int:
        return (await here.posts(fix(), login, user="jane", device=device)).status

    assert await posts() == 200
    await becomes(here.home, "jane", "viewer", see=("friend/jane",))
    assert await posts() == 401
    # All of jane's devices by the token, one of them by the account: that one.
    await becomes(here.home, "jane", own=(JANE,))
    assert (await posts(), await posts("tablet")) == (200, 401)
    await becomes(here.home, "jane", own=("friend/jane",))
    assert await posts() == 200


@pytest_twisted.ensureDeferred
async def test_a_metrics_token_reads_while_its_account_is_an_admins(open_web):
    home = await open_web()
    await home.knows("root", "admin", password=GOOD)
    await home.knows("jane", "admin", password=GOOD)
    token = await home.token("jane", "metrics")
    assert (await home.asks("GET", "//metrics", token=token)).status == 200
    for role in ("operator", "viewer"):
        await becomes(home, "jane", role, see=("*",), drive=("*",))
        answer = await home.asks("GET", "//metrics", token=token)
        assert answer.status == 403
        assert b"sightline_" not in answer.data
        assert (await home.asks("GET", "/me", token=token)).said["user"]["scopes"] == []
    await becomes(home, "jane", "admin")
    assert (await home.asks("GET", "//metrics", token=token)).status == 200


@pytest_twisted.ensureDeferred
async def test_a_socket_ends_when_its_token_may_less(open_web):
    home = await open_web()
    await home.knows("jane", "admin")
    browser = await home.browser(token=await home.token("jane", "see", "metrics"), origin=None)
    await becomes(home, "jane", "viewer", see=("*",))
    assert (await browser.is_closed()).reason == "your rights have changed"


@pytest_twisted.ensureDeferred
async def test_a_token_makes_no_tokens_no_links_and_sets_up_no_phone(open_web):
    here = await PhoneScene().opens(open_web)
    home = here.home
    for role in ("operator", "admin"):
        cookie = await home.knows(role, role, see=("*",), drive=("*",), own=("friend/jane",))
        here.hears("jane/phone", fix())
        token = await home.token(role, "see", "drive", "publish", things=("friend/jane",))
        new = {"name": "x", "scopes": ["see"]}
        link = {"name": "x", "things": [JANE], "ends": home.wall() + 600}
        browser = await home.browser(token=token, origin=None)
        for path, body in (("/tokens", new), ("/links", link)):
            assert (await home.asks("POST", path, body, token=token)).code == "forbidden"
            assert (await home.asks("POST", path, body, cookie=cookie)).status == 201
        for mode in ("http", "mqtt"):
            answer = await browser.asks("setup", thing=JANE, mode=mode, base="http://x")
            assert answer["code"] == "forbidden"
            assert "sign in with the account" in answer["why"]
        signed = await home.browser(cookie)
        answer = await signed.asks("setup", thing=JANE, mode="http", base="http://x")
        assert answer["ok"]
        await browser.leaves()
        await signed.leaves()


@pytest_twisted.ensureDeferred
async def test_a_token_gets_past_no_route_that_needs_an_account(open_web):
    home = await open_web()
    await home.knows("root", "admin", own=("friend/jane",))
    token = await home.token("root", *SCOPES, things=("friend/jane",))
    tried = 0
    for route in home.routes:
        if route.needs in ("account", "admin"):
            path = route.path.replace("{name}", "root").replace("{", "").replace("}", "")
            body = {} if route.method in ("POST", "PUT", "PATCH") else None
            answer = await home.asks(route.method, path, body, token=token)
            assert (answer.status, answer.code) == (403, "forbidden"), route.path
            tried += 1
    assert tried > 20


WORDS = st.sampled_from(["friend/jane", JANE, "friend/jane/tablet", "friend/bob"])


@given(
    st.sampled_from(["viewer", "operator", "admin"]),
    st.frozensets(WORDS),
    st.frozensets(WORDS, min_size=1),
    st.frozensets(st.sampled_from(SCOPES)),
)
def test_a_scope_is_left_just_when_the_account_may_do_what_it_is_for(role, own, things, scopes):
    user = user_of("x", role, Grants(own=own))
    now = scopes_now(user, scopes, things)
    assert now <= scopes
    assert now & {"see", "drive"} == scopes & {"see", "drive"}
    assert ("metrics" in now) == ("metrics" in scopes and role == "admin")
    phones = [JANE, "friend/jane/tablet", "friend/bob/phone"]
    named = [p for p in phones if p in things or p.rpartition("/")[0] in things]
    if any(may(user, "share", phone) for phone in named):
        assert ("publish" in now) == ("publish" in scopes)


# -- a new password


@pytest_twisted.ensureDeferred
async def test_a_new_password_ends_the_tokens_if_that_is_asked(open_web):
    home = await open_web()
    jane = await home.knows("jane", password=GOOD)
    await home.knows("bob")
    others = await home.token("bob", "see")
    token = await home.token("jane", "see")

    async def changes(old: str, new: str, **more: Any) -> None:
        asked = {"old": old, "new": new, **more}
        answer = await home.asks("POST", "/me/password", asked, cookie=jane)
        assert answer.status == 200, answer.data

    await changes(GOOD, "another-good-one")
    assert (await home.asks("GET", "/me", token=token)).status == 200
    socket = await home.browser(token=token, origin=None)
    await changes("another-good-one", "a-third-good-one", end_tokens=True)
    assert (await home.asks("GET", "/me", token=token)).status == 401
    assert (await socket.is_closed()).code == 4001
    assert (await home.asks("GET", "/me", token=others)).status == 200
    root = await home.knows("root", "admin")
    records = (await home.asks("GET", "/audit?what=change+password", cookie=root)).said["records"]
    assert [record["more"] for record in records] == ["1 tokens ended", ""]


@pytest_twisted.ensureDeferred
async def test_an_admin_who_sets_a_password_may_end_the_tokens(open_web):
    home = await open_web()
    root = await home.knows("root", "admin", password=GOOD)
    await home.knows("jane", password=GOOD)
    tokens = [await home.token("jane", "see") for _ in range(2)]
    asked: dict[str, Any] = {"password": "another-good-one"}
    said = (await home.asks("PATCH", "/users/jane", asked, cookie=root)).said
    assert said["user"]["tokens"] == 2
    said = (await home.asks("PATCH", "/users/jane", asked | {"end_tokens": True}, cookie=root)).said
    assert said["user"]["tokens"] == 0
    for token in tokens:
        assert (await home.asks("GET", "/me", token=token)).status == 401
    (record, _) = (await home.asks("GET", "/audit?thing=account/jane", cookie=root)).said["records"]
    assert record["more"] == "password, 2 tokens ended"
