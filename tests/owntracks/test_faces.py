"""Faces at their addresses, and inside the answers that other clients ask for.

Covers owntracks/picture_resource.py.
"""

from __future__ import annotations

import base64
import json
import socket
from typing import Any

import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.threads import deferToThread

from owntracks.scene import PhoneScene, fix
from sightline.kinds.friends.model import Face
from sightline.owntracks.recorder_ws import RecorderConnection
from web_scene import NOW

reactor: Any = _reactor
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
CARD = {"_type": "card", "name": "Jane", "face": base64.b64encode(PICTURE).decode()}


async def pictured(open_web: Any, device: str = "jane/phone") -> tuple[PhoneScene, str]:
    here = await PhoneScene().opens(open_web)
    here.hears(device, fix())
    here.hears(device, CARD, "/info")
    face = here.home.world.state(f"face/{device}")
    assert isinstance(face, Face)
    return here, face.hash


async def asks(here: PhoneScene, path: str, **who: Any) -> Any:
    return await here.home.asks("GET", f"//faces/{path}", **who)


@pytest_twisted.ensureDeferred
async def test_a_frame_holds_the_address_of_a_face_and_not_the_face(open_web):
    here, hash_ = await pictured(open_web)
    browser = await here.home.browser(await here.home.knows("ann", see=("*",)))
    await browser.until(lambda: "face/jane/phone" in browser.picture.things, "the face")
    thing = browser.picture.things["face/jane/phone"]
    assert {name: thing[name] for name in thing if name not in "kis" and name != "id"} == {
        "mime": "image/png",
        "hash": hash_,
    }


@pytest_twisted.ensureDeferred
async def test_whoever_sees_a_friend_gets_the_picture_and_may_keep_it(open_web):
    here, hash_ = await pictured(open_web)
    cookie = await here.home.knows("ann", see=("friend/jane",))
    answer = await asks(here, f"jane/phone/{hash_}", cookie=cookie)
    assert (answer.status, answer.data) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    link = await here.home.link(await here.home.knows("root", "admin"), "friend/jane/phone")
    entered = await here.home.asks("POST", "/link", {"token": link})
    assert entered.status == 200, entered.said
    assert (await asks(here, f"jane/phone/{hash_}", cookie=entered.cookie)).data == PICTURE


@pytest_twisted.ensureDeferred
async def test_nobody_else_does_and_nobody_learns_that_it_is_there(open_web):
    here, hash_ = await pictured(open_web)
    await here.home.knows("jane", own=("friend/jane",))
    other = await here.home.knows("bob", see=("friend/bob", "probot"))
    seeing = await here.home.knows("ann", see=("*",))
    publish = await here.home.token("jane", "publish", things=("friend/jane/phone",))
    await here.home.knows("root", "admin")
    metrics = await here.home.token("root", "metrics")
    there, not_there = f"jane/phone/{hash_}", "jane/phone/" + "0" * 24
    assert (await asks(here, there)).status == 401
    for who in ({"cookie": other}, {"token": publish}, {"token": metrics}):
        refused = await asks(here, there, **who)
        assert refused.status == 404
        assert refused.data == (await asks(here, not_there, **who)).data
        assert refused.headers["cache-control"] == "no-store"
    more = (f"jane/phone/{hash_}/x", f"JANE/phone/{hash_}")
    for path in (not_there, "jane/phone", "jane", "", *more):
        assert (await asks(here, path, cookie=seeing)).status == 404, path
    assert (await here.home.asks("POST", f"//faces/{there}", {}, cookie=seeing)).status == 405


@pytest_twisted.ensureDeferred
async def test_another_picture_has_another_address_and_the_old_one_is_gone(open_web):
    here, before = await pictured(open_web)
    cookie = await here.home.knows("ann", see=("*",))
    other = base64.b64encode(b"\xff\xd8\xff" + PICTURE).decode()
    here.hears("jane/phone", CARD | {"face": other}, "/info")
    after = here.home.world.state("face/jane/phone").hash
    assert after != before
    assert (await asks(here, f"jane/phone/{before}", cookie=cookie)).status == 404
    assert (await asks(here, f"jane/phone/{after}", cookie=cookie)).headers["content-type"] == (
        "image/jpeg"
    )


@pytest_twisted.ensureDeferred
async def test_names_of_any_signs_are_found(open_web):
    here, hash_ = await pictured(open_web, "jäne %/a b?#")
    cookie = await here.home.knows("ann", see=("*",))
    answer = await asks(here, f"j%C3%A4ne%20%25/a%20b%3F%23/{hash_}", cookie=cookie)
    assert answer.data == PICTURE


@pytest_twisted.ensureDeferred
async def test_last_of_many_friends_is_complete_json_with_their_faces(open_web):
    here, _ = await pictured(open_web)
    for n in range(60):
        here.hears(f"u{n:02}/p", fix(lat=n, tst=int(NOW)))
        here.hears(f"u{n:02}/p", CARD, "/info")
    cookie = await here.home.knows("ann", see=("*",))
    answer = await here.gets("last", cookie=cookie)
    lasts = json.loads(answer.data)
    assert [one["username"] for one in lasts].count("jane") == 1
    assert len(lasts) == 61
    assert {one["face"] for one in lasts} == {CARD["face"]}
    assert json.loads((await here.gets("last?user=u07", cookie=cookie)).data)[0]["lat"] == 7
    assert json.loads((await here.gets("last?fields=lat", cookie=cookie)).data)[-1] == {"lat": 59}
    nobody = await here.home.knows("bob")
    assert json.loads((await here.gets("last", cookie=nobody)).data) == []


@pytest_twisted.ensureDeferred
async def test_the_answer_to_last_waits_for_a_client_that_does_not_read(open_web, monkeypatch):
    here, _ = await pictured(open_web)
    large = CARD | {"face": base64.b64encode(PICTURE * 9).decode()}
    for n in range(200):
        here.hears(f"u{n:03}/p", fix(lat=n % 90, tst=int(NOW)))
        here.hears(f"u{n:03}/p", large, "/info")
    cookie = await here.home.knows("ann", see=("*",))
    sent: list[int] = []
    send = RecorderConnection._say
    monkeypatch.setattr(
        RecorderConnection, "_say", lambda self, said: (sent.append(len(said)), send(self, said))
    )

    def lazy() -> socket.socket:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", here.home.port))
        line.sendall(
            b"GET /ws/last HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
            b"Sec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:%d\r\nCookie: %b\r\n\r\n"
            % (here.home.port, here.home.port, cookie.encode())
        )
        assert line.recv(4096).startswith(b"HTTP/1.1 101")
        line.sendall(b"\x81\x84\0\0\0\0LAST")
        return line

    line = await deferToThread(lazy)
    await here.home.until(lambda: sent)
    # What was made is little more than what the sockets between us hold.
    assert sum(sent) < 8_000_000
    before = len(sent)
    line.setblocking(False)
    got = 0

    def reads() -> bool:
        nonlocal got
        try:
            while chunk := line.recv(1 << 20):
                got += len(chunk)
        except BlockingIOError:
            pass
        return len(sent) == 201

    await here.home.until(reads)
    assert before < 201
    line.close()
