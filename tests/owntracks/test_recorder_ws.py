"""The Recorder's WebSocket, over a real one; and the Frontend's calls, one after the other.

Covers owntracks/recorder_socket.py.
"""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.logger import formatEvent, globalLogPublisher

from owntracks.scene import Client, PhoneScene, basic, fix
from sightline.kinds.friends.model import Face
from sightline.kinds.friends.pictures import LARGEST_FACE
from sightline.owntracks.recorder_ws import EVERY, MOST_OF_ONE, RecorderConnection
from web_scene import NOW

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "recorder-ws.txt"
reactor: Any = _reactor


async def watched(open_web: Any, *see: str) -> tuple[PhoneScene, Client]:
    here = await PhoneScene().opens(open_web)
    cookie = await here.home.knows("reader", see=see or ("*",))
    return here, await here.client(Cookie=cookie)


async def settled(here: PhoneScene, client: Client) -> None:
    """Whatever was said to the client has come: an answer to LAST comes behind it."""
    heard = len(client.heard)
    here.home.clock.advance(EVERY)
    here.hears("mark/er", fix(tid="XX", tst=int(NOW)))
    here.home.clock.advance(EVERY)
    await client.until(lambda: any(one.get("tid") == "XX" for one in client.heard[heard:]))


def about(client: Client) -> list[str]:
    return [one["topic"] for one in client.heard if one.get("tid") != "XX"]


@pytest_twisted.ensureDeferred
async def test_last_is_one_object_for_each_device_and_for_who_asked_only(open_web):
    here, first = await watched(open_web)
    other = await here.client(Cookie=await here.home.knows("other", see=("*",)))
    here.hears("john/android", fix(tid="JO"))
    here.hears("john/android", {"_type": "card", "name": "John", "face": "iVBORw0KGgo="}, "/info")
    here.hears("jane/phone", fix(tid="JA"))
    here.home.clock.advance(EVERY)
    await first.until(lambda: len(first.heard) == 1)
    await other.until(lambda: len(other.heard) == 1)
    first.says("LAST")
    await first.until(lambda: len(first.heard) == 3)
    lasts = {one["topic"]: one for one in first.heard[1:]}
    assert set(lasts) == {"owntracks/john/android", "owntracks/jane/phone"}
    john = lasts["owntracks/john/android"]
    assert (john["_type"], john["name"], john["_label"]) == ("location", "John", "OwnTracks")
    assert john["ghash"] == "u178kh9"
    await settled(here, other)
    assert len(other.heard) == 2


@pytest_twisted.ensureDeferred
async def test_nothing_is_echoed_and_nothing_said_ends_the_connection(open_web):
    here, client = await watched(open_web)
    for text in ("hello", "LAST", "LAST", "{}", "", "x" * 500):
        client.says(text)
    await settled(here, client)
    assert about(client) == []
    assert client.closed is None


def card(size: int) -> dict[str, Any]:
    """A card whose picture has so many bytes."""
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * (size - 8)
    return {"_type": "card", "name": "Ann", "face": base64.b64encode(picture).decode()}


@pytest.mark.parametrize("size", [900, LARGEST_FACE])
@pytest_twisted.ensureDeferred
async def test_a_card_longer_than_what_we_take_is_sent(open_web, size):
    here, client = await watched(open_web)
    here.hears("ann/p", fix())
    here.hears("ann/p", card(size), "/info")
    client.says("LAST")
    await client.until(lambda: bool(client.heard or client.closed))
    assert client.closed is None
    assert client.heard[0]["face"] == card(size)["face"]
    here.hears("ann/p", fix(tst=int(NOW)))
    here.home.clock.advance(EVERY)  # pushed with the card, too
    await client.until(lambda: len(client.heard) == 2 or client.closed is not None)
    assert client.heard[1]["face"] == card(size)["face"]


@pytest_twisted.ensureDeferred
async def test_a_picture_of_128_kib_is_sent_and_an_answer_waits_for_who_reads_it(open_web):
    here, client = await watched(open_web)
    face = Face(mime="image/png", data=bytes(LARGEST_FACE))
    for n in range(60):
        here.hears(f"ann/p{n}", fix())
        here.home.world.put(f"face/ann/p{n}", face)
    (served,) = here.live.clients
    client.stops_reading()
    client.says("LAST")
    await here.home.until(lambda: served._full)
    assert served._lasts is not None  # most of the answer is not made yet
    waiting = sum(map(len, served.transport._tempDataBuffer)) + len(served.transport.dataBuffer)
    assert waiting < 1_000_000
    client.reads_on()
    await client.until(lambda: len(client.heard) == 60)
    assert {len(one["face"]) for one in client.heard} == {131_072}
    assert served._lasts is None


@pytest_twisted.ensureDeferred
async def test_a_busy_fleet_is_one_push_in_a_second(open_web):
    here, client = await watched(open_web)
    for n in range(50):
        here.hears(f"ann/p{n % 7}", fix(lat=n, tst=int(NOW) - 100 + n))
    here.home.clock.advance(EVERY)
    await client.until(lambda: len(client.heard) == 1)
    await settled(here, client)
    assert about(client) == ["owntracks/ann/p0"]
    assert client.heard[0]["lat"] == 49


@pytest_twisted.ensureDeferred
async def test_a_late_fix_is_told_of_with_the_position_now(open_web):
    here, client = await watched(open_web)
    here.hears("ann/p", fix(lat=2, tst=int(NOW) - 5))
    here.home.clock.advance(EVERY)
    await client.until(lambda: len(client.heard) == 1)
    here.hears("ann/p", fix(lat=1, tst=int(NOW) - 500))
    here.home.clock.advance(EVERY)
    await client.until(lambda: len(client.heard) == 2)
    assert client.heard[1]["lat"] == 2


@pytest_twisted.ensureDeferred
async def test_transitions_and_waypoints_are_told_wills_and_retained_copies_are_not(open_web):
    here, client = await watched(open_web)
    moved = {"_type": "transition", "event": "enter", "desc": "Office", "tst": int(NOW) - 5}
    place = {"_type": "waypoint", "desc": "O2", "lat": 1, "lon": 2, "rad": 100, "tst": 1385997758}
    here.hears("ann/p", fix())
    for n, (message, part) in enumerate(((moved, "/event"), (place, "/waypoint")), 1):
        here.hears("ann/p", message, part)
        here.home.clock.advance(EVERY)
        await client.until(lambda n=n: len(client.heard) == n)
    assert [one["_type"] for one in client.heard] == ["transition", "waypoint"]
    here.hears("ann/p", {"_type": "lwt", "tst": 1})
    here.hears("ann/q", fix(), retain=True)
    await settled(here, client)
    assert len(about(client)) == 2


@pytest_twisted.ensureDeferred
async def test_one_is_told_of_those_only_whom_one_may_see(open_web):
    here, client = await watched(open_web, "friend/ann", "friend/mark")
    here.hears("ann/p", fix())
    here.hears("eve/p", fix())
    here.home.clock.advance(EVERY)
    await client.until(lambda: len(client.heard) == 1)
    client.says("LAST")
    await client.until(lambda: len(client.heard) == 2)
    await settled(here, client)
    assert set(about(client)) == {"owntracks/ann/p"}


@pytest_twisted.ensureDeferred
async def test_regions_of_a_phone_are_not_told_to_those_who_see_its_friend_only(open_web):
    here, client = await watched(open_web, "friend/ann", "friend/mark")
    moved = {"_type": "transition", "event": "enter", "desc": "Clinic", "tst": int(NOW) - 5}
    place = {"_type": "waypoint", "desc": "Clinic", "lat": 1, "lon": 2, "rad": 100, "tst": 1}
    here.hears("ann/p", fix())
    for message, part in ((moved, "/event"), (place, "/waypoint")):
        here.hears("ann/p", message, part)
        await settled(here, client)
    told = [one for one in client.heard if one.get("tid") != "XX"]
    assert {one["_type"] for one in told} == {"location"}  # something happened: what, is not told
    assert not any("desc" in one or "rad" in one for one in told)


@pytest_twisted.ensureDeferred
async def test_the_connection_ends_with_the_session(open_web):
    here, client = await watched(open_web)
    (session,) = here.home.account_service.cache.sessions.values()
    await here.home.account_service.change(lambda database: database.drop_sessions([session.key]))
    await client.until(lambda: client.closed is not None)
    assert client.closed is not None
    assert client.closed[0] == 4001
    assert here.live.clients == set()


@pytest_twisted.ensureDeferred
async def test_nobody_gets_in_who_is_nobody_or_from_another_page(open_web):
    here = await PhoneScene().opens(open_web)
    cookie = await here.home.knows("reader", see=("*",))
    see = await here.home.token("reader", "see")
    post = await here.home.token("reader", "publish", things=("friend/reader",))
    for origin, headers, enters in (
        ("same", {}, False),
        ("https://evil.example", {"Cookie": cookie}, False),
        (None, {"Cookie": cookie}, False),
        ("https://evil.example", {"Authorization": basic("reader", see)}, False),
        ("same", {"Authorization": basic("reader", post)}, False),
        ("same", {"Authorization": basic("reader", see)}, True),
        (None, {"Authorization": basic("reader", see)}, True),
        (None, {"Authorization": f"Bearer {see}"}, True),
    ):
        client = await here.client(origin, **headers)
        assert (client.closed is None) is enters, (origin, headers)
        if enters:
            client.leaves()
            await client.until(lambda client=client: client.closed is not None)


@pytest.mark.skipif(not GOLDEN.exists(), reason="the Recorder's own answers are not there")
@pytest_twisted.ensureDeferred
async def test_a_push_holds_all_that_the_recorders_holds(open_web):
    here, client = await watched(open_web)
    for line in GOLDEN.read_text().splitlines():
        if '"_type":"location"' in line and '"username"' in line and line.startswith("    "):
            theirs = json.loads(line)
            break
    user, device = theirs["username"], theirs["device"]
    john = await here.login(user, f"friend/{user}")
    here.home.clock.advance(theirs["tst"] - NOW)
    card = {"_type": "card", "name": theirs["name"], "face": theirs["face"]}
    sent = {key: theirs[key] for key in ("_type", "lat", "lon", "tid", "tst", "batt")}
    for message in (card, sent):
        await here.posts(message, john, user=user, device=device)
    here.home.clock.advance(EVERY)
    await client.until(lambda: len(client.heard) == 1)
    assert client.heard[0] == theirs


# -- the Frontend


@pytest_twisted.ensureDeferred
async def test_the_frontend_works_and_stays_live(open_web):
    """Its calls, as its src/api.js makes them, and what it reads of the answers."""
    here = await PhoneScene().opens(open_web)
    cookie = await here.home.knows("reader", see=("*",))

    async def fetch(path: str) -> Any:
        answer = await here.gets(path, cookie=cookie)
        assert answer.status == 200, (path, answer.data)
        return answer.said

    assert isinstance((await fetch("version"))["version"], str)
    assert (await fetch("list"))["results"] == []  # nobody yet: it must not break on that
    assert await fetch("last") == []
    for n in range(3):
        here.hears("jane/phone", fix(lat=50 + n, tst=int(NOW) - 100 + n))
        here.hears("jane/tablet", fix(lat=40 + n, tst=int(NOW) - 100 + n))
    here.hears("jane/phone", {"_type": "card", "name": "Jane", "face": "iVBORw0KGgo="}, "/info")
    users = (await fetch("list"))["results"]
    devices = {user: (await fetch(f"list?user={user}"))["results"] for user in users}
    assert devices == {"jane": ["phone", "tablet"]}
    assert len(await fetch("last?user=jane")) == 2
    (last,) = await fetch("last?user=jane&device=phone")
    assert {name: last[name] for name in ("lat", "lon", "tst", "username", "device", "name")} == {
        "lat": 52,
        "lon": 5.1,
        "tst": int(NOW) - 98,
        "username": "jane",
        "device": "phone",
        "name": "Jane",
    }
    span = "from=2026-11-21T00:00:00&to=2026-11-22T00:00:00"
    for device in devices["jane"]:
        said = await fetch(f"locations?{span}&user=jane&device={device}&format=json")
        assert [one["tst"] for one in said["data"]] == [int(NOW) - 100 + n for n in range(3)]
    client = await here.client(Cookie=cookie)
    client.says("LAST")
    await client.until(lambda: len(client.heard) == 2)
    assert {one["_type"] for one in client.heard} == {"location"}
    here.hears("jane/phone", fix(lat=55, tst=int(NOW)))
    here.home.clock.advance(EVERY)
    await client.until(lambda: len(client.heard) == 3)
    assert client.heard[2]["_type"] == "location"  # which is why it fetches anew
    assert (await fetch("last?user=jane&device=phone"))[0]["lat"] == 55
    await deferLater(reactor, 0)
    assert client.closed is None


@pytest_twisted.ensureDeferred
async def test_one_account_cannot_take_all_the_room_and_what_left_is_counted_no_more(open_web):
    here, first = await watched(open_web)
    cookie = await here.home.knows("greedy", see=("*",))
    greedy = [await here.client(Cookie=cookie) for _ in range(MOST_OF_ONE)]
    refused = await here.client(Cookie=cookie)
    assert refused.closed is not None
    assert "too many connections of this account" in str(refused.closed[1])
    assert len(here.live.clients) == MOST_OF_ONE + 1
    for client in greedy:
        client.leaves()
    await here.home.until(lambda: len(here.live.clients) == 1)
    again = await here.client(Cookie=cookie)
    again.leaves()
    first.leaves()
    limits = here.home.site.limits
    await here.home.until(lambda: not here.live.clients and not len(limits))
    assert not here.live.owners


@pytest_twisted.ensureDeferred
async def test_a_flood_of_pings_is_ended_before_it_is_parsed(open_web, monkeypatch):
    _, client = await watched(open_web)
    pings: list[bytes] = []
    monkeypatch.setattr(RecorderConnection, "onPing", lambda self, payload: pings.append(payload))
    client._protocol.transport.write(b"\x89\x80mask" * 10_000)
    await client.until(lambda: client.closed is not None)
    assert client.closed == (1008, "too many messages")
    assert len(pings) <= 40


@pytest_twisted.ensureDeferred
async def test_there_is_no_upgrade_by_http_1_0(open_web):
    here, _ = await watched(open_web)

    def ask() -> bytes:
        with socket.create_connection(("127.0.0.1", here.home.port), 5) as peer:
            peer.sendall(b"GET /ws/last HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\n\r\n")
            return peer.recv(100)

    assert (await deferToThread(ask)).startswith(b"HTTP/1.0 426")


# -- a Frontend with an address of its own, behind a proxy of its own


@pytest_twisted.ensureDeferred
async def test_a_page_of_another_origin_is_told_of_in_the_log_until_the_settings_name_it(open_web):
    here = await PhoneScene().opens(open_web)
    cookie = await here.home.knows("reader", see=("*",))
    page = "http://tracks.lan:8083"
    told: list[dict[str, Any]] = []

    async def opens(cookie: str | None) -> int:
        """What its proxy is answered, which asks by a name of its own."""
        asked = await here.home.asks(
            "GET",
            "//ws/last",
            ours=False,
            cookie=cookie,
            origin=page,
            host="otrecorder",
            upgrade="websocket",
            connection="Upgrade",
            sec_websocket_key="dGhlIHNhbXBsZSBub25jZQ==",
            sec_websocket_version="13",
        )
        return asked.status

    globalLogPublisher.addObserver(told.append)
    try:
        assert [await opens(each) for each in (cookie, cookie, None)] == [403, 403, 403]
    finally:
        globalLogPublisher.removeObserver(told.append)
    (hint,) = [text for one in told if "may not open /ws/last" in (text := formatEvent(one))]
    assert f'server.origins = ["{page}"]' in hint
    here.home.front._trusted = [page]
    assert await opens(None) == 401
    client = await here.client(page, Cookie=cookie)
    assert client.closed is None
