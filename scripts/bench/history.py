"""History: how fast it is written, acknowledged and read, and whether reading grows with it.

    scripts/bench/history.py                     all parts
    scripts/bench/history.py --part rows         rows/s into the SQLite file, alone
    scripts/bench/history.py --part stored       QoS 1 messages stored and acknowledged, end to end
    scripts/bench/history.py --part read         one device's day out of ever larger histories

The file lies where --where says (default: the folder for temporary files; beware of a tmpfs, whose
fsync costs nothing).
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import messages
import processes
import table
from processes import LOAD_CORE, Mosquitto, Remote, Server

sys.path.insert(0, str(processes.ROOT / "server"))

from sightline.history import reading, tables
from sightline.history.record import HistoryEntry, digest
from sightline.history.store import Span
from sightline.history.writing import StoreWriter

PARTS = ("rows", "stored", "read")
DEVICES = 1000
EACH = 60  # s between two fixes of a device
PER_DAY = 1440


def rows(where: Path, args: argparse.Namespace) -> None:
    """Entries per second, by the size of a batch."""
    results = []
    for batch in (1, 20, 200, 2000):
        path = where / f"rows-{batch}.db"
        writer = StoreWriter(tables.opened(path))
        count, n = 0, 0
        began = time.monotonic()
        while time.monotonic() - began < args.seconds:
            writer.write([_fix(n + i) for i in range(batch)], [])
            n += batch
            count += 1
        took = time.monotonic() - began
        writer.close()
        results.append((batch, count / took, n / took))
    table.show("Written to SQLite, synchronous=FULL", ["batch", "commits/s", "rows/s"], results)


def stored(where: Path, args: argparse.Namespace) -> None:
    """Measure the way from a publisher at QoS 1 into the file and back as acknowledgements."""
    count = int(args.seconds * 15_000)
    with (
        Mosquitto(where, LOAD_CORE) as broker,
        Server(where, broker.port, qos=1) as server,
        Remote(where, "publisher.py", broker.port, DEVICES) as publisher,
    ):
        publisher.ask("fill", count=DEVICES)
        _wait(lambda: server.metric("history_kept") >= DEVICES)
        before, cpu, began = server.metric("history_kept"), server.cpu, time.monotonic()
        publisher.tell("publish", count=count, qos=1)
        worst, backlog = 0.0, 0.0
        while server.metric("history_kept") < before + count:
            now = server.metrics()
            worst = max(worst, now["loop_lag_seconds"])
            backlog = max(backlog, now["history_backlog"])
            if time.monotonic() - began > 60 + args.seconds:
                break
            time.sleep(0.1)
        took = time.monotonic() - began
        kept = server.metric("history_kept") - before
        table.show(
            "Stored and acknowledged, QoS 1, end to end",
            ["messages/s", "missing", "worst backlog", "worst lag ms", "server CPU"],
            [(kept / took, count - kept, backlog, worst * 1000, (server.cpu - cpu) / took)],
        )
        publisher.hear()


def read(where: Path, args: argparse.Namespace) -> None:
    """Measure one device's day, a fix each minute, in histories of ever more devices."""
    results = []
    for devices in (14, 139, 1389):
        if args.quick and devices > 139:
            break
        path = where / f"read-{devices}.db"
        writer = StoreWriter(tables.opened(path))
        rows = devices * PER_DAY
        began = time.monotonic()
        for first in range(0, rows, 5000):
            some = range(first, min(first + 5000, rows))
            writer.write([_fix(n, devices) for n in some], [])
        filled = time.monotonic() - began
        writer.close()
        sql = tables.connect(path)
        times = []
        for device in range(0, devices, max(1, devices // 20)):
            span = Span(_thing(device), "fix", T0, T0 + PER_DAY * EACH)
            began = time.perf_counter()
            found = reading.page(sql, span, 10_000, None)
            times.append((time.perf_counter() - began) * 1000)
        sql.close()
        times.sort()
        size = path.stat().st_size / 1e6
        middle = times[len(times) // 2]
        results.append((rows, size, filled, len(found.entries), times[0], middle, times[-1]))
    table.show(
        "One device's day",
        ["rows in all", "MB", "s to fill", "fixes", "best ms", "median ms", "worst ms"],
        results,
    )


T0 = 1_700_000_000


def _thing(device: int) -> str:
    return f"friend/u{device}/phone"


def _fix(n: int, devices: int = DEVICES) -> HistoryEntry:
    """Make the n-th fix: device by device, minute by minute."""
    body = messages.payload(n, devices, n)
    tst = T0 + n // devices * EACH
    return HistoryEntry(_thing(n % devices), "fix", tst, tst + 0.5, body, digest(body))


def _wait(fact: Callable[[], Any]) -> None:
    until = time.monotonic() + 30
    while not fact():
        if time.monotonic() > until:
            raise SystemExit("waited 30 s in vain")
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", default=",".join(PARTS), help="some of them, with commas")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--quick", action="store_true", help="only up to 200,000 rows")
    parser.add_argument("--where", type=Path, default=None, help="the folder for the files")
    args = parser.parse_args()
    table.note(f"SQLite {sqlite3.sqlite_version}")
    parts = {"rows": rows, "stored": stored, "read": read}
    for part in args.part.split(","):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=args.where) as folder:
            parts[part](Path(folder), args)


if __name__ == "__main__":
    main()
