"""Two servers, one table: whoever is known to one is known to the other, and shown out by both."""

from __future__ import annotations

import base64
import itertools
import json
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from typing import Any

import pytest
import pytest_twisted
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet import reactor as _reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from aws import ENVIRON, Moto
from broker import Broker
from browser import Browser, Closed
from sightline.journal.entries import imaged
from sightline_process import SightlineProcess
from test_accounts_journey import GOOD, call, sightline
from waits import until

reactor: Any = _reactor
DEADLINE = 60.0
HOME = {"name": "Home", "shape": "circle", "lat": 48.5, "lon": 2.25, "rad": 100}


_tables = itertools.count(1)


@cache
def may_pause() -> Moto:
    """A server of these tests' own, as some of them have it pause."""
    return Moto()


class Pair:
    """Two servers of one table and broker, and an admin, root, who is signed in at the first."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.moto = may_pause()
        self.name = f"accounts-{next(_tables)}"
        self.broker = stack.enter_context(Broker())
        self.one, self.two = (
            SightlineProcess(
                f"""
                [broker.main]
                host = "127.0.0.1"
                port = {self.broker.port}
                client_id = "server-{name}"
                [driving]
                guard = false
                [history]
                store = "dynamodb"
                [dynamodb]
                table = "{self.name}"
                region = "eu-west-1"
                endpoint = "{self.moto.endpoint}"
                [replicas]
                name = "{name}"
                [accounts]
                hash_memory = 1024
                hash_passes = 1
                """
            )
            for name in ("a", "b")
        )

    async def begins(self) -> Pair:
        for server in (self.one, self.two):
            await deferToThread(self.stack.enter_context, server)
            await self.until(
                lambda s=server: "accounts of all servers: " in s.logged, "the accounts"
            )
        await self.line(self.one, "user", "add", "root", "--role", "admin")
        self.root = await self.signs_in(self.one, "root")
        return self

    async def until(self, fact: Callable[[], Any], what: str) -> None:
        logged = lambda: f"{what}\n{self.one.logged[-2000:]}\n{self.two.logged[-2000:]}"  # noqa: E731
        await until(fact, logged, every=0.05)

    async def line(self, server: SightlineProcess, *words: str) -> str:
        said: str = await deferToThread(sightline, server, *words)
        return said

    async def calls(
        self, server: SightlineProcess, path: str, body: Any = None, cookie: str = ""
    ) -> Any:
        return await deferToThread(call, server, f"api/1/{path}", body, cookie)

    async def signs_in(self, server: SightlineProcess, name: str) -> str:
        """The cookie, as soon as the server lets them in."""
        until = time.monotonic() + DEADLINE
        while True:
            status, said, cookie = await self.calls(
                server, "session", {"name": name, "password": GOOD}
            )
            if status == 200:
                return str(cookie)
            assert time.monotonic() < until, said
            await deferLater(reactor, 0.2)

    @staticmethod
    def cookie(server: SightlineProcess, cookie: str) -> str:
        """As this server calls it: by its port. Behind a proxy both have that of the proxy."""
        return f"sightline-{server.port}={cookie.partition('=')[2]}"

    async def enters(self, server: SightlineProcess, cookie: str) -> Browser:
        """A browser that comes in by this cookie, as soon as the server knows it."""
        cookie = self.cookie(server, cookie)
        until = time.monotonic() + DEADLINE
        while True:
            try:
                return await Browser(server.port).enters(headers={"Cookie": cookie})
            except Closed:
                assert time.monotonic() < until, "never let in"
                await deferLater(reactor, 0.1)

    def traces(self, name: str) -> list[str]:
        """The files of both servers that name somebody."""
        return [
            str(path)
            for server in (self.one, self.two)
            for path in (server.folder / "state").rglob("*")
            if path.is_file() and name.encode() in path.read_bytes()
        ]

    def table(self) -> list[dict[str, Any]]:
        """All that is in the table."""
        found: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"TableName": self.name}
        while True:
            request = urllib.request.Request(
                self.moto.endpoint,
                data=json.dumps(asked).encode(),
                headers={
                    "X-Amz-Target": "DynamoDB_20120810.Scan",
                    "Content-Type": "application/x-amz-json-1.0",
                    "Authorization": "AWS4-HMAC-SHA256 Credential=x/20261128/eu-west-1/dynamodb/",
                },
            )
            with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
                told = json.loads(answer.read())
            found += told["Items"]
            if "LastEvaluatedKey" not in told:
                return found
            asked["ExclusiveStartKey"] = told["LastEvaluatedKey"]

    def audit(self, server: SightlineProcess) -> list[tuple[int, str, str, str]]:
        with closing(sqlite3.connect(server.folder / "state" / "accounts.db")) as sql:
            return sql.execute("SELECT n, who, what, result FROM audit ORDER BY n").fetchall()


def readable(item: dict[str, Any]) -> str:
    """An item of the table with what is in its bytes."""
    text = json.dumps(item)
    if "B" in (body := item.get("b", {})):
        data = base64.b64decode(body["B"])
        image = item["pk"]["S"].endswith("#image")
        text += (imaged(data)[1] if image else data).decode("latin-1")
    return text


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as made:
        yield made


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_who_is_known_to_one_server_is_known_to_the_other(stack):
    pair = await Pair(stack).begins()
    one, two = pair.one, pair.two
    root = await pair.enters(two, pair.root)  # signed in at the first

    # The command line of the second, a sign-in at the first, a socket at the second.
    await pair.line(two, "user", "add", "jane", "--role", "operator", "--see", "region")
    jane = await pair.signs_in(one, "jane")
    browser = await pair.enters(two, jane)
    drawn = await does(root, "region", shared=True, **HOME)
    here = await pair.enters(one, jane)
    await here.sees(lambda things: things.get(drawn["thing"], {}).get("name") == "Home", "Home")
    await does(
        here,
        "region",
        **(HOME | {"name": "House", "thing": drawn["thing"], "version": 1, "shared": True}),
    )
    await root.sees(lambda things: things[drawn["thing"]]["name"] == "House", "House")

    # Signed out at the first, shown out by the second.
    await deferToThread(_signs_out, one, jane)
    for each in (browser, here):
        assert (await each.is_closed(DEADLINE)).code == 4001
    jane = await pair.signs_in(two, "jane")
    here = await pair.enters(one, jane)
    await pair.line(two, "user", "disable", "jane")
    closed = await here.is_closed(DEADLINE)
    assert (closed.code, closed.reason) == (4001, "this account is closed")
    said = await pair.calls(one, "session", {"name": "jane", "password": GOOD})
    assert said[0] == 401

    # Whoever goes leaves no region, on either.
    await pair.line(two, "user", "enable", "jane")
    here = await pair.enters(one, await pair.signs_in(one, "jane"))
    own = await does(here, "region", **(HOME | {"name": "Mine"}))
    await root.sees(lambda things: own["thing"] in things, "jane's region")
    await pair.line(one, "user", "remove", "jane")
    await root.sees(lambda things: own["thing"] not in things, "the end of jane's region")
    await does(root, "unregion", thing=drawn["thing"], version=2)

    # One log, each deed once, in one order.
    events = [what for _, _, what, _ in pair.audit(two)]
    assert events.count("make account") == 2
    assert events.count("sign out") == 1
    assert events.count("region") == 3
    await pair.until(lambda: pair.audit(one) == pair.audit(two), "the same log")
    assert [n for n, *_ in pair.audit(one)] == list(range(1, len(events) + 1))
    await root.leaves()


async def does(browser: Browser, do: str, **fields: Any) -> dict[str, Any]:
    """Ask until it is done: a busy machine may keep the servers from what they share."""
    until = time.monotonic() + DEADLINE
    while not (answer := await browser.asks(do, **fields))["ok"]:
        assert answer["code"] in ("degraded", "busy"), answer
        assert time.monotonic() < until, answer
        await deferLater(reactor, 0.2)
    return answer


def _signs_out(server: SightlineProcess, cookie: str) -> None:
    asked = urllib.request.Request(
        server.url + "api/1/session",
        data=b"{}",
        method="DELETE",
        headers={
            "Content-Type": "application/json",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": cookie,
        },
    )
    with urllib.request.urlopen(asked, timeout=DEADLINE) as answer:
        assert answer.status == 200


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_who_is_erased_at_one_server_is_nowhere_at_the_other_and_not_in_the_table(stack):
    pair = await Pair(stack).begins()
    phone = Client(CallbackAPIVersion.VERSION2)
    phone.connect("127.0.0.1", pair.broker.port)
    phone.loop_start()
    stack.callback(phone.loop_stop)
    friend = "friend/zebedee/phone"
    for said in (
        {"_type": "location", "lat": 48.5, "lon": 2.25, "tst": int(time.time())},
        {"_type": "waypoint", "desc": "Zoo", "lat": 48.5, "lon": 2.25, "rad": 60, "tst": 1},
    ):
        part = "/waypoint" if said["_type"] == "waypoint" else ""
        message = phone.publish(f"owntracks/zebedee/phone{part}", json.dumps(said), 1)
        await deferToThread(message.wait_for_publish, DEADLINE)
    browsers = [await pair.enters(server, pair.root) for server in (pair.one, pair.two)]
    for browser in browsers:
        await browser.sees(
            lambda things: (
                friend in things and any(k.startswith(f"region/{friend}/") for k in things)
            )
        )
    granted = ["user", "grant", "root", "see", friend]
    await pair.line(pair.two, *granted)
    confirmed = {"confirm": "zebedee/phone"}
    status, said, _ = await pair.calls(
        pair.one, "friends/zebedee/phone/erase", confirmed, pair.root
    )
    assert status == 200, said
    for browser in browsers:
        await browser.sees(lambda things: not [key for key in things if "zebedee" in key])
    await pair.until(lambda: not pair.traces("zebedee"), "the end of all traces")
    until = time.monotonic() + DEADLINE
    while named := [
        item for item in await deferToThread(pair.table) if "zebedee" in readable(item)
    ]:
        assert time.monotonic() < until, named  # the journals are emptied right after
    assert any(item["pk"]["S"] == "J#regions" for item in await deferToThread(pair.table))


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_while_aws_is_away_who_is_in_stays_in_and_nothing_is_lost(stack):
    pair = await Pair(stack).begins()
    one, two = pair.one, pair.two
    root = await pair.enters(two, pair.root)
    await root.sees(lambda things: "broker/main" in things, "the broker")
    pair.moto.pauses()
    try:
        status, said, _ = await pair.calls(two, "session", {"name": "root", "password": GOOD})
        assert (status, said["code"]) == (503, "busy")
        assert "signed in stays signed in" in said["why"]
        refused = await root.asks("region", shared=True, **HOME)
        assert refused["code"] == "busy"
        for _ in range(3):
            said = (await pair.calls(two, "session", {"name": "root", "password": "?"}))[1]
            assert said["code"] == "wrong"  # and is written down
        _, ready, _ = await deferToThread(call, two, "readyz", None, pair.cookie(two, pair.root))
        assert ready["shared"].endswith(
            "accounts and regions cannot be changed: DynamoDB cannot be reached: no answer in time"
        )
        assert (await root.asks("ping"))["ok"]
        assert (await pair.enters(one, pair.root)).hello  # by the copy it has
        server = await pair.line(two, "user", "add", "late")
        assert server.startswith("late: viewer")
        assert "late" not in await pair.line(two, "user", "list")
    finally:
        pair.moto.goes_on()
    await pair.signs_in(one, "late")
    wrong = ("root", "sign in", "wrong")
    await pair.until(lambda: [row[1:] for row in pair.audit(one)].count(wrong) >= 3, "the log")
    await pair.until(lambda: pair.audit(one) == pair.audit(two), "the same log")
    assert [row[1:] for row in pair.audit(one)].count(wrong) == 3
    await root.leaves()


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_a_start_without_aws_lets_nobody_in_until_it_is_back(stack):
    pair = await Pair(stack).begins()
    two = pair.two
    cookie = pair.cookie(two, pair.root)
    pair.moto.pauses()
    try:
        await deferToThread(two.restart)
        asked = deferToThread(call, two, "api/1/session", None, cookie)
        await pair.until(
            lambda: two.logged.count("Nobody is let in yet: waiting for the accounts") >= 1,
            "a word of what is waited for",
        )
        assert not asked.called
    finally:
        pair.moto.goes_on()
    status, said, _ = await asked
    assert (status, said["user"]["name"]) == (200, "root")
    assert two.logged.count("accounts of all servers: caught up") == 1


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_what_is_restored_for_all_is_the_others_too(stack):
    pair = await Pair(stack).begins()
    one, two = pair.one, pair.two
    await pair.line(one, "backup", str(one.folder / "backup"))
    await pair.line(one, "user", "add", "mallory")
    browser = await pair.enters(two, await pair.signs_in(two, "mallory"))
    await deferToThread(one.end)
    said = await pair.line(one, "restore", str(one.folder / "backup"), "--for-all")
    assert "restored" in said
    await deferToThread(one.start)
    assert (await browser.is_closed(DEADLINE)).code == 4001
    assert (await pair.calls(two, "session", {"name": "mallory", "password": GOOD}))[0] == 401
    assert (await (await pair.enters(two, pair.root)).asks("ping"))["ok"]
