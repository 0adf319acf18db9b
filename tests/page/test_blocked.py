"""A real page behind a proxy that lets HTTP pass and refuses WebSockets: web/src/net."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from page.conftest import opens
from page.test_page import JANE, fix, is_live, publish

BANNER = '[data-banner="polling"]'


class Refuser:
    """A proxy on this machine; ``refuses``: it answers 400 to whatever asks for an upgrade."""

    def __init__(self, port: int) -> None:
        self.refuses = True
        self.refused = 0
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._to))
        self._open |= {browser, server}
        with contextlib.suppress(OSError), browser, server:
            while self._passes_on(browser, server):
                pass

    def _passes_on(self, browser: socket.socket, server: socket.socket) -> bool:
        for ready in select.select([browser, server], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return False
            if ready is server:
                browser.sendall(data)
            elif self.refuses and b"\r\nupgrade: websocket" in data.lower():
                self.refused += 1
                browser.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            else:
                server.sendall(data)
        return True

    def cuts(self) -> None:
        """Close every connection there is."""
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()
        self.cuts()


@pytest.fixture
def proxy(sightline) -> Iterator[Refuser]:
    port = int(re.search(r":(\d+)", sightline.url.removeprefix("http://"))[1])
    proxy = Refuser(port)
    yield proxy
    proxy.close()


def test_news_and_stops_pass_where_the_websocket_does_not(broker, chromium, sightline, proxy):
    page = opens(chromium).new_page()
    page.clock.install()
    page.goto(f"http://127.0.0.1:{proxy.port}/?test")
    is_live(page)
    assert proxy.refused >= 2
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0, batt=64))
    expect(page.locator(JANE)).to_contain_text("64")
    page.clock.run_for(4000)
    expect(page.locator(BANNER)).to_contain_text("WebSocket is blocked")
    publish(broker, "owntracks/jane/phone", fix(52.1, 5.0, batt=63))
    expect(page.locator(JANE)).to_contain_text("63")
    # A robot can be stopped, and nothing else.
    publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    expect(page.locator('[data-thing="probot/ProBot1"]')).to_be_visible()
    said = page.evaluate(
        """async () => {
            const ask = async (verb) => {
                const body = JSON.stringify({ id: 1, do: verb, thing: 'probot/ProBot1' });
                const headers = { 'content-type': 'application/json' };
                const sent = await fetch('ws/ask', { method: 'POST', body, headers });
                return JSON.parse(await sent.text());
            };
            return [await ask('take'), await ask('stop')];
        }"""
    )
    assert (said[0]["code"], said[1]["ok"]) == ("needs_websocket", True)
    # As soon as a WebSocket is let through it is used.
    proxy.refuses = False
    page.clock.run_for(61_000)
    expect(page.locator(BANNER)).to_have_count(0)
    is_live(page)
    publish(broker, "owntracks/jane/phone", fix(52.2, 5.0, batt=62))
    expect(page.locator(JANE)).to_contain_text("62")
    page.context.close()
