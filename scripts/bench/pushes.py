"""How long it takes from an MQTT message to the push service that takes "… arrived at School".

    scripts/bench/pushes.py                    both parts
    scripts/bench/pushes.py --part latency     at 2,000 messages/s with 500 rules in force
    scripts/bench/pushes.py --part most        how many pushes a second are sustained
    scripts/bench/pushes.py --ahead            before all other work of the machine (root only)

The whole way: a phone says that it came, mosquitto, our server with history, rules and alerts in
its databases, and a push service on this machine that speaks HTTPS. 100 rules are about arrivals;
400 look at the messages of 1,000 devices and find nothing. A time runs from just before the message
is written to the broker until the service has the whole push. Promised: p99 <= 2 s.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import messages
import processes
import table
import trustme
from processes import Mosquitto, Remote, Server

sys.path.insert(0, str(processes.ROOT / "server"))

from sightline.kinds.regions.model import Region
from sightline.kinds.rules.model import Condition, Recipient, Rule
from sightline.regions.store import RegionRow, RegionStore
from sightline.rules.store import RuleStore

PARTS = ("latency", "most")
ACCOUNTS, ARRIVALS, LOOKING = 20, 100, 400
FRIENDS = 2000
"""Who come and go; each of the rules about arrivals is about some of them."""
DEVICES, RATE = 1000, 2000
COMINGS = 10  # a second, beside RATE
SECONDS = 30.0
RATES = (25, 50, 100, 200, 400, 800)
PROMISED = 2.0  # s
PASSWORD = "seven-quiet-harbours"
SETTINGS = """
[rules]
per_account = 1000
[channels]
private = true
hourly = 100000
queue = 10000
"""


class Bench:
    """A server with its accounts, phones and rules, and what it is told by."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        authority = trustme.CA()
        pair = authority.issue_cert("127.0.0.1")
        (folder / "cert.pem").write_bytes(b"".join(each.bytes() for each in pair.cert_chain_pems))
        (folder / "key.pem").write_bytes(pair.private_key_pem.bytes())
        (folder / "ca.pem").write_bytes(authority.cert_pem.bytes())
        os.environ["SSL_CERT_FILE"] = str(folder / "ca.pem")  # whom the server trusts
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        self._children = ExitStack()
        enter = self._children.enter_context
        try:
            self.broker: Mosquitto = enter(Mosquitto(folder, processes.LOAD_CORE))
            self.service: Remote = enter(Remote(folder, "push_taker.py", folder))
            port = self.broker.port
            self.publisher: Remote = enter(Remote(folder, "publisher.py", port, DEVICES))
            self._prepared()
            self.server: Server = enter(self._started())
            self.phones = Phones(port)
            self._all_are_known()
        except BaseException:
            self.close()
            raise

    def _started(self) -> Server:
        return Server(self.folder, self.broker.port, qos=1, settings=SETTINGS, state=self.state)

    def _prepared(self) -> None:
        """Make accounts and channels as people do, and all rules at once."""
        command = [str(Path(sys.executable).with_name("sightline")), "user", "add", "root"]
        command += ["--role", "admin", "--state", str(self.state)]
        subprocess.run(command, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
        with self._started() as server:
            root = Person(server.port, "root")
            for n, subscription in enumerate(self.service.ask("subscribe", count=ACCOUNTS)):
                asked = {"name": f"a{n}", "role": "operator", "password": PASSWORD, "see": ["*"]}
                root.asks("users", asked)
                phone = {"type": "push", "name": "phone", "subscription": _known(subscription)}
                Person(server.port, f"a{n}").asks("channels", phone)
        now = round(time.time(), 3)
        regions = RegionStore(self.state, time.time)
        school = Region(
            name="School", shape="circle", lat=52.37, lon=4.9, rad=100.0,
            version=1, by="root", at=now, origin="page",
        )  # fmt: skip
        regions.put("ab12cd34", RegionRow(school, 0), 0)
        regions.close()
        rules = RuleStore(self.state)
        rules.transact(lambda: [rules.put(id, each, 0) for id, each in _rules(now)])
        rules.close()

    def _all_are_known(self) -> None:
        """Let everybody be somewhere, so that nobody's first word is an arrival."""
        self.phones.are_at(52.0)
        self.publisher.ask("fill", count=DEVICES)
        until = time.monotonic() + 120
        while self.server.metric("things") < FRIENDS + DEVICES:
            if time.monotonic() > until:
                raise SystemExit(f"not all are known; see {self.server.log}")
            time.sleep(0.1)
        self.phones.come_and_go(self, 10, 3.0)  # to open the connections

    def close(self) -> None:
        self._children.close()


def _known(subscription: dict[str, Any]) -> dict[str, Any]:
    return {name: subscription[name] for name in ("endpoint", "keys")}


def _rules(now: float) -> list[tuple[str, Rule]]:
    """500 rules, as many of each account."""
    looking = (
        Condition(type="speed", above=500.0),
        Condition(type="battery", below=5.0),
        Condition(type="silent", seconds=86_400.0),
        Condition(type="silent"),
    )
    found = []
    for n in range(ARRIVALS + LOOKING):
        account = f"a{n % ACCOUNTS}"
        if n < ARRIVALS:
            about = tuple(f"friend/u{k}/phone" for k in range(n, FRIENDS, ARRIVALS))
            condition = Condition(type="arrives", region="ab12cd34")
        else:
            about, condition = (f"friend/bench/d{n:05d}",), looking[n % len(looking)]
        rule = Rule(
            about=about, condition=condition, tell=(Recipient(account=account),), version=1,
            by=account, at=now,
        )  # fmt: skip
        found.append((f"{account}/r{n:07d}", rule))
    return found


class Person:
    """Somebody who is signed in."""

    def __init__(self, port: int, name: str) -> None:
        self._home, self._cookie = f"http://127.0.0.1:{port}", ""
        self.asks("session", {"name": name, "password": PASSWORD})

    def asks(self, path: str, body: Any) -> None:
        headers = {"content-type": "application/json", "origin": self._home}
        asked = urllib.request.Request(
            f"{self._home}/api/1/{path}", json.dumps(body).encode(),
            {**headers, "cookie": self._cookie},
        )  # fmt: skip
        with urllib.request.urlopen(asked, timeout=60) as answer:
            self._cookie = (answer.headers["set-cookie"] or self._cookie).partition(";")[0]


class Phones:
    """All who come and go, by one connection to the broker."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(messages.connect(b"bench-phones"))
        self._socket.recv(4)
        self._next = 0

    def are_at(self, lat: float) -> None:
        for n in range(FRIENDS):
            said = {"_type": "location", "lat": lat, "lon": 4.9, "acc": 10, "tst": int(time.time())}
            self._say(f"owntracks/u{n}/phone", said)
            if n % 100 == 99:
                time.sleep(0.05)

    def come_and_go(self, bench: Bench, rate: float, seconds: float) -> Measured:
        """Let ``rate`` people a second arrive; they leave again long before they come again."""
        came: dict[str, list[float]] = defaultdict(list)
        began, count = time.monotonic(), round(rate * seconds)
        for k in range(count):
            ahead = began + k / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            n = self._next % FRIENDS
            self._next += 1
            self._crosses((n + FRIENDS // 2) % FRIENDS, "leave")
            came[f"friend/u{n}/phone"].append(time.monotonic())
            self._crosses(n, "enter")
        took = time.monotonic() - began
        return Measured.of(bench, came, began, count, took)

    def _crosses(self, n: int, event: str) -> None:
        said = {"_type": "transition", "event": event, "desc": "School", "acc": 10, "t": "c"}
        self._say(f"owntracks/u{n}/phone/event", said | {"tst": int(time.time())})

    def _say(self, topic: str, said: dict[str, Any]) -> None:
        body = messages.string(topic.encode()) + json.dumps(said).encode()
        self._socket.sendall(b"\x30" + messages.size(len(body)) + body)


class Measured:
    """What came of one run. ``times`` are s from a message to its push, sorted."""

    def __init__(self, sent: int, rate: float, times: list[float], pushes_a_second: float) -> None:
        self.sent = sent
        self.rate = rate
        self.times = times
        self.pushes_a_second = pushes_a_second

    @classmethod
    def of(
        cls, bench: Bench, came: dict[str, list[float]], began: float, count: int, took: float
    ) -> Measured:
        """Wait for the pushes, and put each to its message."""
        until = time.monotonic() + 60
        while True:
            pushes = bench.service.ask("taken", since=began)["pushes"]
            if len(pushes) >= count or time.monotonic() > until:
                break
            time.sleep(0.25)
        times, last = [], began
        for url, _, at in pushes:
            thing = url.rpartition("&id=")[2]
            if came[thing]:
                times.append(at - came[thing].pop(0))
            last = max(last, at)
        return cls(count, count / took, sorted(times), len(pushes) / (last - began))

    def at(self, part: float) -> float:
        """Return the time within which this part of the pushes came, s."""
        if not self.times:
            return float("inf")
        return self.times[min(len(self.times) - 1, int(part * len(self.times)))]


def latency(bench: Bench) -> list[Any]:
    before = bench.server.cpu
    received = bench.server.metric("received")
    bench.publisher.tell("publish", rate=RATE, seconds=SECONDS + 3, qos=0)
    time.sleep(2)
    found = bench.phones.come_and_go(bench, COMINGS, SECONDS)
    sent = bench.publisher.hear()
    cpu = (bench.server.cpu - before) / (SECONDS + 3)
    arrived = bench.server.metric("received") - received
    return [
        f"{sent['sent'] / sent['took']:.0f}", f"{arrived:.0f}", found.sent, len(found.times),
        f"{found.at(0.5) * 1000:.0f}", f"{found.at(0.99) * 1000:.0f}",
        f"{found.at(1.0) * 1000:.0f}", f"{cpu:.2f}",
    ]  # fmt: skip


def most(bench: Bench) -> list[list[Any]]:
    """Raise the rate until it is not held, or not in the time promised."""
    rows = []
    for rate in RATES:
        connections = bench.service.ask("taken", since=float("inf"))["connections"]
        before = bench.server.cpu
        found = bench.phones.come_and_go(bench, rate, 10.0)
        cpu = (bench.server.cpu - before) / 10.0
        made = bench.service.ask("taken", since=float("inf"))["connections"] - connections
        rows.append([
            f"{found.rate:.0f}", f"{found.pushes_a_second:.0f}", len(found.times), found.sent,
            f"{found.at(0.5) * 1000:.0f}", f"{found.at(0.99) * 1000:.0f}", made, f"{cpu:.2f}",
        ])  # fmt: skip
        if len(found.times) < found.sent or found.at(0.99) > PROMISED:
            break
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, help="only this")
    parser.add_argument("--ahead", action="store_true", help="before all other work")
    parser.add_argument("--json", help="a file for the results")
    asked = parser.parse_args()
    processes.ahead = asked.ahead
    processes.DEADLINE = 120.0  # on a machine that others keep busy, too
    results: dict[str, Any] = {}
    with processes.folder() as made:
        bench = Bench(Path(made))
        try:
            if asked.part in (None, "latency"):
                columns = ["messages/s", "arrived", "arrivals", "pushes", "p50 ms", "p99 ms"]
                columns += ["worst ms", "CPU of a core"]
                results["latency"] = [latency(bench)]
                rules = ARRIVALS + LOOKING
                title = f"From a message to its push, {rules} rules, load {os.getloadavg()[0]:.0f}"
                table.show(title, columns, results["latency"])
            if asked.part in (None, "most"):
                columns = ["arrivals/s", "pushes/s", "pushes", "of", "p50 ms", "p99 ms"]
                columns += ["new connections", "CPU of a core"]
                results["most"] = most(bench)
                title = f"How many a second, load {os.getloadavg()[0]:.0f}"
                table.show(title, columns, results["most"])
        finally:
            bench.close()
    if asked.json:
        table.write(asked.json, results)


if __name__ == "__main__":
    main()
