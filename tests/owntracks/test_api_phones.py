"""Somebody adds a phone on the page: it is theirs and posts, or they are told why it does not.

Covers accounts/api_address.py.
"""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_twisted

from owntracks.scene import PhoneScene, basic, fix
from web_scene import GOOD

PAGE = "http://192.168.1.5:8080"


class Adding:
    """A scene with people who add phones."""

    def __init__(self, here: PhoneScene) -> None:
        self.here, self.home = here, here.home
        self.cookies: dict[str, str] = {}

    async def knows(self, name: str, role: Any = "viewer", **more: Any) -> None:
        self.cookies[name] = await self.home.knows(name, role, **more)

    async def asks(self, who: str, method: str, path: str, body: Any = None) -> Any:
        return await self.home.asks(method, path, body, cookie=self.cookies[who])

    async def adds(self, who: str, name: str, **more: Any) -> dict[str, Any]:
        answer = await self.asks(who, "POST", "/phones", {"name": name, "base": PAGE, **more})
        assert answer.status == 200, answer.said
        return dict(answer.said)

    async def attempt(self, who: str, thing: str) -> dict[str, Any]:
        path = thing.replace("friend/", "/phones/")
        return dict((await self.asks(who, "GET", path)).said)

    async def waiting(self, who: str) -> list[str]:
        return [each["thing"] for each in (await self.asks(who, "GET", "/phones")).said["phones"]]

    async def audit(self) -> list[tuple[str, str]]:
        found = await self.home.account_service.look(
            lambda database: database.sql.execute("SELECT who, what FROM audit").fetchall()
        )
        return [tuple(row) for row in found]


async def scene(open_web: Any) -> Adding:
    adding = Adding(await PhoneScene().opens(open_web))
    await adding.knows("root", "admin", password=GOOD)
    await adding.knows("jane")
    await adding.knows("bob")
    return adding


def configuration(link: str) -> dict[str, Any]:
    (inline,) = parse_qs(urlsplit(link).query)["inline"]
    return dict(json.loads(b64decode(inline)))


async def posts(adding: Adding, made: dict[str, Any], **more: Any) -> int:
    told = configuration(made["link"])
    login = basic(more.pop("login", told["username"]), more.pop("password", told["password"]))
    device = more.pop("device", told["deviceId"])
    user = more.pop("user", told["username"])
    payload = more.pop("payload", fix())
    return (await adding.here.posts(payload, login, user=user, device=device)).status


@pytest_twisted.ensureDeferred
async def test_a_viewer_adds_a_phone_of_their_own_and_sees_it_at_its_first_fix(open_web):
    adding = await scene(open_web)
    made = await adding.adds("jane", "Großmutter Änne")
    thing = "friend/grossmutter-anne/phone"
    told = configuration(made["link"])
    assert (made["thing"], made["plain"], made["reach"]) == (thing, True, "network")
    assert told["url"] == made["url"] == f"{PAGE}/pub"
    assert (told["username"], told["deviceId"]) == (made["user"], made["device"])
    assert told["password"] == made["password"]
    assert await adding.waiting("jane") == await adding.waiting("root") == [thing]
    assert await adding.waiting("bob") == []
    assert (await adding.attempt("jane", thing))["here"] is None
    assert await posts(adding, made) == 200
    attempt = await adding.attempt("jane", thing)
    assert attempt["here"] == attempt["reached"] == adding.home.wall()
    assert adding.here.friend("grossmutter-anne/phone").name == "Großmutter Änne"
    assert await adding.waiting("jane") == []
    assert (await adding.asks("jane", "GET", f"/things/{thing}")).status == 200
    assert (await adding.asks("bob", "GET", f"/things/{thing}")).status == 404
    assert [what for who, what in await adding.audit() if who == "jane"] == [
        *("add phone", "change account", "make token"),
    ]


@pytest_twisted.ensureDeferred
async def test_who_waits_is_told_of_a_wrong_password_and_a_wrong_name(open_web):
    adding = await scene(open_web)
    made = await adding.adds("jane", "Jane")
    thing = made["thing"]

    async def trouble() -> tuple[str, str, str, int]:
        found = await adding.attempt("jane", thing)
        return found["trouble"], found["detail"], found["address"], found["tries"]

    assert await trouble() == ("none", "", "", 0)
    for _ in range(2):
        assert await posts(adding, made, password="sl_1_wrong") == 401
    assert await trouble() == ("wrong_password", "jane", "127.0.0.1", 2)
    assert await posts(adding, made, device="ipad") == 401
    assert await trouble() == ("other_device", "jane/ipad", "127.0.0.1", 1)
    assert await posts(adding, made, login="kim") == 401
    assert await trouble() == ("other_user", "kim", "127.0.0.1", 1)
    assert await posts(adding, made, payload=fix(lat=95)) == 200
    code, detail, address, tries = await trouble()
    assert (code, address, tries) == ("unreadable", "", 1)
    assert "lat" in detail
    assert await posts(adding, made) == 200
    assert await trouble() == ("none", "", "", 0)
    # Nobody else is told any of it.
    assert (await adding.asks("bob", "GET", "/phones/jane/phone")).code == "unknown"


@pytest_twisted.ensureDeferred
async def test_a_phone_that_is_set_up_again_ends_what_it_was_given_before(open_web):
    adding = await scene(open_web)
    first = await adding.adds("jane", "Grandma")
    answer = await adding.asks("jane", "POST", "/phones/grandma/phone", {"base": PAGE})
    second = answer.said
    assert await posts(adding, first) == 401
    assert await posts(adding, second) == 200
    assert adding.here.friend("grandma/phone").name == "Grandma"  # the name is kept
    attempt = await adding.attempt("jane", "friend/grandma/phone")
    assert attempt["here"] is not None
    # And once more, now that it is known: what came before does not count.
    adding.home.clock.advance(60)
    await adding.asks("jane", "POST", "/phones/grandma/phone", {"base": PAGE})
    assert (await adding.attempt("jane", "friend/grandma/phone"))["here"] is None
    for who, code in (("bob", "unknown"), ("root", "ok")):
        answer = await adding.asks(who, "POST", "/phones/grandma/phone", {"base": PAGE})
        assert answer.code == code


@pytest_twisted.ensureDeferred
async def test_an_admin_adds_a_phone_for_somebody_and_nobody_else_does(open_web):
    adding = await scene(open_web)
    made = await adding.adds("root", "Jane", owner="jane")
    accounts = adding.home.account_service.cache.accounts
    assert accounts["jane"].grants.own == {"friend/jane/phone"}
    (token,) = adding.home.account_service.cache.tokens.values()
    assert token.account == "jane"
    assert await posts(adding, made) == 200
    body = {"name": "Kim", "owner": "jane", "base": PAGE}
    assert (await adding.asks("bob", "POST", "/phones", body)).code == "forbidden"
    answer = await adding.asks("root", "POST", "/phones", {**body, "owner": "nobody"})
    assert answer.code == "unknown"


@pytest_twisted.ensureDeferred
async def test_a_name_they_have_is_said_and_a_name_of_others_passed_over(open_web):
    adding = await scene(open_web)
    await adding.adds("jane", "Family")
    again = await adding.adds("jane", "family")
    assert (again["thing"], again["exists"], again["link"]) == ("friend/family/phone", True, "")
    another = await adding.adds("jane", "Family", another=True)
    assert another["thing"] == "friend/family/phone-2"
    # Bob is told nothing of jane's, and gets none of it; nor what others may see one day.
    assert (await adding.adds("bob", "Family"))["thing"] == "friend/family-2/phone"
    assert (await adding.adds("bob", "Jane"))["thing"] == "friend/jane-2/phone"
    await adding.knows("kim", see=("friend/tim",))
    assert (await adding.adds("bob", "Tim"))["thing"] == "friend/tim-2/phone"
    adding.here.hears("ann/tracker", fix())
    assert (await adding.adds("bob", "Ann"))["thing"] == "friend/ann-2/phone"
    assert (await adding.adds("root", "Ann"))["thing"] == "friend/ann/phone"


@pytest_twisted.ensureDeferred
async def test_a_phone_that_never_came_can_be_taken_back(open_web):
    adding = await scene(open_web)
    made = await adding.adds("jane", "Jane")
    assert (await adding.asks("bob", "DELETE", "/phones/jane/phone")).code == "unknown"
    assert (await adding.asks("jane", "DELETE", "/phones/jane/phone")).status == 200
    assert await posts(adding, made) == 401
    assert await adding.waiting("root") == []
    assert adding.home.account_service.cache.accounts["jane"].grants.own == frozenset()
    made = await adding.adds("jane", "Jane")
    assert await posts(adding, made) == 200
    assert (await adding.asks("jane", "DELETE", "/phones/jane/phone")).code == "taken"


@pytest_twisted.ensureDeferred
async def test_there_is_a_limit_to_the_phones_of_one_account_but_for_admins(open_web):
    adding = await scene(open_web)
    await adding.knows("many", own=tuple(f"friend/many/{n}" for n in range(20)))
    answer = await adding.asks("many", "POST", "/phones", {"name": "x", "base": PAGE})
    assert answer.code == "taken"
    assert "at most 20" in answer.said["why"]
    await adding.adds("root", "x", owner="many")


@pytest_twisted.ensureDeferred
async def test_an_admin_chooses_the_address_once_and_phones_get_it(open_web):
    adding = await scene(open_web)
    place = (await adding.asks("root", "GET", "/phones")).said["place"]
    assert place["here_only"]
    assert not place["mqtt"]
    assert place["chosen"] == place["settled"] == place["guess"] == ""
    body = {"url": "https://Map.Example.org/"}
    assert (await adding.asks("jane", "PUT", "/admin/address", body)).code == "forbidden"
    answer = await adding.asks("root", "PUT", "/admin/address", body)
    assert (answer.said["url"], answer.said["reach"]) == ("https://map.example.org", "anywhere")
    place = (await adding.asks("jane", "GET", "/phones")).said["place"]
    assert place["chosen"] == "https://map.example.org"
    made = await adding.adds("jane", "Jane")
    assert (made["url"], made["plain"]) == ("https://map.example.org/pub", False)
    link = {"name": "x", "things": ["friend/jane/phone"], "ends": adding.home.wall() + 600}
    url = (await adding.asks("jane", "POST", "/links", link)).said["url"]
    assert url.startswith("https://map.example.org/#share=")
    wrong = await adding.asks("root", "PUT", "/admin/address", {"url": "ftp://x"})
    assert wrong.code == "malformed"
    assert ("root", "choose address") in await adding.audit()


@pytest.mark.parametrize("base", ["", "nonsense", "javascript:alert(1)", "http://[::1"])
@pytest_twisted.ensureDeferred
async def test_without_an_address_nothing_is_made(open_web, base):
    adding = await scene(open_web)
    answer = await adding.asks("jane", "POST", "/phones", {"name": "Jane", "base": base})
    assert answer.code == "cannot_set_up"
    assert await adding.waiting("root") == []


@pytest_twisted.ensureDeferred
async def test_another_app_posts_with_what_its_set_up_holds(open_web):
    adding = await scene(open_web)
    made = await adding.adds("jane", "Jane", app="gpslogger")
    path = urlsplit(made["address"]).path
    wrong = path.rpartition("/")[0] + "/sl_0_nothing"
    query = "?lat=52.1&lon=5.1"
    assert (await adding.home.asks("GET", f"/{wrong}{query}", ours=False)).status == 401
    assert (await adding.attempt("jane", made["thing"]))["trouble"] == "wrong_password"
    assert (await adding.home.asks("GET", f"/{path}{query}", ours=False)).status == 200
    assert (await adding.attempt("jane", made["thing"]))["here"] is not None
    assert adding.here.friend("jane/phone").name == "Jane"
