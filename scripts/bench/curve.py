"""What each rate costs and how long it takes, from nothing to the most: the whole curve.

    scripts/bench/curve.py                              0, 10, 100 and 1,000 viewers, all rates
    scripts/bench/curve.py --short                      a few cells, for a busy machine: 2 minutes
    scripts/bench/curve.py --viewers 100 --rates 400    one of them

Our server and mosquitto's own websockets are measured in turn, the median of several runs each.
The server under test has a core of its own. ``CPU`` is in % of it, that of our children (the guard)
included and shown for each; ``us`` is what one message costs them together, in µs. A rate at which
a peer falls behind ends its part of the curve.
"""

from __future__ import annotations

import argparse
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import processes
import table
from processes import folder
from scene import Scene

RATES = (20, 100, 400, 1000, 2000, 4000, 8000)
VIEWERS = (0, 10, 100, 1000)
SHORT_RATES = (20, 100, 400)
SHORT_VIEWERS = (0, 10, 100)
PEERS = ("sightline", "mosquitto")
LIMIT = 1000.0  # ms at the 99th percentile; slower than that nobody calls live
DEVICES = 5_000  # all are known before we measure: a device that is new costs more, once
SETTLE = 8.0  # s after the start, until what a server does once is done
WARM = 0.5  # s


def row(where: Path, viewers: int, args: argparse.Namespace) -> list[dict[str, Any]]:
    """Return all rates with so many viewers."""
    results: list[dict[str, Any]] = []
    with ExitStack() as stack:
        # Nobody looks: then there is nothing to compare with.
        peers = PEERS if viewers else PEERS[:1]
        scenes = [stack.enter_context(Scene(where, peer, viewers, pool=DEVICES)) for peer in peers]
        for scene in scenes:
            scene.publisher.ask("fill", count=DEVICES)
        if viewers:
            for scene in scenes:
                scene.open()
        time.sleep(SETTLE)
        if args.idle:
            results += [_tell(scene.cost(0, args.idle)) for scene in scenes]
        for rate in args.rates:
            for scene in list(scenes):
                _run(scene, rate, WARM)
            runs: dict[str, list[dict[str, Any]]] = {scene.peer: [] for scene in scenes}
            for _ in range(args.runs):
                for scene in scenes:
                    runs[scene.peer].append(_run(scene, rate, args.seconds))
            for scene in list(scenes):
                found = _tell(_median(runs[scene.peer]))
                results.append(found)
                if not found.get("drained", True) or found.get("p99", 0.0) > LIMIT:
                    scenes.remove(scene)
    return results


def _run(scene: Scene, rate: float, seconds: float) -> dict[str, Any]:
    return scene.at(rate, seconds) if scene.viewers else scene.cost(rate, seconds)


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one result of several: of each figure the median."""
    found = dict(runs[0])
    for name in ("cpu", "p50", "p99", "rate"):
        if name in found:
            found[name] = statistics.median(run[name] for run in runs)
    names = {name for run in runs for name in run["processes"]}
    found["processes"] = {
        name: statistics.median(run["processes"].get(name, 0.0) for run in runs)
        for name in sorted(names, key=lambda name: (name != "main", name))
    }
    found["drained"] = all(run.get("drained", True) for run in runs)
    found["lost"] = sum(run.get("lost", 0) for run in runs)
    found["all"] = sum(found["processes"].values())
    return found


def _tell(found: dict[str, Any]) -> dict[str, Any]:
    found.setdefault("all", sum(found["processes"].values()))
    latency = f", p50 {found['p50']:.2f} p99 {found['p99']:.2f} ms" if "p50" in found else ""
    table.note(
        f"  {found['peer']:9} K={found['viewers']:<5}{found['asked']:6.0f}/s"
        f" cpu {100 * found['all']:.1f} % {_each(found)}{latency}"
    )
    return found


def _each(found: dict[str, Any]) -> str:
    """Return the children's part of the CPU, in words."""
    parts = [
        f"{name} {100 * share:.1f}" for name, share in found["processes"].items() if name != "main"
    ]
    return ", ".join(parts)


def show(results: list[dict[str, Any]]) -> None:
    """Print one line for each number of viewers and rate, the peers beside each other."""
    cells = {(one["peer"], one["viewers"], one["asked"]): one for one in results}
    rows = []
    for viewers, rate in dict.fromkeys((one["viewers"], one["asked"]) for one in results):
        ours = cells.get(("sightline", viewers, rate))
        peer = cells.get(("mosquitto", viewers, rate))
        line: list[object] = [viewers, f"{rate:,.0f}" if rate else "idle"]
        line += _figures(ours, each=True) + _figures(peer, each=False)
        if ours and peer and rate:
            line += [f"{ours[name] / max(0.01, peer[name]):.1f}" for name in ("p50", "p99")]
        else:
            line += ["", ""]
        rows.append(line)
    columns = ["K", "msg/s", "CPU %", "of it children", "us", "p50 ms", "p99 ms"]
    columns += ["mosquitto CPU %", "p50 ms", "p99 ms", "p50 ratio", "p99 ratio"]
    table.show("The curve", columns, rows)


def _figures(found: dict[str, Any] | None, *, each: bool) -> list[object]:
    """Return the cells of one peer."""
    if found is None:
        return [""] * (5 if each else 3)
    rate = found["asked"]
    cells: list[object] = [f"{100 * found['all']:.1f}"]
    if each:
        cells += [_each(found), f"{found['all'] / rate * 1e6:.0f}" if rate else ""]
    return cells + ([f"{found['p50']:.2f}", f"{found['p99']:.2f}"] if "p50" in found else ["", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", help="how many, e.g. 0,10,100")
    parser.add_argument("--rates", help="messages/s, e.g. 20,100,400")
    parser.add_argument("--seconds", type=float, help="of each measurement")
    parser.add_argument("--runs", type=int, help="of each cell; the median counts")
    parser.add_argument("--idle", type=float, help="s without a message, first; 0: leave it out")
    parser.add_argument("--short", action="store_true", help="for a busy machine: 2 minutes")
    parser.add_argument("--ahead", action="store_true", help="before all other work (root only)")
    parser.add_argument("--json", help="write the results here instead of to stdout")
    args = parser.parse_args()
    processes.ahead = args.ahead
    short = args.short
    args.viewers = _numbers(args.viewers, SHORT_VIEWERS if short else VIEWERS)
    args.rates = _numbers(args.rates, SHORT_RATES if short else RATES)
    args.seconds = args.seconds or (4.0 if short else 6.0)
    args.runs = args.runs or (1 if short else 3)
    args.idle = args.idle if args.idle is not None else (8.0 if short else 20.0)
    table.note(f"machine: {table.machine()}")
    with folder() as name:
        results = [found for k in args.viewers for found in row(Path(name), k, args)]
    show(results)
    table.write(args.json, results)


def _numbers(text: str | None, default: tuple[int, ...]) -> list[int]:
    return [int(one) for one in text.split(",")] if text else list(default)


if __name__ == "__main__":
    main()
