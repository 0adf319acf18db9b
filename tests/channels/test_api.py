"""Channels over real HTTP: each account has its own, and what is secret comes back to nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
import pytest_twisted

from channels.scene import notification
from push_service import PushService
from web_scene import WebScene

ADDRESS = "ntfys://tk_verysecret@ntfy.example.org/hush-topic"


def push_of(phone: Any, **more: Any) -> dict[str, Any]:
    return {"type": "push", "name": "phone", "subscription": phone.json} | more


@pytest.fixture
def push() -> Any:
    with PushService() as service:
        yield service


@pytest_twisted.ensureDeferred
async def test_a_page_subscribes_is_tested_changed_and_ends(push, tmp_path):
    scene = await WebScene(tmp_path, private_channels=True).opens()
    push.now = scene.wall
    jane, amy = await scene.knows("jane"), await scene.knows("amy")
    key = (await scene.asks("GET", "/push/key", cookie=jane)).said["key"]
    phone = push.subscribe(key)
    more = {"zone": "Europe/Berlin", "language": "de"}
    made = await scene.asks("POST", "/channels", push_of(phone, **more), cookie=jane)
    assert made.status == 201
    channel = made.said["channel"]
    assert {"name": "phone", "type": "push", "host": "127.0.0.1", "language": "de"}.items() <= (
        channel.items()
    )
    assert phone.json["keys"]["auth"] not in made.data.decode()
    again = await scene.asks("POST", "/channels", push_of(phone), cookie=jane)
    assert again.said["channel"]["id"] == channel["id"]
    path = f"/channels/{channel['id']}"
    tested = await scene.asks("POST", f"{path}/test", {}, cookie=jane)
    assert tested.said["taken"] is True
    assert push.messages[0].data["title"] == "Sightline reaches you here"
    assert tested.said["channel"]["last"] is not None
    # Nobody else's: not to be seen, tested, changed or removed.
    assert (await scene.asks("GET", "/channels", cookie=amy)).said["channels"] == []
    for method, where, body in (
        ("POST", f"{path}/test", {}),
        ("PUT", path, {"enabled": False}),
        ("DELETE", path, None),
        ("POST", f"{path}/dead", {"id": "x", "do": "again"}),
    ):
        assert (await scene.asks(method, where, body, cookie=amy)).code == "unknown"
    quiet = {"begin": "22:00", "end": "06:30", "then": "drop"}
    changed = await scene.asks("PUT", path, {"quiet": quiet, "passes": False}, cookie=jane)
    assert changed.said["channel"]["quiet"] == quiet
    assert changed.said["channel"]["passes"] is False
    for wrong in ({"quiet": {"begin": "7", "end": "8"}}, {"zone": "Mars/Base"}, {"language": "!"}):
        assert (await scene.asks("PUT", path, wrong, cookie=jane)).code == "malformed"
    assert (await scene.asks("PUT", path, {"quiet": None}, cookie=jane)).status == 200
    # The same browser, used by somebody else now: it is hers, and his no more.
    hers = await scene.asks("POST", "/channels", push_of(phone), cookie=amy)
    assert hers.said["channel"]["id"] != channel["id"]
    assert (await scene.asks("GET", "/channels", cookie=jane)).said["channels"] == []
    phone.gone = True
    path = f"/channels/{hers.said['channel']['id']}"
    tested = await scene.asks("POST", f"{path}/test", {}, cookie=amy)
    assert tested.said["taken"] is False
    assert tested.said["channel"] is None
    assert (await scene.asks("DELETE", path, cookie=amy)).code == "unknown"
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_an_address_is_shown_by_its_host_alone_to_everybody_for_ever(tmp_path):
    scene = await WebScene(tmp_path).opens()
    jane, admin = await scene.knows("jane"), await scene.knows("root", "admin")
    asked = {"type": "address", "name": "ntfy", "address": ADDRESS}
    made = await scene.asks("POST", "/channels", asked, cookie=jane)
    assert made.said["channel"]["host"] == "ntfy.example.org"
    hook = {"type": "webhook", "name": "house", "address": "https://house.example.org/hush-path"}
    secret = (await scene.asks("POST", "/channels", hook, cookie=jane)).said["secret"]
    assert secret.startswith("whsec_")
    answers = [made]
    for cookie in (jane, admin):
        for path in ("/channels", "/channels/dead", "/admin/channels", "/audit"):
            answers.append(await scene.asks("GET", path, cookie=cookie))
    for answer in answers:
        for word in ("tk_verysecret", "hush", secret):
            assert word not in answer.data.decode()
    standings = (await scene.asks("GET", "/admin/channels", cookie=admin)).said["channels"]
    assert {(each["account"], each["type"], each["host"]) for each in standings} == {
        ("jane", "address", "ntfy.example.org"),
        ("jane", "webhook", "house.example.org"),
    }
    assert all("name" not in each for each in standings)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"verysecret" not in path.read_bytes(), path
    assert (tmp_path / "sealing.key").stat().st_mode & 0o777 == 0o600
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_neither_a_link_nor_a_token_nor_a_guest_has_channels(tmp_path):
    scene = await WebScene(tmp_path, guest="viewer").opens()
    await scene.knows("jane")
    token = await scene.token("jane", "see")
    for method, path, body in (
        ("GET", "/channels", None),
        ("GET", "/channels/dead", None),
        ("GET", "/push/key", None),
        ("POST", "/channels", {"type": "mqtt", "name": "m"}),
        ("GET", "/admin/channels", None),
    ):
        for more in ({}, {"token": token}):
            assert (await scene.asks(method, path, body, **more)).code == "forbidden"
    await scene.closes()


HOSTILE = [
    {},
    {"type": "push", "name": "x"},
    {"type": "push", "name": "x", "subscription": None},
    {"type": "push", "name": "x", "subscription": []},
    {"type": "push", "name": "x", "subscription": {"endpoint": 7, "keys": {}}},
    {
        "type": "push",
        "name": "x",
        "subscription": {"endpoint": "https://e.example.org", "keys": {"p256dh": "", "auth": ""}},
    },
    {"type": "push", "name": "x", "address": ADDRESS},
    {"type": "address", "name": "", "address": ADDRESS},
    {"type": "address", "name": "x", "address": "dbus://"},
    {"type": "address", "name": "x", "address": "syslog://localhost"},
    {"type": "address", "name": "x", "address": "file:///etc/passwd"},
    {"type": "address", "name": "x", "address": "ntfys://a\nb"},
    {"type": "address", "name": "x", "address": "a" * 3000},
    {"type": "webhook", "name": "x", "address": "http://10.0.0.1/"},
    {"type": "webhook", "name": "x", "address": "gopher://a"},
    {"type": "carrier pigeon", "name": "x"},
    {"type": "mqtt", "name": "x", "address": "sightline/else"},
    {"type": "mqtt", "name": "x", "zone": "../../etc/passwd"},
    {"type": "mqtt", "name": "x", "language": "e"},
    {"type": "mqtt", "name": "x", "id": "mine", "account": "root"},
]


@pytest_twisted.ensureDeferred
async def test_what_makes_no_sense_is_refused_in_words_and_makes_nothing(tmp_path):
    scene = await WebScene(tmp_path).opens()
    jane = await scene.knows("jane")
    for asked in HOSTILE:
        answer = await scene.asks("POST", "/channels", asked, cookie=jane)
        assert (answer.status, answer.code) == (400, "malformed"), (asked, answer.said)
        assert answer.said["why"]
    assert (await scene.asks("GET", "/channels", cookie=jane)).said["channels"] == []
    await scene.closes()


@pytest_twisted.ensureDeferred
async def test_the_dead_are_listed_tried_again_and_thrown_away_and_metrics_count(push, tmp_path):
    push.answer = lambda message: (400, {})
    scene = await WebScene(tmp_path, private_channels=True).opens()
    push.now = scene.wall
    jane, admin = await scene.knows("jane"), await scene.knows("root", "admin")
    key = (await scene.asks("GET", "/push/key", cookie=jane)).said["key"]
    made = await scene.asks("POST", "/channels", push_of(push.subscribe(key)), cookie=jane)
    path = f"/channels/{made.said['channel']['id']}/dead"
    channels = scene.parts.features.channels
    for n in ("n1", "n2"):
        channels.tell(notification(n, at=scene.wall()))
    await scene.until(lambda: channels.service.figures().dead == 2)
    dead = (await scene.asks("GET", "/channels/dead", cookie=jane)).said["dead"]
    assert {each["id"] for each in dead} == {"n1", "n2"}
    assert dead[0]["why"] == "answered 400"
    assert (await scene.asks("GET", "/channels/dead", cookie=admin)).said["dead"] == []
    figures = (await scene.asks("GET", "//metrics", cookie=admin)).data.decode()
    assert "sightline_channels_failing 1.0" in figures
    assert "sightline_notifications_dead 2.0" in figures
    push.answer = lambda message: None
    assert (await scene.asks("POST", path, {"id": "n1", "do": "again"}, cookie=jane)).status == 200
    await scene.until(lambda: push.messages)
    gone = await scene.asks("POST", path, {"id": "n2", "do": "discard"}, cookie=jane)
    assert gone.status == 200
    assert (await scene.asks("GET", "/channels/dead", cookie=jane)).said["dead"] == []
    again = await scene.asks("POST", path, {"id": "n2", "do": "discard"}, cookie=jane)
    assert again.code == "unknown"
    audit = json.dumps((await scene.asks("GET", "/audit", cookie=admin)).said)
    assert "make channel" in audit
    await scene.closes()
