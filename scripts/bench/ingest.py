"""Messages per second from the broker into the world, and where their microseconds go.

    scripts/bench/ingest.py            QoS 0 and 1 through a real mosquitto, then the parts
    scripts/bench/ingest.py --part micro

A publisher sends as fast as the broker takes it. Counted is what the server says it has accepted,
from the first message to the last; nothing may be missing, neither with the broker nor with us.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import messages
import processes
import table
from processes import LOAD_CORE, Mosquitto, Remote, Server, folder

POOL = 20_000  # devices
PARTS = ("broker", "micro")
REPEAT = 5  # the best of so many: what else the machine does can only add


def through_the_broker(where: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    results = []
    for qos, seconds in ((0, args.seconds), (1, args.seconds)):
        results.append(_saturate(where, qos, seconds))
        table.note(str(results[-1]))
    table.show(
        "From the broker into the world, publisher at full speed",
        [
            *("QoS", "published/s", "into the world/s", "missing", "overflow"),
            *("worst lag ms", "server CPU", "µs CPU per message", "RSS MB"),
        ],
        [
            [f[of] for of in ("qos", "published", "rate", "missing", "overflow")]
            + [f[of] for of in ("lag", "cpu", "us", "rss")]
            for f in results
        ],
    )
    return results


def _saturate(where: Path, qos: int, seconds: float) -> dict[str, Any]:
    with (
        Mosquitto(where, LOAD_CORE) as broker,
        Server(where, broker.port, qos=qos) as server,
        Remote(where, "publisher.py", broker.port, POOL) as publisher,
    ):
        publisher.ask("fill", count=POOL)
        count = int(seconds * (100_000 if qos == 0 else 30_000))
        _settled(server, POOL)
        before = server.metrics()
        cpu, began = server.cpu, time.monotonic()
        publisher.tell("publish", count=count, qos=qos)
        lag, rss = 0.0, server.rss
        last, ended = before["received"], began
        while True:
            time.sleep(0.1)
            now = server.metrics()
            lag = max(lag, now["loop_lag_seconds"])
            rss = max(rss, server.rss)
            if now["received"] > last:
                last, ended = now["received"], time.monotonic()
            if now["received"] + now["overflow"] >= before["received"] + count:
                break
            if time.monotonic() - ended > 3:
                break
        used = server.cpu - cpu
        published = publisher.hear()
        took = ended - began
        taken = last - before["received"]
        return {
            "qos": qos,
            "published": count / published["acknowledged"],
            "rate": taken / took,
            "missing": count - taken,
            "overflow": now["overflow"],
            "rejected": now.get("rejected", 0.0),
            "lag": lag * 1000,
            "cpu": used / took,
            "us": used / max(1.0, taken) * 1e6,
            "rss": rss,
        }


def _settled(server: Server, count: int) -> None:
    until = time.monotonic() + 20
    while server.metric("accepted") < count:
        if time.monotonic() > until:
            raise SystemExit("the server did not take the first messages in time")
        time.sleep(0.05)
    time.sleep(1.1)  # the lag of filling is forgotten


def micro(where: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure what one message costs in each part, with nothing around it."""
    sys.path.insert(0, str(processes.ROOT / "server"))
    from sightline.auth.permissions import EVERYTHING
    from sightline.kinds import friends
    from sightline.live.cursor import Cursor
    from sightline.live.ingest import Ingest
    from sightline.live.presence import Presence
    from sightline.live.world import World
    from sightline.model.kind import Arrival, timeouts_of
    from sightline.mqtt.fastread import FastClient
    from sightline.web.framing import Deflate, frame

    n = 5_000 if args.quick else 20_000
    kind = friends.kind(900.0, 3600.0)
    at = time.time()

    def arrivals(lap: int) -> list[Arrival]:
        return [
            Arrival(messages.topic(i, n).decode(), messages.payload(i, n, i), False, 0, at)
            for i in range(lap * n, lap * n + n)
        ]

    laps = [arrivals(lap) for lap in range(REPEAT + 1)]
    rows: list[tuple[str, float]] = []

    def measure(name: str, works: Sequence[Callable[[], object]]) -> None:
        """Return the best of several, each handling n messages."""
        best = float("inf")
        gc.collect()
        gc.disable()
        for work in works:
            began = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - began)
        gc.enable()
        rows.append((name, best / n * 1e6))

    reader = _reader(FastClient)
    chunks = [
        b"".join(messages.publish(i, n, i) for i in range(first, first + 250))
        for first in range(0, n, 250)
    ]
    measure("read PUBLISH packets from the socket's chunks", [lambda: reader(chunks)] * REPEAT)
    measure(
        "decode",
        [lambda lap=lap: [kind.decode(a) for a in lap] for lap in laps],  # type: ignore[misc]
    )
    world = World("bench")
    readings = [[r for a in lap for r in kind.decode(a)] for lap in laps]
    measure(
        "fold into the world",
        [lambda lap=lap: [world.fold(r) for r in lap] for lap in readings],  # type: ignore[misc]
    )

    def encode() -> None:
        for entry in world.since(0):
            entry._wire = None
            _ = entry.wire

    measure("encode the thing", [encode] * REPEAT)
    world = World("bench")
    ingest = Ingest([kind], world, Presence(timeouts_of([kind])))
    measure(
        "arrival to world (decode, fold, presence, counts)",
        [lambda lap=lap: ingest.take(lap, 0.0) for lap in laps],  # type: ignore[misc]
    )
    for count in (0, 500):
        watched = _watched(kind, count)
        measure(
            f"the same, watched over, with {count} regions",
            [lambda lap=lap, into=watched: into.take(lap, 0.0) for lap in laps],  # type: ignore[misc]
        )
    cursor = Cursor(world, EVERYTHING)
    pages: list[bytes] = []

    def walk() -> None:
        cursor.resume(world.epoch, 1)
        pages.clear()
        while (page := cursor.take()) is not None:
            pages.append(page)

    walk()
    measure("news frame from encoded things", [walk] * REPEAT)
    measure("frame header", [lambda: [frame(page) for page in pages]] * REPEAT)
    stream_out = Deflate()
    measure("deflate", [lambda: [stream_out.frame(page) for page in pages]] * REPEAT)
    ratio = len(zlib.compress(pages[0], 1)) / len(pages[0])
    table.show(
        f"µs per message, alone ({len(b''.join(pages)) // n} bytes each, deflated to {ratio:.0%})",
        ["part", "µs"],
        rows,
    )
    return [dict(rows)]


def _reader(client: Any) -> Callable[[list[bytes]], None]:
    """Return the fast reader fed with chunks instead of a socket."""
    taken: list[Any] = []
    reader = client(taken, "main", time.time, callback_api_version=_callbacks())

    def read(chunks: list[bytes]) -> None:
        taken.clear()
        for chunk in chunks:
            reader._chunk, reader._chunk_at = chunk, 0
            reader._take_messages()

    return read


def _watched(kind: Any, count: int) -> Any:
    """Make an ingest whose friends the geofence monitor watches, in regions where they are."""
    from twisted.internet.task import Clock

    from sightline.kinds.broker import LinkUpdate
    from sightline.kinds.regions.model import Region
    from sightline.live.hub import Hub
    from sightline.live.ingest import Ingest
    from sightline.live.presence import Presence
    from sightline.live.world import World
    from sightline.model.kind import timeouts_of
    from sightline.regions.monitor import GeofenceMonitor
    from sightline.regions.phones import PhoneRegionService
    from sightline.regions.service import RegionChange, RegionService
    from sightline.regions.store import RegionRow

    world, presence, clock = World("bench"), Presence(timeouts_of([kind])), Clock()
    ingest = Ingest([kind], world, presence)
    hub = Hub(clock, time.time, world, ingest, presence, LinkUpdate)
    regions = RegionService(None, time.time, Path("."), hub)
    GeofenceMonitor(
        clock, time.time, hub, regions, PhoneRegionService(clock, regions, lambda thing: ())
    )
    some = random.Random(1)
    for n in range(count):
        region = Region(
            name=f"r{n}",
            shape="circle",
            lat=48 + some.random(),
            lon=16 + some.random(),
            rad=some.choice((50.0, 100.0, 300.0, 1000.0)),
            version=1,
            by="bench",
            at=0.0,
            origin="page",
        )
        regions._apply(RegionChange(f"r{n:07}", n, None, RegionRow(region, n), "bench", 0.0))
    return ingest


def _callbacks() -> Any:
    from paho.mqtt.enums import CallbackAPIVersion

    return CallbackAPIVersion.VERSION2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", default="broker,micro", help=f"some of {','.join(PARTS)}")
    parser.add_argument("--seconds", type=float, default=5.0, help="of publishing, about")
    parser.add_argument("--quick", action="store_true", help="less of everything: below 40 s")
    parser.add_argument("--ahead", action="store_true", help="before all other work (root only)")
    parser.add_argument("--json", help="write the results here instead of to stdout")
    args = parser.parse_args()
    processes.ahead = args.ahead
    if args.quick:
        args.seconds = min(args.seconds, 2.0)
    table.note(f"machine: {table.machine()}")
    work = {"broker": through_the_broker, "micro": micro}
    with folder() as name:
        results = {part: work[part](Path(name), args) for part in args.part.split(",")}
    table.write(args.json, results)


if __name__ == "__main__":
    main()
