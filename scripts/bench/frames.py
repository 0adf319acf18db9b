"""Frames per second written to K connections, one small frame at a time, ours against a loop in C.

    scripts/bench/frames.py

Nothing is batched here: each frame holds one thing and is written to every connection before the
next. Three ways in turns, over the same kind of connections: a C program's ``send()`` in a loop
(compiled at run time), our fan-out alone in a bare process, and Twisted's ``transport.write``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import processes
import table
from processes import LOAD_CORE, ROOT, SERVER_CORE, Child, folder, free_port

C_LOOP = r"""
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
/* frames SECONDS SIZE FD...: sends SIZE bytes to every FD, round after round */
int main(int count, char **words) {
    double seconds = atof(words[1]);
    size_t size = atol(words[2]);
    char *frame = calloc(1, size);
    int many = count - 3, *fds = malloc(many * sizeof(int));
    for (int i = 0; i < many; i++) fds[i] = atoi(words[i + 3]);
    struct timespec began, now;
    clock_gettime(CLOCK_MONOTONIC, &began);
    long rounds = 0, full = 0;
    double took = 0;
    while (took < seconds) {
        for (int i = 0; i < many; i++)
            if (send(fds[i], frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)size) full++;
        rounds++;
        clock_gettime(CLOCK_MONOTONIC, &now);
        took = (now.tv_sec - began.tv_sec) + (now.tv_nsec - began.tv_nsec) / 1e9;
    }
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("%ld %ld %f %f\n", rounds * many, full, took, cpu.tv_sec + cpu.tv_nsec / 1e9);
    return 0;
}
"""

# Takes everything and throws it away: MSG_TRUNC leaves it in the kernel.
SINK = """
import select, socket, sys
port, k = int(sys.argv[1]), int(sys.argv[2])
poll, many = select.epoll(), {}
for _ in range(k):
    one = socket.create_connection(("127.0.0.1", port))
    many[one.fileno()] = one
    poll.register(one.fileno(), select.EPOLLIN)
room = bytearray(1 << 20)
while many:
    for number, _ in poll.poll():
        try:
            got = many[number].recv_into(room, len(room), socket.MSG_TRUNC)
        except OSError:
            got = 0
        if not got:
            poll.unregister(number)
            many.pop(number).close()
"""


class Connection:
    """What the fan-out needs of a connection; full sockets only count."""

    full = 0

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.send = sock.send

    def send_later(self, data: bytes) -> None:
        Connection.full += 1

    def too_slow(self) -> None:
        raise AssertionError("nobody beats here")


class Clock:
    """A reactor's clock that never calls."""

    seconds = staticmethod(time.monotonic)

    def callLater(self, delay: float, f: Any, *args: object) -> Any:
        raise AssertionError("nothing waits here")


def connections(where: Path, k: int) -> tuple[Child, list[socket.socket]]:
    """K connections to a process that takes all."""
    port = free_port()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(1000)
        listener.settimeout(20)
        sink = Child([sys.executable, "-c", SINK, str(port), str(k)], LOAD_CORE, where / "sink.log")
        many = [listener.accept()[0] for _ in range(k)]
    for each in many:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        each.setblocking(False)
    return sink, many


def by_c(program: Path, many: list[socket.socket], size: int, seconds: float) -> dict[str, float]:
    numbers = [each.fileno() for each in many]
    done = subprocess.run(
        [str(program), str(seconds), str(size), *map(str, numbers)],
        pass_fds=numbers,
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 20,
    )
    sent, full, took, cpu = map(float, done.stdout.split())
    return {"rate": sent / took, "full": full / sent, "cpu": cpu / sent * 1e6, "bytes": size}


def by_fanout(many: list[socket.socket], seconds: float) -> dict[str, float]:
    """Measure a change of the world and a flush, again and again: our path behind the decoder."""
    from sightline.auth.permissions import EVERYTHING
    from sightline.kinds.friends.model import Friend
    from sightline.live.world import World
    from sightline.web.fanout import FanOut, Pace

    world = World("bench")
    fanout = FanOut(Clock(), time.time, world, Pace(tick=0))  # type: ignore[arg-type]
    world.put("friend/bench/d00001", _friend(Friend, 0))
    for each in many:
        fanout.join(Connection(each), EVERYTHING, None, 0, deflate=False)
    Connection.full = 0
    began, cpu = time.monotonic(), time.process_time()
    sent = 0
    while time.monotonic() - began < seconds:
        world.put("friend/bench/d00001", _friend(Friend, sent))
        fanout.flush()
        sent += len(many)
        if fanout.behind:  # full sockets: let them drain, as the reactor would tell
            for group in fanout._groups.values():
                for viewer in list(group.viewers):
                    fanout.drained(viewer)
    took = time.monotonic() - began
    return {
        "rate": (sent - Connection.full) / took,
        "full": Connection.full / sent,
        "cpu": (time.process_time() - cpu) / sent * 1e6,
        "bytes": 300,
    }


def _friend(friend: Any, n: int) -> Any:
    return friend(
        presence="live", lat=48.2, lon=16.3 + n % 1000 / 1e5, tst=1_700_000_000 + n, acc=5, alt=171,
        vel=54, cog=270, batt=87, bs=1, tid="d1", t="t", conn="m", at=1_700_000_000.123,
    )  # fmt: skip


def by_transport(many: list[socket.socket], size: int, seconds: float) -> dict[str, float]:
    """Measure what Twisted's transport makes of it: one write per connection and frame."""
    from twisted.internet import reactor as _reactor
    from twisted.internet.protocol import Factory, Protocol

    reactor: Any = _reactor
    made: list[Any] = []
    factory = Factory()

    class Collecting(Protocol):
        def connectionMade(self) -> None:
            made.append(self)

    factory.protocol = Collecting
    factory.noisy = False
    for each in many:
        reactor.adoptStreamConnection(each.fileno(), socket.AF_INET, factory)
    frame = b"x" * size
    found: dict[str, float] = {}
    began, cpu = time.monotonic(), time.process_time()
    sent = 0

    def turn() -> None:
        nonlocal sent
        for each in made:
            each.transport.write(frame)
        sent += len(made)
        took = time.monotonic() - began
        if took < seconds:
            reactor.callLater(0, turn)
            return
        found.update(rate=sent / took, cpu=(time.process_time() - cpu) / sent * 1e6)
        reactor.stop()

    reactor.callLater(0, turn)
    reactor.run(installSignalHandlers=False)
    return {**found, "full": 0.0, "bytes": size}


def _compiled(where: Path) -> Path | None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    source, program = where / "frames.c", where / "frames"
    source.write_text(C_LOOP)
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True, timeout=60)
    return program


def _on_its_core(work: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Run it in a child on the server's core, so that one way leaves nothing to the next."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.sched_setaffinity(0, {SERVER_CORE})
            os.write(writer, repr(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    killer = threading.Timer(60, os.kill, (child, 9))
    killer.start()
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    killer.cancel()
    if not said:
        raise SystemExit("a measurement died")
    import ast

    return dict(ast.literal_eval(said))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", default="100,1000")
    parser.add_argument("--size", type=int, default=300, help="bytes of a frame")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many is shown")
    parser.add_argument("--quick", action="store_true", help="less of everything: below 40 s")
    parser.add_argument("--ahead", action="store_true", help="before all other work (root only)")
    parser.add_argument("--json", help="write the results here instead of to stdout")
    args = parser.parse_args()
    if args.quick:
        args.seconds, args.rounds = 1.0, 1
    if args.ahead:
        processes.ahead = True
        os.setsid()
        processes.go_ahead(os.getpid())
    sys.path.insert(0, str(ROOT / "server"))
    results = []
    with folder() as name:
        where = Path(name)
        program = _compiled(where)
        if program is None:
            table.note("There is no C compiler (cc): the loop in C is left out.")
        for k in map(int, args.viewers.split(",")):
            ways: dict[str, Callable[[list[socket.socket]], dict[str, float]]] = {
                "our fan-out": lambda many: by_fanout(many, args.seconds),
                "transport.write": lambda many: by_transport(many, args.size, args.seconds),
            }
            if program is not None:
                in_c = partial(by_c, program, size=args.size, seconds=args.seconds)
                ways = {"C loop": in_c, **ways}
            found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
            for _ in range(args.rounds):
                for way, work in ways.items():
                    sink, many = connections(where, k)
                    try:
                        found[way].append(_on_its_core(lambda w=work, m=many: w(m)))  # type: ignore[misc]
                    finally:
                        for each in many:
                            each.close()
                        sink.stop()
            limit = 0.0
            for way, runs in found.items():
                run = sorted(runs, key=lambda r: r["rate"])[len(runs) // 2]
                limit = limit or (run["rate"] if way == "C loop" else 0.0)
                share = f"{run['rate'] / limit:.0%}" if limit else "?"
                results.append({"way": way, "viewers": k, "share": share, **run})
    table.show(
        "Frames written per second, one core",
        ["", "K", "frames/s", "of the C loop", "µs CPU per frame", "found full"],
        [
            [f["way"], f["viewers"], f["rate"], f["share"], f["cpu"], f["full"]]
            for f in results
        ],
    )  # fmt: skip
    table.write(args.json, results)


if __name__ == "__main__":
    main()
