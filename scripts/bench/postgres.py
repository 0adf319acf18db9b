"""PostgreSQL beside SQLite: stored and acknowledged per second, and the CPU of our process; and how
long it takes until a change of one server is known to another.

    scripts/bench/postgres.py --url postgresql://…/an_empty_database      all parts
    scripts/bench/postgres.py --url … --part stored|read|change

The database is filled; nothing of it is removed. How long robots take to stop, to be taken over and
to drive on with several servers is measured by stops.py (tests/test_replicas_driving.py).
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import processes
import table
from processes import LOAD_CORE, Mosquitto, Remote, Server

import history

sys.path.insert(0, str(processes.ROOT / "server"))

from sightline.database import migrations
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.history import reading as sqlite_reading
from sightline.history import tables
from sightline.history.postgres import reading
from sightline.history.postgres.schema import PART
from sightline.history.postgres.writing import PostgresWriter
from sightline.history.store import Span
from sightline.history.writing import StoreWriter

PARTS = ("stored", "read", "change")
PASSWORD = "correct horse battery staple 9"
DAYS, DEVICES, A_DAY = 30, 100, 50


def stored(where: Path, args: argparse.Namespace) -> None:
    """Measure the way from a publisher at QoS 1 into the store and back as acknowledgements."""
    count, results = int(args.seconds * 8_000), []
    for name, settings in (("SQLite", ""), ("PostgreSQL", f'[store]\nurl = "{args.url}"\n')):
        folder = where / name
        folder.mkdir()
        with (
            Mosquitto(folder, LOAD_CORE) as broker,
            Server(folder, broker.port, qos=1, settings=settings) as server,
            Remote(folder, "publisher.py", broker.port, history.DEVICES) as publisher,
        ):
            publisher.ask("fill", count=history.DEVICES)
            history._wait(lambda s=server: s.metric("history_kept") >= history.DEVICES)
            before, cpu, began = server.metric("history_kept"), server.cpu, time.monotonic()
            publisher.tell("publish", count=count, qos=1)
            worst = 0.0
            while server.metric("history_kept") < before + count:
                worst = max(worst, server.metric("loop_lag_seconds"))
                if time.monotonic() - began > 120 + args.seconds:
                    break
                time.sleep(0.1)
            took = time.monotonic() - began
            kept = server.metric("history_kept") - before
            used = (server.cpu - cpu) / max(kept, 1) * 1e6
            results.append((name, kept / took, count - kept, worst * 1000, used))
            publisher.hear()
    head = ["store", "messages/s", "missing", "worst lag ms", "our CPU, µs a message"]
    table.show("Stored and acknowledged, QoS 1, end to end", head, results)


def read(where: Path, args: argparse.Namespace) -> None:
    """Measure the questions of the page, on a month of a hundred devices."""
    path = where / "read.db"
    lite = StoreWriter(tables.opened(path))
    postgres = Postgres(StoreOptions(args.url), answer=600.0)
    postgres.open()
    migrations.prepare(postgres, (PART,))
    day, now = 86_400.0, history.T0 + DAYS * 86_400.0
    writer = PostgresWriter(lambda: now)
    for n in range(DAYS):
        entries = [
            history.HistoryEntry(each.thing, "fix", each.tst, each.at, each.body, each.digest)
            for m in range(A_DAY)
            for k in range(DEVICES)
            for each in (_fix(k, history.T0 + n * day + m * 400),)
        ]
        for at in range(0, len(entries), 2000):
            lite.write(entries[at : at + 2000], [])
            with postgres.lend() as sql:
                writer.write(sql, entries[at : at + 2000], [])
    with postgres.lend() as sql:
        sql.execute("ANALYZE history.entry")
    at, thing = history.T0 + 20 * day, "friend/u7/phone"
    names = [f"friend/u{k}/phone" for k in range(DEVICES)]
    sqlite = tables.connect(path)
    asked: tuple[tuple[str, Callable[[Any, Any], object]], ...] = (
        ("a day of one", lambda m, s: m.page(s, Span(thing, "fix", at, at + day), 10_000, None)),
        ("a week of one", lambda m, s: m.page(s, Span(thing, "fix", at, at + 7 * day), 9999, None)),
        ("the last of one", lambda m, s: m.page(s, Span(thing, "fix", newest_first=True), 1, None)),
        (f"the scene of {DEVICES}", lambda m, s: m.scene(s, "fix", at, 1000, None)),
        (f"the neighbours of {DEVICES}", lambda m, s: m.around(s, names, "fix", at, 8, 3)),
    )
    results = []
    for name, ask in asked:
        mine = _middle(lambda ask=ask: ask(sqlite_reading, sqlite))
        with postgres.lend() as sql:
            theirs = _middle(lambda ask=ask, sql=sql: ask(reading, sql))
        results.append((name, *mine, *theirs))
    postgres.close()
    title = f"Questions, {DAYS * DEVICES * A_DAY:,} fixes of {DAYS} days"
    head = ["question", "SQLite least ms", "middle", "PostgreSQL least ms", "middle"]
    table.show(title, head, results)


def _fix(device: int, tst: float) -> Any:
    body = b'{"_type":"location","lat":52.5,"lon":13.4,"tst":%d,"acc":12,"batt":55}' % int(tst)
    return history.HistoryEntry(
        f"friend/u{device}/phone", "fix", tst, tst, body, history.digest(body)
    )


def _middle(work: Callable[[], object], times: int = 25) -> tuple[float, float]:
    """Return the least and the middle time, ms: on a busy machine the least is what it takes."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return min(found), median(found)


def change(where: Path, args: argparse.Namespace) -> None:
    """Measure how long until an account that was made through one server is known to the other."""
    shared = f'[store]\nurl = "{args.url}"\n[driving]\nguard = false\n'
    config = where / "shared.toml"
    config.write_text(shared)
    command = [str(Path(sys.executable).with_name("sightline")), "user", "add", "root"]
    command += ["--role", "admin", "--config", str(config), "--state", str(where)]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, stdout=subprocess.DEVNULL)
    for name in "ab":
        (where / name).mkdir()
    named = {n: f'{shared}[replicas]\nname = "{n}"\n' for n in "ab"}
    with (
        Mosquitto(where, LOAD_CORE) as broker,
        Server(where / "a", broker.port, settings=named["a"]) as one,
        Server(where / "b", broker.port, settings=named["b"]) as other,
    ):
        mine, theirs = _client(one.port), _client(other.port)
        for each in (mine, theirs):
            each("POST", "/api/1/session", {"name": "root", "password": PASSWORD})
        times = [_account(mine, theirs, f"bench{n}") for n in range(20)]
    results = [("an account", min(times), median(times), max(times))]
    head = ["what", "least", "middle", "most"]
    table.show("From the answer of one server until the other knows it, ms", head, results)


def _account(mine: Callable[..., Any], theirs: Callable[..., Any], name: str) -> float:
    mine("POST", "/api/1/users", {"name": name, "role": "viewer"})
    began = time.perf_counter()
    while time.perf_counter() - began < 30:
        try:
            theirs("GET", f"/api/1/users/{name}")
            return (time.perf_counter() - began) * 1000
        except urllib.error.HTTPError:
            time.sleep(0.002)
    raise SystemExit("the other server never had it")


def _client(port: int) -> Callable[..., Any]:
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def ask(method: str, path: str, body: object = None) -> Any:
        url = f"http://127.0.0.1:{port}"
        data = None if body is None else json.dumps(body).encode()
        heads = {"content-type": "application/json", "origin": url}
        request = urllib.request.Request(url + path, method=method, data=data, headers=heads)
        with opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())

    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", required=True, help="an empty database")
    parser.add_argument("--part", default=",".join(PARTS), help="some of them, with commas")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--where", type=Path, default=None, help="the folder for the files")
    args = parser.parse_args()
    parts = {"stored": stored, "read": read, "change": change}
    for part in args.part.split(","):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=args.where) as folder:
            parts[part](Path(folder), args)


if __name__ == "__main__":
    main()
