"""A process that is K viewers: raw sockets on one epoll, the handshake by hand.

A viewer is either one of ours (`/ws`, subprotocol ``sightline.1``) or an MQTT client on mosquitto's
websocket listener. Every frame is found and accounted for. The *witness* (the first viewer) and a
few *samples*, spread evenly over the order of joining, note when each frame came; the witness reads
every frame to the end and checks it. Other viewers do not copy the bulk of large frames out of the
kernel (MSG_TRUNC): it is the server that is measured here. They recognise each frame by its length
and its first bytes, and have what the witness found in it.

Told what to do by lines of JSON (see `remote`); `ConnectionLimits`'s public methods are the orders.
"""

from __future__ import annotations

import base64
import json
import os
import select
import socket
import sys
import time
import zlib
from array import array
from struct import pack
from typing import Any

import messages
import msgspec
import remote

SAMPLES = 16
STAMPS = 8  # publishing times kept of one frame
CHUNK = 65_536
SKIP = 4 * 1024 * 1024  # bytes skipped at once
HEAD = 48  # bytes by which a frame is recognised: its length and seq are in there
HEAD_DEFLATED = 160
AT_ONCE = 100  # connections opened at once, unless a storm is asked for


class Thing(msgspec.Struct):
    k: str
    id: str
    s: int
    tst: float = 0
    acc: float = 0
    tag: str = "0"
    gone: bool = False


class News(msgspec.Struct):
    t: str
    seq: int = 0
    things: list[Thing] = []  # msgspec copies it
    whole: bool = False
    more: bool = False


read_news = msgspec.json.Decoder(News).decode


class Viewer:
    """One connection and what came over it."""

    __slots__ = (
        "arrived",
        "bytes",
        "closed",
        "frames",
        "index",
        "inflate",
        "paused",
        "ready",
        "role",
        "skip",
        "socket",
        "stage",
        "tail",
        "times",
    )

    def __init__(self, index: int, role: str, sock: socket.socket) -> None:
        self.index = index
        self.role = role  # "witness", "sample" or ""
        self.socket = sock
        self.stage = "connecting"  # then "upgrading", "joining", "live"
        self.tail = b""  # received, not yet handled
        self.skip = 0  # bytes of the present frame still to come
        self.frames: list[bytes] = []  # their heads
        self.times = array("d")
        self.bytes = 0
        self.inflate: Any = None
        self.ready = 0.0
        self.arrived = 0.0
        self.paused = False
        self.closed = ""


class FrameChecker:
    """Reads what it gets and checks it; knows what is in each frame.

    ``lost`` counts fixes that were skipped (lost, or merged with a later one), ``wrong`` those out
    of order or with a value that does not belong to them.
    """

    def __init__(self) -> None:
        self.known: dict[bytes, tuple[int, int, list[int]]] = {}
        self.seq = 0
        self.last_seq = 0  # of the last frame with a friend in it
        self.things = 0
        self.lost = 0
        self.wrong = 0
        self.tst: dict[str, float] = {}

    def reset(self) -> None:
        self.known.clear()
        self.things = self.lost = self.wrong = 0

    def read(self, head: bytes, payload: bytes) -> bool:
        """Take in a frame; says whether the picture is complete after it."""
        news = read_news(payload)
        if news.t != "news":
            self.known[head] = (0, news.seq, [])
            return False
        if news.whole:
            self.tst.clear()
            self.seq = 0
        stamps = []
        for thing in news.things:
            if thing.s <= self.seq and not thing.gone:
                self.wrong += 1
            self.seq = max(self.seq, thing.s)
            if thing.k == "friend":
                self._check(thing.id, thing.tst, thing.acc)
                stamps.append(int(thing.tag))
        self.seq = news.seq
        if stamps:
            self.last_seq = news.seq
        step = max(1, len(stamps) // STAMPS)
        self.known[head] = (len(stamps), news.seq, stamps[::step][:STAMPS])
        self.things += len(stamps)
        return not news.more

    def read_mqtt(self, packet: bytes) -> int:
        """Take in a PUBLISH; returns when it was sent."""
        at = packet.index(b"{")
        said = json.loads(packet[at:])
        self._check(packet[at - 6 : at].decode(), said["tst"], said["acc"])
        self.things += 1
        return int(said["tag"])

    def _check(self, device: str, tst: float, acc: float) -> None:
        before = self.tst.get(device)
        self.tst[device] = tst
        if acc != tst % 80 + 10:
            self.wrong += 1
        if before is not None:
            if tst <= before:
                self.wrong += 1
            elif tst > before + 1:
                self.lost += int(tst - before) - 1


class AllViewers:
    """All viewers of this process."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._by_number: dict[int, Viewer] = {}
        self._viewers: list[Viewer] = []
        self._buffer = memoryview(bytearray(SKIP))
        self._waiting: list[int] = []
        self._port = 0
        self._peer = "sightline"
        self._deflate = False
        self._unready = 0
        self.checker = FrameChecker()
        self.late_joiner: Viewer | None = None

    # -- orders

    def open(
        self,
        k: int,
        port: int,
        peer: str = "sightline",
        deflate: bool = False,
        storm: bool = False,
        seconds: float = 60,
    ) -> dict[str, float]:
        """Open K viewers and wait until each has its whole picture."""
        self._port, self._peer, self._deflate = port, peer, deflate
        self.checker = FrameChecker()
        every = max(1, k // SAMPLES)
        began = time.monotonic()
        roles = ["witness", *("sample" if i % every == every - 1 else "" for i in range(1, k))]
        at_once = k if storm else AT_ONCE
        self._unready = k
        for first in range(0, k, at_once):
            for role in roles[first : first + at_once]:
                self._open(role)
            left = max(0, k - first - at_once)
            while self._unready > left:
                self.turn(0.5)
                if time.monotonic() - began > seconds:
                    why = {v.closed or v.stage for v in self._viewers}
                    raise RuntimeError(f"{self._unready} of {k} viewers not served in time: {why}")
        waits = sorted(v.ready - began for v in self._viewers)
        return {"seconds": time.monotonic() - began, "median": waits[len(waits) // 2]}

    def close(self) -> None:
        """Close every viewer, with a reset rather than a word."""
        for viewer in self._viewers:
            self._drop(viewer, "by us")
        self._viewers.clear()
        self.late_joiner = None

    def begin(self) -> None:
        """Count from this moment on."""
        self.checker.reset()
        for viewer in self._viewers:
            viewer.frames.clear()
            del viewer.times[:]
            viewer.bytes = 0

    def progress(self) -> dict[str, Any]:
        """Tell how far the witness is, and how many viewers have not yet seen what it saw."""
        checker = self.checker
        if self._peer == "mosquitto":
            most = max(v.bytes for v in self._viewers)
            behind = sum(v.bytes < most for v in self._viewers)
        else:
            behind = sum(not v.paused and self._seq(v) < checker.last_seq for v in self._viewers)
        return {
            "things": checker.things + checker.lost,
            "behind": behind,
            "closed": sum(bool(v.closed) for v in self._viewers),
        }

    def report(self) -> dict[str, Any]:
        """Return what came since `begin`. Latencies in ms, over the witness and the samples."""
        checker = self.checker
        frames = sum(len(v.frames) for v in self._viewers)
        delivered = unknown = 0
        sizes: list[int] = []
        for viewer in self._viewers:
            for head in viewer.frames if self._peer == "sightline" else ():
                found = checker.known.get(head)
                if found is None:
                    unknown += 1
                else:
                    delivered += found[0]
        if self._peer == "mosquitto":
            first = self._viewers[0]
            each = first.bytes / max(1, len(first.frames))
            frames = round(sum(v.bytes for v in self._viewers) / max(1.0, each))
            delivered = frames
            sizes = [v.bytes for v in self._viewers]
        return {
            "things": checker.things,
            "lost": checker.lost,
            "wrong": checker.wrong,
            "delivered": delivered,
            "frames": frames,
            "own_frames": unknown,
            "bytes": sum(v.bytes for v in self._viewers),
            "unequal": len(set(sizes)) - 1 if sizes else 0,
            "closed": sum(bool(v.closed) for v in self._viewers),
            "why_closed": sorted({v.closed for v in self._viewers if v.closed}),
            **self._latency(),
        }

    def pause(self, n: int) -> None:
        """Let N viewers stop reading: neither the witness nor a sample."""
        some = [v for v in self._viewers if not v.role]
        every = max(1, len(some) // n)
        for viewer in some[::every][:n]:
            viewer.paused = True
            self._poll.modify(viewer.socket.fileno(), 0)

    def go_on(self) -> None:
        """Let the paused ones read again."""
        for viewer in self._viewers:
            if viewer.paused:
                viewer.paused = False
                self._poll.modify(viewer.socket.fileno(), select.EPOLLIN)

    def join(self, deflate: bool = False, seconds: float = 30) -> dict[str, float]:
        """Add a viewer; return after how long (s) it has the picture, and its size (bytes)."""
        began = time.monotonic()
        self._deflate = deflate
        self._unready = 1
        viewer = self._open("late")
        while self._unready:
            self.turn(0.5)
            if time.monotonic() - began > seconds:
                raise RuntimeError("the newcomer was not served in time")
        took, size = viewer.ready - began, viewer.bytes
        self._viewers.remove(viewer)
        self._drop(viewer, "by us")
        return {"seconds": took, "bytes": size}

    # -- viewers

    def _open(self, role: str) -> Viewer:
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Without TIME_WAIT: thousands are opened and closed from few ports.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, pack("ii", 1, 0))
        sock.connect_ex(("127.0.0.1", self._port))
        viewer = Viewer(len(self._viewers), role, sock)
        self._viewers.append(viewer)
        self._by_number[sock.fileno()] = viewer
        self._poll.register(sock.fileno(), select.EPOLLOUT)
        return viewer

    def _drop(self, viewer: Viewer, why: str) -> None:
        if not viewer.closed:
            viewer.closed = why
            self._by_number.pop(viewer.socket.fileno(), None)
            viewer.socket.close()

    def _upgrade(self, viewer: Viewer) -> None:
        error = viewer.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            return self._drop(viewer, os.strerror(error))
        path, protocol = ("/ws", "sightline.1") if self._peer == "sightline" else ("/mqtt", "mqtt")
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Origin: http://127.0.0.1:{self._port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {protocol}",
        ]
        if self._deflate and self._peer == "sightline":
            lines.append("Sec-WebSocket-Extensions: permessage-deflate")
            viewer.inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        viewer.socket.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        viewer.stage = "upgrading"
        self._poll.modify(viewer.socket.fileno(), select.EPOLLIN)

    def _upgraded(self, viewer: Viewer, data: bytes) -> bytes:
        """Read the handshake's answer; return what follows it."""
        viewer.tail += data
        head, found, rest = viewer.tail.partition(b"\r\n\r\n")
        if not found:
            return b""
        viewer.tail = b""
        if b" 101 " not in head[:32]:
            self._drop(viewer, head[:64].decode("latin-1"))
            return b""
        if viewer.inflate is not None and b"permessage-deflate" not in head.lower():
            viewer.inflate = None
        viewer.stage = "joining"
        if self._peer == "sightline":
            self._send(viewer, 0x81, b'{"t":"resume","epoch":null,"seq":0}')
        else:
            # Packets of their own frames, as mqtt.js sends them.
            self._send(viewer, 0x82, messages.connect(b"viewer-%d" % viewer.socket.fileno()))
            self._send(viewer, 0x82, messages.subscribe(b"owntracks/#"))
        return rest

    def _send(self, viewer: Viewer, first: int, payload: bytes) -> None:
        # Masked with zeros: to the server it is like any other mask.
        viewer.socket.send(bytes((first, 0x80 | len(payload))) + b"\0\0\0\0" + payload)

    def _is_ready(self, viewer: Viewer) -> None:
        if viewer.stage == "joining":
            viewer.stage = "live"
            viewer.ready = time.monotonic()
            self._unready -= 1

    # -- reading

    def turn(self, seconds: float) -> bool:
        """Handle what there is to read; says whether an order waits."""
        order = False
        find = self._by_number.get
        for number, event in self._poll.poll(seconds):
            if number == 0:
                order = True
                continue
            viewer = find(number)
            if viewer is None:
                continue
            if event & select.EPOLLOUT:
                self._upgrade(viewer)
            elif viewer.paused:
                self._drop(viewer, "while it was paused")
            else:
                self._read(viewer)
        return order

    def _read(self, viewer: Viewer) -> None:
        reads_all = viewer.role != ""
        try:
            if viewer.skip > CHUNK and not reads_all:
                got = viewer.socket.recv_into(
                    self._buffer, min(viewer.skip, SKIP), socket.MSG_TRUNC
                )
                viewer.skip -= got
                viewer.bytes += got
                if not got:
                    self._drop(viewer, "by the server")
                return
            got = viewer.socket.recv_into(self._buffer, SKIP if reads_all else CHUNK)
        except BlockingIOError:
            return
        except OSError as why:
            return self._drop(viewer, str(why))
        if not got:
            return self._drop(viewer, "by the server")
        viewer.arrived = time.monotonic()
        if viewer.stage == "live" and not reads_all and self._peer == "mosquitto":
            viewer.bytes += got  # all its frames are of one length
            return
        if viewer.skip >= got:
            viewer.skip -= got
            viewer.bytes += got
            return
        data = bytes(self._buffer[viewer.skip : got])
        viewer.bytes += viewer.skip
        viewer.skip = 0
        if viewer.stage == "upgrading":
            data = self._upgraded(viewer, data)
        if data:
            self._frames(viewer, viewer.tail + data)

    def _frames(self, viewer: Viewer, data: bytes) -> None:
        """Walk over the frames in ``data``; what is cut off at its end is kept."""
        at, end = 0, len(data)
        whole = viewer.role != "" or viewer.stage == "joining"
        head_size = HEAD if viewer.inflate is None else HEAD_DEFLATED
        while end - at >= 2:
            size, body = data[at + 1], at + 2
            if size == 126:
                size, body = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, body = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            stop = body + size
            if end < body or (end < stop if whole else end < min(stop, at + head_size)):
                break
            viewer.bytes += min(stop, end) - at
            self._frame(viewer, data, at, body, stop, head_size)
            if viewer.closed:
                return
            if stop > end:
                viewer.skip = stop - end
                at = end
                break
            at = stop
        viewer.tail = data[at:]

    def _frame(
        self, viewer: Viewer, data: bytes, at: int, body: int, stop: int, head_size: int
    ) -> None:
        first = data[at]
        if first == 0x89:
            return self._send(viewer, 0x8A, data[body:stop])
        if first == 0x88:
            return self._drop(viewer, data[body:stop].decode("latin-1"))
        if first == 0x82:
            return self._mqtt(viewer, data[body:stop])
        head = data[at : min(stop, at + head_size)]
        viewer.frames.append(head)
        if viewer.role:
            viewer.times.append(viewer.arrived)
        if viewer.stage != "joining" and viewer.role != "witness":
            return
        payload = data[body:stop]
        if first == 0xC1:
            payload = viewer.inflate.decompress(payload + b"\x00\x00\xff\xff")
        if viewer.role == "witness":
            if self.checker.read(head, payload):
                self._is_ready(viewer)
        elif payload.startswith(b'{"t":"news"') and b'"more":true' not in payload[:80]:
            self._is_ready(viewer)

    def _mqtt(self, viewer: Viewer, packet: bytes) -> None:
        kind = packet[0] & 0xF0
        if kind == 0x90 or (kind == 0x20 and len(packet) > 4):
            self._is_ready(viewer)
        elif kind == 0x30:
            if viewer.role == "witness":
                stamp = self.checker.read_mqtt(packet)
            else:
                tag = packet.rindex(b'"', 0, -2) + 1
                stamp = int(packet[tag:-2])
            viewer.frames.append(b"")
            viewer.times.append(viewer.arrived - stamp / 1e6)

    # -- figures

    def _seq(self, viewer: Viewer) -> int:
        """Return the last number the viewer has seen for sure."""
        for head in reversed(viewer.frames):
            found = self.checker.known.get(head)
            if found is not None:
                return found[1]
            mark = head.find(b'"seq":')
            if mark > 0:  # a catch-up of its own, not compressed
                return int(head[mark + 6 :].split(b",")[0].split(b"}")[0])
        return 0

    def _latency(self) -> dict[str, float]:
        weighed: list[tuple[float, float]] = []
        for viewer in self._viewers:
            if viewer.role not in ("witness", "sample"):
                continue
            if self._peer == "mosquitto":
                weighed += [(took, 1.0) for took in viewer.times]
                continue
            for head, arrived in zip(viewer.frames, viewer.times, strict=True):
                things, _, stamps = self.checker.known.get(head, (0, 0, []))
                weighed += [(arrived - s / 1e6, things / len(stamps)) for s in stamps]
        if not weighed:
            return {"p50": 0.0, "p99": 0.0, "max": 0.0}
        weighed.sort()
        total = sum(weight for _, weight in weighed)
        found = {}
        for name, part in (("p50", 0.5), ("p99", 0.99)):
            passed = 0.0
            for took, weight in weighed:
                passed += weight
                found[name] = took * 1000
                if passed >= part * total:
                    break
        return {**found, "max": weighed[-1][0] * 1000}

    def serve(self) -> None:
        """Read, and carry out orders, until there are no more."""
        verbs = {
            name: getattr(self, name)
            for name in ("open", "close", "begin", "progress", "report", "pause", "go_on", "join")
        }
        self._poll.register(0, select.EPOLLIN)
        while True:
            if self.turn(1.0):
                line = sys.stdin.readline()
                if not line:
                    return
                remote.answer(line, verbs)


if __name__ == "__main__":
    AllViewers().serve()
