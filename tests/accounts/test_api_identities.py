"""Linking and unlinking: one's own on the account page, anybody's by an admin's word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted

from oidc_provider import OidcProvider
from oidc_scene import Person, audited, oidc
from web_scene import GOOD


@pytest.fixture(scope="module")
def one() -> Iterator[OidcProvider]:
    with OidcProvider() as provider:
        yield provider


async def opened(open_web: Any, provider: OidcProvider, **more: Any) -> Any:
    provider.truth()
    home = await open_web(oidc=oidc(provider, **more))
    provider.wall = home.wall
    return home


@pytest_twisted.ensureDeferred
async def test_what_was_linked_is_listed_and_unlinked_by_its_owner(open_web, one):
    home = await opened(open_web, one)
    jane = Person(home, await home.knows("jane", password=GOOD))
    kim = Person(home, await home.knows("kim", password=GOOD))
    said = (await jane.asks("GET", "/identities")).said
    assert (said["identities"], said["providers"]) == ([], [{"name": "home", "label": "Our home"}])
    await jane.signs_in("link")
    (listed,) = (await jane.asks("GET", "/identities")).said["identities"]
    assert (listed["provider"], listed["called"], listed["used"]) == ("Our home", "jane", None)
    elsewhere = Person(home)
    await elsewhere.signs_in()
    assert (await kim.asks("DELETE", f"/identities/{listed['id']}")).code == "unknown"
    assert (await jane.asks("DELETE", f"/identities/{listed['id']}")).status == 200
    assert (await elsewhere.asks("GET", "/me")).status == 401, "who came by it is out"
    assert (await jane.asks("GET", "/me")).status == 200
    assert (await Person(home).signs_in()).code == "no_account"
    for what in ("link sign-in", "unlink sign-in"):
        (record,) = await audited(home, what)
        assert (record["who"], record["thing"]) == ("jane", "account/jane")
        assert f"{one.issuer} subject u-1" in record["more"]


@pytest_twisted.ensureDeferred
async def test_nobody_unlinks_the_only_way_into_their_account(open_web, one):
    home = await opened(open_web, one, create="viewer")
    jane = Person(home)
    await jane.signs_in()
    (listed,) = (await jane.asks("GET", "/identities")).said["identities"]
    answer = await jane.asks("DELETE", f"/identities/{listed['id']}")
    assert (answer.status, answer.code) == (409, "last_way")


@pytest_twisted.ensureDeferred
async def test_an_admin_names_who_somebody_is_and_takes_it_back(open_web, one):
    home = await opened(open_web, one)
    root = Person(home, await home.knows("root", "admin", password=GOOD))
    await home.knows("jane")
    path = "/users/jane/identities"
    named = {"provider": "home", "subject": "u-1"}
    assert (await root.asks("POST", path, named)).status == 201
    assert (await Person(home).signs_in()).said["user"]["name"] == "jane"
    (listed,) = (await root.asks("GET", path)).said["identities"]
    assert listed["subject"] == "u-1"
    assert (await root.asks("POST", "/users/root/identities", named)).code == "linked"
    unknown = {"provider": "other", "subject": "u-1"}
    assert (await root.asks("POST", path, unknown)).code == "unknown"
    assert (await root.asks("DELETE", f"/identities/{listed['id']}")).status == 200
    assert (await Person(home).signs_in()).code == "no_account"


@pytest_twisted.ensureDeferred
async def test_where_no_provider_is_set_there_is_nothing_to_link(open_web):
    home = await open_web()
    jane = Person(home, await home.knows("jane"))
    assert (await jane.asks("GET", "/identities")).said["providers"] == []
    assert (await jane.begins("link")).code == "unknown"
    assert (await home.asks("GET", "/session")).said == {"ok": True, "user": None, "first": False}
