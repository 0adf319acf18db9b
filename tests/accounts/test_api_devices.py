"""Devices and their names by the API: merge, rename, split, and what follows of it.

Covers accounts/device_admin.py.
"""

from __future__ import annotations

from typing import Any

from pytest_twisted import ensureDeferred

from sightline.history.record import entry
from sightline.history.store import Span
from sightline.kinds.friends.model import Face, Friend
from web_scene import NOW

PHONE, TABLET = "friend/jane/phone", "friend/jane/tablet"
PNG = b"\x89PNG\r\n\x1a\n"


def friend(at: float, **more: Any) -> Friend:
    return Friend(presence="live", lat=48.5, lon=2.0, tst=at, at=at, **more)


async def scene(open_web: Any) -> tuple[Any, str]:
    home = await open_web()
    home.world.put(PHONE, friend(NOW - 100, name="Jane"))
    home.world.put(TABLET, friend(NOW - 10))
    home.world.put("face/jane/tablet", Face(mime="image/png", data=PNG))
    home.world.put("friend/bob/phone", friend(NOW - 5))
    for key in (PHONE, TABLET, "friend/bob/phone"):
        home.parts.live.names.of(key.partition("/")[2])
    fixes = [
        entry(thing, "fix", tst, tst, f'{{"n":{tst}}}'.encode())
        for thing, tst in ((PHONE, 1.0), (TABLET, 2.0), (PHONE, 3.0))
    ]
    await home.store.write(fixes, [])
    return home, await home.knows("root", "admin", password="quite-a-long-one-7")


async def past(home: Any, thing: str) -> list[float]:
    return [each.tst for each in (await home.store.page(Span(thing, "fix"))).entries]


@ensureDeferred
async def test_a_merge_is_told_before_done_at_once_and_undone(open_web):
    home, root = await scene(open_web)
    viewer = await home.knows("viewer", see=(PHONE,))
    asked = "/admin/devices/jane/tablet/merge"
    told = (await home.asks("GET", f"{asked}?into=jane/phone", cookie=root)).said
    assert (told["device"], told["into"]) == ("jane/tablet", "jane/phone")
    assert told["newer"] == "jane/tablet"
    assert told["gains"] == ["viewer"]
    assert TABLET in home.world, "nothing is done yet"

    done = await home.asks("POST", asked, {"into": "Jane/Phone"}, cookie=root)
    assert done.status == 200, done.said
    assert [each["name"] for each in done.said["device"]["names"]] == ["jane/tablet"]
    await home.until(lambda: TABLET not in home.world)
    state = home.world.state(PHONE)
    assert (state.at, state.name) == (NOW - 10, "Jane"), "the newer state, and the card's name"
    assert home.world.state("face/jane/phone").data == PNG
    assert "face/jane/tablet" not in home.world
    assert await past(home, PHONE) == [1, 2, 3]
    seen = await home.asks("GET", "/history/friend/jane/tablet", cookie=viewer)
    assert seen.status == 200, "a grant for one name is one for all"
    assert home.parts.live.names.listens("jane/phone") == "jane/tablet", "where it spoke last"

    back = {"name": "jane/tablet"}
    undone = await home.asks("POST", "/admin/devices/jane/phone/split", back, cookie=root)
    assert undone.status == 200, undone.said
    assert undone.said["device"]["names"] == []
    assert await past(home, PHONE) == [1, 3]
    assert await past(home, TABLET) == [2]
    await home.until(lambda: not home.account_service.cache.aliases)
    seen = await home.asks("GET", "/history/friend/jane/tablet", cookie=viewer)
    assert seen.status == 404
    log = (await home.asks("GET", "/audit", cookie=root)).said["records"]
    assert [(each["what"], each["thing"]) for each in log[:2]] == [
        ("split device", PHONE),
        ("merge device", PHONE),
    ]
    assert all(each["more"].startswith("friend/~") for each in log[:2]), "a friend by a pseudonym"


@ensureDeferred
async def test_a_renamed_device_is_found_by_its_old_name_too(open_web):
    home, root = await scene(open_web)
    owner = await home.knows("jane", own=("friend/jane",))
    path = "/admin/devices/jane/phone/rename"
    for name, code in (
        ("jane/tablet", "taken"),
        ("jane", "malformed"),
        ("jane/..", "malformed"),
        ("jane/a+b", "malformed"),
        ("jane/phone", "malformed"),
    ):
        refused = await home.asks("POST", path, {"name": name}, cookie=root)
        assert refused.code == code, name
    renamed = await home.asks("POST", path, {"name": "Zoë/phone"}, cookie=root)
    assert renamed.status == 200, renamed.said
    await home.until(lambda: PHONE not in home.world)
    assert home.world.state("friend/Zoë/phone").name == "Jane"
    assert await past(home, "friend/Zoë/phone") == [1, 3]
    for name in ("jane/phone", "JANE/Phone", "Zo%C3%AB/phone", "zoe%CC%88/PHONE"):
        answer = await home.asks("GET", f"/things/friend/{name}", cookie=owner)
        # A group is of all its devices: also of one that is called otherwise by now.
        assert answer.status == 200, name
        kept = await home.asks("GET", f"/friends/{name}/retention", cookie=owner)
        assert kept.status == 200, name
    again = {"name": "jane/phone"}
    back = await home.asks("POST", "/admin/devices/Zo%C3%AB/phone/rename", again, cookie=root)
    assert back.said["device"]["device"] == "jane/phone"
    await home.until(lambda: PHONE in home.world)
    assert await past(home, PHONE) == [1, 3]


@ensureDeferred
async def test_an_erasure_forgets_all_names(open_web):
    home, root = await scene(open_web)
    into = {"into": "jane/phone"}
    assert (await home.asks("POST", "/admin/devices/jane/tablet/merge", into, cookie=root)).said
    await home.until(lambda: TABLET not in home.world)
    await home.knows("jane", own=(TABLET,))
    sure = {"confirm": "jane/phone"}
    gone = await home.asks("POST", "/friends/jane/phone/erase", sure, cookie=root)
    assert gone.status == 200, gone.said
    assert list(await home.parts.live.store._store.things()) == []
    assert home.account_service.cache.aliases == {}
    assert home.account_service.cache.accounts["jane"].grants.own == frozenset()
    log = (await home.asks("GET", "/audit?what=erase", cookie=root)).said["records"]
    assert len(log) == 2, "other servers find the friend by either name"


@ensureDeferred
async def test_the_list_has_all_names_and_finds_by_any(open_web):
    home, root = await scene(open_web)
    await home.asks("POST", "/admin/devices/jane/tablet/merge", {"into": "bob/phone"}, cookie=root)
    await home.until(lambda: TABLET not in home.world)
    listed = (await home.asks("GET", "/admin/devices", cookie=root)).said["devices"]
    assert [each["device"] for each in listed] == ["bob/phone", "jane/phone"]
    found = (await home.asks("GET", "/admin/devices?text=TABLET", cookie=root)).said["devices"]
    assert [(each["device"], each["names"][0]["how"]) for each in found] == [("bob/phone", "merge")]
    twice = await home.asks(
        "POST", "/admin/devices/jane/tablet/merge", {"into": "bob/phone"}, cookie=root
    )
    assert twice.code == "malformed", "they are one already"


@ensureDeferred
async def test_a_second_spelling_joins_and_is_stored_and_may_be_split(open_web):
    home, root = await scene(open_web)
    viewer = await home.knows("viewer", see=("friend/Jane",))
    names = home.parts.live.names
    assert names.of("JANE/phone") == "jane/phone"
    await home.until(lambda: "JANE/phone" in home.account_service.cache.aliases)
    listed = (await home.asks("GET", "/admin/devices?text=jane/phone", cookie=root)).said["devices"]
    assert listed[0]["names"][0]["how"] == "seen"
    assert (await home.asks("GET", "/things/friend/JANE/phone", cookie=viewer)).status == 200
    apart = {"name": "JANE/phone"}
    await home.asks("POST", "/admin/devices/jane/phone/split", apart, cookie=root)
    assert names.of("JANE/phone") == "JANE/phone"
    assert names.of("jane/phone") == "jane/phone"
