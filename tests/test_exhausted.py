"""When file descriptors run out: who is here stays, who comes is turned away for a while."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import socket

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from browser import Browser
from sightline_process import SightlineProcess
from waits import DEADLINE, until

FILES = 180
SERVER = "server/sightline"


class OneConnection:
    """One HTTP connection, used again and again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)

    def signs_in(self) -> str:
        """As nobody; what it is answered. The attempt is written to the database."""
        headers = {
            "Content-Type": "application/json",
            "Origin": f"http://127.0.0.1:{self._port}",
        }
        body = json.dumps({"name": "nobody", "password": "x"})
        self._connection.request("POST", "/api/1/session", body, headers)
        return str(json.loads(self._connection.getresponse().read())["code"])

    def close(self) -> None:
        self._connection.close()


def closed(peer: socket.socket) -> bool:
    """Waits for the server to close it; whether it did."""
    peer.settimeout(DEADLINE)
    try:
        return peer.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is not installed here")
@pytest_twisted.ensureDeferred
async def test_a_flood_of_connections_leaves_pages_database_and_broker_alone():
    with (
        SightlineProcess("[limits]\nhandshake_seconds = 60\n", files=FILES) as sightline,
        contextlib.ExitStack() as flood,
        contextlib.closing(OneConnection(sightline.port)) as connection,
    ):
        assert "file descriptors for 80 connections only" in sightline.logged
        browser = await Browser(sightline.port).enters()
        await browser.sees(lambda things: things["broker/main"]["link"]["state"] == "connected")
        assert await deferToThread(connection.signs_in) == "wrong"

        def floods() -> list[socket.socket]:
            address = ("127.0.0.1", sightline.port)
            return [
                flood.enter_context(socket.create_connection(address, DEADLINE)) for _ in range(150)
            ]

        peers = await deferToThread(floods)
        await browser.sees(lambda things: things[SERVER].get("turned_away", 0) >= 70, "turned away")
        assert await deferToThread(lambda: closed(peers[-1]))
        assert (await browser.asks("ping"))["ok"]
        assert await deferToThread(connection.signs_in) in ("wrong", "wait")
        assert browser.picture.things["broker/main"]["link"]["state"] == "connected"
        flood.close()

        def comes_again() -> str:
            with (
                contextlib.suppress(OSError, http.client.HTTPException),
                contextlib.closing(OneConnection(sightline.port)) as other,
            ):
                return other.signs_in()
            return ""

        said = await until(lambda: deferToThread(comes_again), "an answer")
        assert said in ("wrong", "wait")
        assert "Too many open files" not in sightline.logged
        await browser.leaves()
