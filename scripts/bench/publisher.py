"""A process that publishes to a broker at a given rate, or as fast as the broker takes it.

It is told what to do by lines of JSON (see `remote`):

    {"do": "publish", "rate": 2000, "seconds": 3, "qos": 0}     rate 0: as fast as can be
    {"do": "fill", "count": 100000}                             one message of each of the devices

The answer says how many messages were sent and how long it took.
"""

from __future__ import annotations

import select
import socket
import sys
import time

import messages
import remote

BURST = 0.001  # s between two bursts
WINDOW = 2000  # QoS 1: messages on their way at once
LARGEST = 500  # messages in one burst


class Publisher:
    def __init__(self, port: int, pool: int) -> None:
        self._pool = pool
        self._next = 0
        self._mid = 0
        self._tail = b""
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(messages.connect(b"bench-publisher"))
        if self._socket.recv(4)[:1] != b"\x20":
            raise OSError("the broker did not accept us")

    def publish(
        self, rate: float = 0, seconds: float = 0, count: int = 0, qos: int = 0
    ) -> dict[str, float]:
        """Publish ``rate`` messages/s for ``seconds``, or ``count`` as fast as the broker takes."""
        count = count or round(rate * seconds)
        sent = waiting = 0
        began = time.monotonic()
        while sent < count:
            due = count if not rate else round((time.monotonic() - began) * rate) + 1
            burst = min(due, count, sent + LARGEST) - sent
            if qos:
                burst = min(burst, WINDOW - waiting)
            if burst > 0:
                self._burst(burst, qos)
                sent += burst
                waiting += burst if qos else 0
            elif rate and not qos:
                ahead = began + sent / rate - time.monotonic()
                time.sleep(max(ahead, BURST if rate > 1 / BURST else 0.0))
            if qos:
                waiting -= self._acknowledged(wait=waiting >= WINDOW)
            if rate and sent < count and time.monotonic() - began > 3 * seconds:
                break  # the broker does not take it
        took = time.monotonic() - began
        while waiting and time.monotonic() - began < took + 20:
            waiting -= self._acknowledged(wait=True)
        return {"sent": sent, "took": took, "acknowledged": time.monotonic() - began}

    def _burst(self, burst: int, qos: int) -> None:
        stamp = time.monotonic_ns() // 1000
        first, pool = self._next, self._pool
        self._next += burst
        packets = []
        for index in range(first, first + burst):
            if qos:
                self._mid = self._mid % 60_000 + 1
            packets.append(messages.publish(index, pool, stamp, self._mid if qos else 0))
        self._socket.sendall(b"".join(packets))

    def _acknowledged(self, *, wait: bool) -> int:
        """Count how many PUBACKs (4 bytes each) have come since."""
        if not select.select([self._socket], [], [], 1.0 if wait else 0)[0]:
            return 0
        data = self._tail + self._socket.recv(65536)
        whole = len(data) // 4
        self._tail = data[4 * whole :]
        return whole


def main() -> None:
    publisher = Publisher(int(sys.argv[1]), int(sys.argv[2]))
    remote.serve(
        {"publish": publisher.publish, "fill": lambda count: publisher.publish(count=count)}
    )


if __name__ == "__main__":
    main()
