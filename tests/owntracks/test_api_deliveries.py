"""``/api/1/deliveries``: what came of each device's messages, for whoever may see it."""

from __future__ import annotations

import pytest_twisted

from owntracks.scene import PhoneScene, fix


@pytest_twisted.ensureDeferred
async def test_whoever_sees_a_friend_is_told_what_came_of_its_messages(open_web):
    here = await PhoneScene().opens(open_web)
    here.hears("jane/phone", fix())
    here.hears("jane/phone", b"{")
    cookie = await here.home.knows("ann", see=("friend/jane",))
    said = (await here.home.asks("GET", "/deliveries/jane/phone", cookie=cookie)).said
    device = said["device"]
    assert (device["used"], device["refused"], device["why"]) == (1, 1, "not JSON")
    other = await here.home.knows("bob", see=("friend/bob",))
    assert (await here.home.asks("GET", "/deliveries/jane/phone", cookie=other)).code == "unknown"
    assert (await here.home.asks("GET", "/deliveries/jane/tablet", cookie=cookie)).code == "unknown"


@pytest_twisted.ensureDeferred
async def test_admins_find_the_device_that_shows_nowhere(open_web):
    here = await PhoneScene().opens(open_web)
    here.hears("jane/phone", fix())
    here.hears("omar/watch", b"{")
    admin = await here.home.knows("root", "admin")
    said = (await here.home.asks("GET", "/deliveries", cookie=admin)).said
    assert [each["device"] for each in said["devices"]] == ["omar/watch", "jane/phone"]
    assert [each["friend"] for each in said["devices"]] == [False, True]
    assert (said["total"], said["forgotten"]) == (2, 0)
    assert (
        len((await here.home.asks("GET", "/deliveries?limit=1", cookie=admin)).said["devices"]) == 1
    )
    assert (await here.home.asks("GET", "/deliveries?limit=0", cookie=admin)).code == "malformed"
