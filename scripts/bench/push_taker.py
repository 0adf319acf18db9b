"""A process that is a push service by HTTPS, and the phones: it takes what comes, and notes when.

It is told what to do by lines of JSON (see `remote`):

    {"do": "subscribe", "count": 20}    the subscriptions of so many phones, and where it listens
    {"do": "taken", "since": 12.5}      what was taken since: [url of the notification, title, when]

Times are monotonic s, which are the same in all processes of a machine. It answers at once, and
reads what it took only when it is asked.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "tests")]

import remote  # noqa: E402

from push_service import Phone  # noqa: E402

_ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


class Taker(asyncio.Protocol):
    """One connection; it stays open."""

    connections = 0
    taken: list[tuple[float, bytes, bytes]] = []  # noqa: RUF012  # of the whole process

    def connection_made(self, transport: Any) -> None:
        Taker.connections += 1
        self._transport = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end]
            size = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            if len(self._data) < end + 4 + size:
                return
            body = self._data[end + 4 : end + 4 + size]
            self._data = self._data[end + 4 + size :]
            self._transport.write(_ANSWER)
            Taker.taken.append((time.monotonic(), head.split(b" ", 2)[1], body))


class Service:
    """The phones, and the server that stands for their push service."""

    def __init__(self, folder: Path) -> None:
        self._phones: dict[bytes, Phone] = {}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._loop = asyncio.new_event_loop()
        made = self._loop.create_server(Taker, "127.0.0.1", 0, ssl=context)
        self._server = self._loop.run_until_complete(made)
        self._origin = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def subscribe(self, count: int) -> list[dict[str, Any]]:
        """Return what a page tells the server of so many more phones."""
        found = []
        for _ in range(count):
            path = f"/push/{len(self._phones)}"
            phone = Phone(self._origin + path)
            self._phones[path.encode()] = phone
            found.append(phone.json)
        return found

    def taken(self, since: float) -> dict[str, Any]:
        """Return what was taken since, in order, and how many connections there were so far."""
        found = []
        for at, path, body in list(Taker.taken):
            if at >= since:
                said = json.loads(self._phones[path].read(body))
                found.append((said["url"], said["title"], at))
        return {"pushes": found, "connections": Taker.connections}


def main() -> None:
    service = Service(Path(sys.argv[1]))
    remote.serve({"subscribe": service.subscribe, "taken": service.taken})


if __name__ == "__main__":
    main()
