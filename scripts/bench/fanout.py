"""From a publisher over the broker and our server to K browsers: how much, how fast, how well.

    scripts/bench/fanout.py                      highest rates and light load
    scripts/bench/fanout.py --part slow,idle     slow viewers; memory and reconnecting of idle ones
    scripts/bench/fanout.py --rate 2000 --viewers 1000 --deflate      one measurement at a rate

Beside ours mosquitto's own websocket listener is measured in the same run: only the two figures of
one run may be compared, the machine's speed drifts. Latency is from just before a message is
written to the broker until a viewer has received it; a rate counts as sustained when the publisher
held it, every viewer got every message in order, and the 99th percentile stayed below the limit.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import processes
import scene as scenes
import table
from processes import folder
from scene import Scene

P99 = {10: 20.0, 100: 20.0, 1000: 300.0, 5000: 300.0}  # ms, ours; the peer may take a second
P99_PEER = 1000.0
TRIES = 2  # what else the machine does can only make it slower
GROWTH = 0.2  # latency of the peer by the time measured
PARTS = ("rates", "light", "slow", "idle", "snapshot")


def sustained(found: dict[str, Any], limit: float) -> bool:
    """Tell whether the server sustained this rate."""
    return (
        found["drained"]
        and found["rate"] >= 0.97 * found["asked"]
        and found["things"] == found["sent"]
        and not (found["lost"] or found["wrong"] or found["closed"] or found["unequal"])
        and found["p99"] <= limit
    )


def search(
    where: Path, peer: str, viewers: int, deflate: bool, seconds: float, start: float, finer: int
) -> dict[str, Any]:
    """Find the highest sustained rate: doubled until it fails, then halved in between."""
    limit = P99.get(viewers, 300.0)
    if peer != "sightline":  # a queue that only grows must not pass because we stopped in time
        limit = min(P99_PEER, GROWTH * seconds * 1000)
    best: dict[str, Any] = {}
    rate, top = start, 0.0
    while True:
        # A new scene each time: what an overload left behind must not count against the next.
        with Scene(where, peer, viewers, deflate=deflate) as scene:
            scene.open()
            while True:
                scene.at(min(rate, 100), 0.3)  # warm up
                for _ in range(TRIES):
                    found = scene.at(rate, seconds)
                    good = sustained(found, limit)
                    table.note(_line(found, good))
                    # Far off is no accident.
                    if good or not found["drained"] or found["p99"] > 2 * limit:
                        break
                if not good:
                    top = rate
                    break
                best = found
                if top:
                    finer -= 1
                    if finer < 0:
                        return best
                    rate = (rate + top) / 2
                else:
                    rate *= 2
        finer -= 1
        if finer < 0 or (not best and rate < 20):
            return best or found
        rate = (best["asked"] + top) / 2 if best else rate / 4


def _line(found: dict[str, Any], good: bool) -> str:
    return (
        f"  {found['peer']:9} K={found['viewers']:<5}{'z' if found['deflate'] else ' '}"
        f" {found['asked']:8.0f}/s {'ok ' if good else 'no '}"
        f" held {found['rate']:.0f}, p50 {found['p50']:.1f} p99 {found['p99']:.1f}"
        f" max {found['max']:.1f} ms, cpu {found['cpu']:.2f}, load {found['load_cpu']:.2f},"
        f" {found['things']}/{found['sent']} lost {found['lost']} wrong {found['wrong']}"
        f" own {found['own_frames']} closed {found['closed']} {found['why_closed'][:2]}"
        f" unequal {found['unequal']} drained {found['drained']}"
    )


def rates(where: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    results = []
    for viewers in args.viewers:
        kinds = [("mosquitto", False), ("sightline", True)]
        if not args.quick:
            kinds.insert(1, ("sightline", False))
        for peer, deflate in kinds:
            if args.rate:
                with Scene(where, peer, viewers, deflate=deflate) as scene:
                    scene.open()
                    scene.at(min(args.rate, 100), 0.3)
                    found = scene.at(args.rate, args.seconds)
                    table.note(_line(found, sustained(found, P99.get(viewers, 300.0))))
            else:
                start = 40_000 / viewers if peer == "mosquitto" else 6000.0
                found = search(
                    where, peer, viewers, deflate, args.seconds, start, 0 if args.quick else 2
                )
            results.append(found)
    columns = ["", "K", "msg/s", "deliveries/s", "frames/s", "p50 ms", "p99 ms", "max ms"]
    columns += ["server CPU", "CPU s per million", "load CPU", "RSS MB"]
    rows = [
        [
            f["peer"] + (", deflate" if f["deflate"] else ""),
            f["viewers"],
            f["rate"],
            f["deliveries"],
            f["frames_per_second"],
            f["p50"],
            f["p99"],
            f["max"],
            f["cpu"],
            f["cpu"] / f["deliveries"] * 1e6,
            f["load_cpu"],
            f["rss"],
        ]
        for f in results
    ]
    table.show("Highest sustained rate" if not args.rate else "At this rate", columns, rows)
    return results


def light(where: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    """20 messages/s, ours and the peer's in turns."""
    results = []
    for viewers in (10, 1000):
        with Scene(where, "mosquitto", viewers) as peer, Scene(where, "sightline", viewers) as ours:
            for scene in (peer, ours):
                scene.open()
            time.sleep(1)
            found: dict[str, list[dict[str, Any]]] = {"mosquitto": [], "sightline": []}
            for _ in range(1 if args.quick else 3):
                for scene in (peer, ours):
                    found[scene.peer].append(scene.at(20, 3 if args.quick else 5))
                    table.note(_line(found[scene.peer][-1], True))
            for runs in found.values():
                runs.sort(key=lambda run: run["p99"])
                results.append(runs[len(runs) // 2])
    table.show(
        "Light load, 20 messages/s (median run)",
        ["", "K", "p50 ms", "p99 ms", "max ms", "server CPU"],
        [[f["peer"], f["viewers"], f["p50"], f["p99"], f["max"], f["cpu"]] for f in results],
    )
    return results


def slow(where: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    """100 viewers, some of which stop reading: what the others notice, and what memory does."""
    seconds, rate, results = (4.0 if args.quick else 8.0), 2000.0, []
    with Scene(where, "sightline", 100) as scene:
        scene.open()
        scene.at(rate, 2 * seconds)  # so that memory has found its size
        for name, stopped in (("all read", 0), (f"{args.slow} stopped", args.slow), ("again", 0)):
            if stopped:
                scene.load.ask("pause", n=stopped)
                scene.at(rate, seconds / 2)  # until their sockets are full
            before = scene.server.rss
            found = scene.at(rate, seconds)
            found.update(name=name, grown=scene.server.rss - before)
            found["behind"] = scene.server.metric("viewers_behind")
            results.append(found)
            table.note(_line(found, True))
            if stopped:
                scene.load.ask("go_on")
                time.sleep(2)
    table.show(
        f"100 viewers, {rate:.0f} messages/s, some stop reading",
        ["", "p50 ms", "p99 ms", "max ms", "behind", "RSS MB", "grown MB", "server CPU"],
        [
            [f["name"], f["p50"], f["p99"], f["max"], f["behind"], f["rss"], f["grown"], f["cpu"]]
            for f in results
        ],
    )
    return results


def idle(where: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    """Many viewers and no news: memory each, CPU, and all of them coming back at once."""
    k = 1000 if args.quick else 5000
    with Scene(where, "sightline", k) as scene:
        scene.publisher.ask("fill", count=100)
        time.sleep(0.5)
        cpu = scene.server.cpu
        opened = scene.open()
        handshake = (scene.server.cpu - cpu) / k * 1000
        time.sleep(1)
        each = (scene.server.rss - scene.fresh_rss) * 1024 / k
        cpu = scene.server.cpu
        time.sleep(10 if not args.quick else 5)
        quiet = (scene.server.cpu - cpu) / (10 if not args.quick else 5)
        scene.load.ask("close")
        cpu = scene.server.cpu
        again = scene.open(storm=True)
        storm = (scene.server.cpu - cpu) / k * 1000
        scene.publisher.ask("fill", count=1000)
        time.sleep(1)
        scene.load.ask("close")
        large = scene.open(storm=True, deflate=True)
        result = {
            "viewers": k,
            "kb_each": each,
            "handshake_ms": handshake,
            "idle_cpu": quiet,
            "open_seconds": opened["seconds"],
            "storm_seconds": again["seconds"],
            "storm_median": again["median"],
            "storm_ms": storm,
            "large_seconds": large["seconds"],
            "rss": scene.server.rss,
            "load_cpu": scene.load.cpu,
        }
    table.show(
        f"{k} idle viewers; then all of them connecting at once",
        [
            *("KB each", "handshake CPU ms", "idle CPU", "all back s", "half back s"),
            *("CPU ms each", "all back s, deflate, 1000 things"),
        ],
        [[each, handshake, quiet, again["seconds"], again["median"], storm, large["seconds"]]],
    )
    return [result]


def snapshot(where: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure how long a newcomer to a large world waits amid news, and what others notice."""
    things = 20_000 if args.quick else 100_000
    scenes.POOL = things
    results = []
    with Scene(where, "sightline", 100) as scene:
        scene.open()
        filled = scene.publisher.ask("fill", count=things)
        scene._drain(filled["sent"])
        time.sleep(1)
        for deflate in (False, True):
            without = scene.at(200, 4)
            scene.load.ask("begin")
            scene.publisher.tell("publish", rate=200, seconds=8)
            time.sleep(1)
            joined, lag = [], 0.0
            for _ in range(3):
                joined.append(scene.load.ask("join", deflate=deflate))
                time.sleep(1.2)  # so that no snapshot is shared
                lag = max(lag, scene.server.metric("loop_lag_seconds"))
            sent = scene.publisher.hear()["sent"]
            scene._drain(sent)
            found = scene.load.ask("report")
            results.append(
                {
                    "things": things,
                    "deflate": deflate,
                    "seconds": sorted(j["seconds"] for j in joined)[1],
                    "first": joined[0]["seconds"],
                    "megabytes": joined[0]["bytes"] / 1e6,
                    "lag": lag * 1000,
                    "without": without,
                    "others": found,
                }
            )
    table.show(
        f"Snapshot of {things} things for a newcomer; 100 others, 200 messages/s",
        ["", "median s", "first s", "MB", "others p50", "p99", "max ms", "p99 without", "lag ms"],
        [
            [
                "deflate" if f["deflate"] else "plain",
                f["seconds"],
                f["first"],
                f["megabytes"],
                f["others"]["p50"],
                f["others"]["p99"],
                f["others"]["max"],
                f["without"]["p99"],
                f["lag"],
            ]
            for f in results
        ],
    )
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", default="rates,light", help=f"some of {','.join(PARTS)}, or all")
    parser.add_argument("--viewers", default="", help="how many, e.g. 10,100,1000,5000")
    parser.add_argument("--rate", type=float, default=0, help="messages/s instead of a search")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--slow", type=int, default=10, help="viewers that stop reading, of 100")
    parser.add_argument("--quick", action="store_true", help="less of everything: below 40 s")
    parser.add_argument("--ahead", action="store_true", help="before all other work (root only)")
    parser.add_argument("--json", help="write the results here instead of to stdout")
    args = parser.parse_args()
    processes.ahead = args.ahead
    parts = PARTS if args.part == "all" else args.part.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    viewers = args.viewers or ("100" if args.quick else "100,1000")
    args.viewers = [int(k) for k in viewers.split(",")]
    if args.quick:
        args.seconds = min(args.seconds, 1.0)
    table.note(f"machine: {table.machine()}")
    work = {"rates": rates, "light": light, "slow": slow, "idle": idle, "snapshot": snapshot}
    with folder() as name:
        results = {part: work[part](Path(name), args) for part in parts}
    table.write(args.json, results)


if __name__ == "__main__":
    main()
