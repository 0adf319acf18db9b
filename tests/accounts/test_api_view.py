"""An admin looks at what somebody sees: by that account's scope, without acting as it."""

from __future__ import annotations

import pytest_twisted

from sightline.auth.permissions import may

THINGS = (
    "friend/anna/phone",
    "face/anna/phone",
    "friend/bob/phone",
    "probot/R2",
    "probot/R3",
    "region/home",
    "region/vera/mine",
    "broker/main",
    "quarantine/1",
)


@pytest_twisted.ensureDeferred
async def test_it_is_what_the_account_sees_and_is_written_down(open_web):
    home = await open_web()
    for key in THINGS:
        home.shows(key)
    root = await home.knows("root", "admin")
    await home.knows("vera", see=("friend/anna", "region"), own=("friend/bob",))
    await home.knows("op", "operator", drive=("probot/R2",))
    await home.knows("shut", see=("*",), disabled=True)
    before = set(home.account_service.cache.sessions)
    seen = {}
    for name in ("vera", "op", "shut", "root"):
        answer = await home.asks("GET", f"/users/{name}/view", cookie=root)
        seen[name] = answer.said["things"]
        account = home.account_service.cache.accounts[name]
        user = home.account_service.visitors.user(account)
        if not account.disabled:
            assert all(may(user, "see", key) for key in seen[name])
    assert seen == {
        "vera": ["friend/anna/phone", "friend/bob/phone", "region/home", "region/vera/mine"],
        "op": ["probot/R2"],
        "shut": [],
        "root": sorted(
            key for key in THINGS if key.split("/")[0] in ("friend", "probot", "region")
        ),
    }
    assert (await home.asks("GET", "/users/nobody/view", cookie=root)).status == 404
    assert home.account_service.cache.sessions.keys() == before, "nobody was signed in by it"
    records = (await home.asks("GET", "/audit?what=view+as", cookie=root)).said["records"]
    assert {(each["who"], each["thing"]) for each in records} == {
        ("root", f"account/{name}") for name in seen
    }
