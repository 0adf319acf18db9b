"""Channels live as long as their account, and those of browsers until somebody signs them out."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

from push_service import Phone, PushService
from sightline.accounts.database import Database
from sightline.auth.account import Session
from sightline.auth.session import digest, new_secret
from sightline.channels.store import FILE
from waits import until
from web_scene import GOOD, WebScene

ADDRESS = "ntfys://tk_verysecret@ntfy.example.org/hush-topic"


@pytest_twisted.ensureDeferred
async def test_with_an_account_go_its_channels(tmp_path):
    scene = await WebScene(tmp_path).opens()
    jane = await scene.knows("jane")
    asked = {"type": "address", "name": "ntfy", "address": ADDRESS}
    await scene.asks("POST", "/channels", asked, cookie=jane)
    channels = scene.parts.features.channels
    await scene.until(lambda: channels.service.figures().channels == 1)
    await scene.account_service.change(lambda database: database.remove_account("jane"))
    await scene.until(lambda: channels.service.figures().channels == 0)
    await scene.closes()


async def has_phone(scene: WebScene, push: PushService, cookie: str) -> tuple[Phone, str]:
    """The browser with this cookie subscribes; its channel's path."""
    key = (await scene.asks("GET", "/push/key", cookie=cookie)).said["key"]
    phone = push.subscribe(key)
    asked = {"type": "push", "name": "phone", "subscription": phone.json}
    made = await scene.asks("POST", "/channels", asked, cookie=cookie)
    assert made.status == 201, made.said
    return phone, f"/channels/{made.said['channel']['id']}"


async def also_in(scene: WebScene, name: str) -> tuple[str, str]:
    """One more browser of an account that is signed in: its cookie, and the session's id."""
    secret = new_secret()
    session = Session(digest(secret), name, None, scene.wall(), scene.wall())
    await scene.account_service.change(lambda database: database.put_session(session))
    return f"sightline-{scene.port}={secret}", session.id


async def has_channels(scene: WebScene, count: int) -> None:
    """Wait until so many channels are left. Asks the store: figures are counted a moment later."""
    service = scene.parts.features.channels.service
    await until(service.statuses, f"{count} channels", such=lambda found: len(found) == count)


@pytest.fixture
def opened(
    open_web: Callable[..., Awaitable[WebScene]], where: dict[str, Any], push: PushService
) -> Callable[[], Awaitable[WebScene]]:
    """Opens a server, for each engine."""

    async def open_one() -> WebScene:
        more = {"store": where.get("url", ""), "name": where.get("name", "")}
        made = await open_web(private_channels=True, **more)
        push.now = made.wall
        await made.until(lambda: made.parts.features.channels.access.ready.called)
        return made

    return open_one


@pytest.fixture
def push() -> Iterator[PushService]:
    with PushService() as service:
        yield service


@pytest_twisted.ensureDeferred
async def test_who_signs_out_elsewhere_and_everywhere_ends_pushes_to_those_browsers(push, opened):
    scene = await opened()
    here = await scene.knows("jane")
    there, _ = await also_in(scene, "jane")
    mine, path = await has_phone(scene, push, here)
    await has_phone(scene, push, there)
    ntfy = {"type": "address", "name": "ntfy", "address": ADDRESS}
    await scene.asks("POST", "/channels", ntfy, cookie=here)
    assert (await scene.asks("DELETE", "/sessions/others", cookie=here)).status == 200
    await has_channels(scene, 2)
    listed = (await scene.asks("GET", "/channels", cookie=here)).said["channels"]
    assert {each["type"] for each in listed} == {"push", "address"}
    tested = await scene.asks("POST", f"{path}/test", {}, cookie=here)
    assert tested.said["taken"] is True
    assert [each.phone for each in push.messages] == [mine]
    assert (await scene.asks("DELETE", "/sessions", cookie=here)).status == 200
    await has_channels(scene, 1)
    # What is told now goes by no browser, and the address has stayed.
    channels = scene.parts.features.channels
    statuses = await channels.service.statuses("jane")
    assert [each.channel.type for each in statuses] == ["address"]


@pytest_twisted.ensureDeferred
async def test_ending_one_session_ends_its_browser_by_its_owner_or_an_admin(push, opened):
    scene = await opened()
    here, root = await scene.knows("jane"), await scene.knows("root", "admin")
    lost, lost_id = await also_in(scene, "jane")
    other, other_id = await also_in(scene, "jane")
    for cookie in (here, lost, other):
        await has_phone(scene, push, cookie)
    assert (await scene.asks("DELETE", f"/sessions/{lost_id}", cookie=here)).status == 200
    await has_channels(scene, 2)
    path = f"/users/jane/sessions/{other_id}"
    assert (await scene.asks("DELETE", path, cookie=root)).status == 200
    await has_channels(scene, 1)
    assert (await scene.asks("GET", "/channels", cookie=here)).said["channels"]
    # A new password by an admin signs all out, and removing the account leaves nothing.
    changed = await scene.asks("PATCH", "/users/jane", {"password": GOOD}, cookie=root)
    assert changed.status == 200, changed.said
    await has_channels(scene, 0)
    again, _ = await also_in(scene, "jane")
    await has_phone(scene, push, again)
    await has_channels(scene, 1)
    assert (await scene.asks("DELETE", "/users/jane", cookie=root)).status == 200
    await has_channels(scene, 0)


@pytest_twisted.ensureDeferred
async def test_a_session_that_is_over_by_itself_ends_no_push_until_somebody_signs_out(push, opened):
    scene = await opened()
    old = await scene.knows("jane")
    await has_phone(scene, push, old)
    await scene.passes(20 * 86_400)
    await scene.until(lambda: not scene.account_service.cache.sessions)
    new, _ = await also_in(scene, "jane")
    (channel,) = (await scene.asks("GET", "/channels", cookie=new)).said["channels"]
    # The page is opened in that browser again, so that this is its session now.
    path = f"/channels/{channel['id']}"
    assert (await scene.asks("PUT", path, {"here": True}, cookie=new)).status == 200
    elsewhere, _ = await also_in(scene, "jane")
    await has_phone(scene, push, elsewhere)
    assert (await scene.asks("DELETE", "/sessions/others", cookie=new)).status == 200
    await has_channels(scene, 1)
    left = (await scene.asks("GET", "/channels", cookie=new)).said["channels"]
    assert [each["id"] for each in left] == [channel["id"]]


@pytest_twisted.ensureDeferred
async def test_who_was_signed_out_while_the_server_was_down_is_told_nothing_after_its_start(
    push: PushService, tmp_path: Path
):
    scene = await WebScene(tmp_path, private_channels=True).opens()
    jane = await scene.knows("jane")
    await has_phone(scene, push, jane)
    await scene.closes()
    database = Database(tmp_path, scene.wall)  # as the command line does
    database.end_sessions("jane")
    database.close()
    again = await WebScene(tmp_path, private_channels=True).opens()
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        count = "SELECT count(*) FROM channel"
        await again.until(lambda: file.execute(count).fetchone() == (0,))
    await again.closes()
