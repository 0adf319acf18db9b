"""Two servers, one PostgreSQL: who is known to one is known to the other, and shown out by both."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import pytest_twisted
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet.threads import deferToThread

from broker import Broker
from browser import Browser, Closed
from cut import Network
from postgres import cluster, needs_postgres, prepared
from sightline_process import SightlineProcess
from test_accounts_journey import GOOD, call, sightline
from waits import DEADLINE, until

HOME = {"name": "Home", "shape": "circle", "lat": 48.5, "lon": 2.25, "rad": 100}


pytestmark = needs_postgres


class Pair:
    """Two servers of one database and broker, and an admin, root, who is signed in at the first.

    Between them and the database is a ``network`` that may be cut. ``more`` are further sections of
    their settings.
    """

    def __init__(self, stack: ExitStack, more: str = "") -> None:
        self.stack = stack
        self.database = stack.enter_context(prepared())
        self.network = stack.enter_context(Network(cluster().port))
        url = self.database.replace(str(cluster().port), str(self.network.port))
        self.key = Path(stack.enter_context(TemporaryDirectory())) / "sealing.key"
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
                [store]
                url = "{url}"
                key_file = "{self.key}"
                [replicas]
                name = "{name}"
                [accounts]
                hash_memory = 1024
                hash_passes = 1
                {more}
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
            await deferToThread(server.hears)
        await self.line(self.one, "user", "add", "root", "--role", "admin")
        self.root = await self.signs_in(self.one, "root")
        return self

    async def until(self, fact: Callable[[], Any], what: str | Callable[[], str]) -> None:
        def words() -> str:
            said = what if isinstance(what, str) else what()
            return f"{said}\n{self.one.logged[-2000:]}\n{self.two.logged[-2000:]}"

        await until(fact, words, every=0.05)

    async def line(self, server: SightlineProcess, *words: str, fails: bool = False) -> str:
        said: str = await deferToThread(sightline, server, *words, fails=fails)
        return said

    async def calls(
        self, server: SightlineProcess, path: str, body: Any = None, cookie: str = ""
    ) -> Any:
        return await deferToThread(call, server, f"api/1/{path}", body, cookie)

    async def signs_in(self, server: SightlineProcess, name: str) -> str:
        """The cookie, as soon as the server lets them in."""
        asked = {"name": name, "password": GOOD}
        _, _, cookie = await until(
            lambda: self.calls(server, "session", asked),
            f"{name} as somebody who is let in",
            every=0.2,
            such=lambda answer: answer[0] == 200,
        )
        return str(cookie)

    @staticmethod
    def cookie(server: SightlineProcess, cookie: str) -> str:
        """As this server calls it: by its port. Behind a proxy both have that of the proxy."""
        return f"sightline-{server.port}={cookie.partition('=')[2]}"

    async def enters(self, server: SightlineProcess, cookie: str) -> Browser:
        """A browser that comes in by this cookie, as soon as the server knows it."""
        cookie = self.cookie(server, cookie)

        async def tried() -> Browser | None:
            with suppress(Closed):
                return await Browser(server.port).enters(headers={"Cookie": cookie})
            return None

        return await until(tried, "a browser that is let in", every=0.1)

    def traces(self, name: str) -> list[str]:
        """The files of both servers that name somebody."""
        return [
            str(path)
            for server in (self.one, self.two)
            for path in (server.folder / "state").rglob("*")
            if path.is_file() and name.encode() in path.read_bytes()
        ]

    def rows(self, *tables: str) -> list[Any]:
        """All that is in these tables."""
        with cluster().connect(self.database.rpartition("/")[2]) as sql:
            return [
                row
                for table in tables
                for row in sql.execute(f"SELECT * FROM sightline.{table}".encode()).fetchall()
            ]

    def audit(self) -> list[tuple[int, str, str, str]]:
        with cluster().connect(self.database.rpartition("/")[2]) as sql:
            rows = sql.execute("SELECT n, who, what, result FROM sightline.audit ORDER BY n")
            return [tuple(row) for row in rows]  # type: ignore[misc]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
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

    # One log, each deed once.
    events = [what for _, _, what, _ in pair.audit()]
    assert events.count("make account") == 2
    assert events.count("sign out") == 1
    assert events.count("region") == 3
    await root.leaves()


async def does(browser: Browser, do: str, **fields: Any) -> dict[str, Any]:
    """Ask until it is done: a busy machine may keep the servers from what they share."""

    def is_done(answer: dict[str, Any]) -> bool:
        assert answer["ok"] or answer["code"] in ("degraded", "busy"), answer
        return bool(answer["ok"])

    return await until(lambda: browser.asks(do, **fields), do, every=0.2, such=is_done)


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
async def test_who_is_erased_at_one_server_is_nowhere_at_the_other_and_not_in_the_database(stack):
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
    await pair.until(
        lambda: not pair.traces("zebedee"), lambda: f"the end of {pair.traces('zebedee')}"
    )
    tables = ("account", "given", "alias", "audit", "region", "version", "met", "stood")
    # The second server forgets in its turn, and what it kept of them in the database last.
    await pair.until(
        lambda: "zebedee" not in repr(pair.rows(*tables)), lambda: repr(pair.rows(*tables))
    )


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_while_the_database_is_away_who_is_in_stays_in_and_nothing_is_lost(stack):
    pair = await Pair(stack).begins()
    one, two = pair.one, pair.two
    root = await pair.enters(two, pair.root)
    await root.sees(lambda things: "broker/main" in things, "the broker")
    # Known to the first, too: it looks at the database once more for whom it does not know.
    await (await pair.enters(one, pair.root)).leaves()
    pair.network.cut()
    status, said, _ = await pair.calls(two, "session", {"name": "root", "password": GOOD})
    assert (status, said["code"]) == (503, "busy")
    assert "signed in stays signed in" in said["why"]
    refused = await root.asks("region", shared=True, **HOME)
    assert refused["code"] == "busy"
    for _ in range(3):
        said = (await pair.calls(two, "session", {"name": "root", "password": "?"}))[1]
        assert said["code"] == "wrong"  # and is written down later
    _, ready, _ = await deferToThread(call, two, "readyz", None, pair.cookie(two, pair.root))
    assert "accounts and regions cannot be changed: PostgreSQL (" in ready["shared"]
    assert (await root.asks("ping"))["ok"]
    assert (await pair.enters(one, pair.root)).hello  # by what it has in memory
    server = await pair.line(two, "user", "list", fails=True)
    assert "PostgreSQL" in server
    pair.network.heal()
    await pair.signs_in(one, "root")
    wrong = ("root", "sign in", "wrong")
    await pair.until(lambda: [row[1:] for row in pair.audit()].count(wrong) == 3, "the log")
    await root.leaves()


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_a_start_without_the_database_lets_nobody_in_until_it_is_there(stack):
    pair = await Pair(stack).begins()
    two = pair.two
    cookie = pair.cookie(two, pair.root)
    pair.network.cut()
    await deferToThread(two.restart)
    asked = deferToThread(call, two, "api/1/session", None, cookie)
    await pair.until(
        lambda: "Nobody is let in until it is there: PostgreSQL (" in two.logged,
        "a word of what is waited for",
    )
    assert not asked.called
    pair.network.heal()
    status, said, _ = await asked
    assert (status, said["user"]["name"]) == (200, "root")


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_a_server_beside_a_newer_schema_goes_on_or_says_so(stack):
    """Two schema versions at once: what was added does no harm, what was removed is refused."""
    pair = await Pair(stack).begins()
    root = await pair.enters(pair.two, pair.root)
    name = pair.database.rpartition("/")[2]
    with cluster().connect(name) as sql:
        sql.execute("SET search_path TO sightline, public")
        sql.execute("ALTER TABLE account ADD COLUMN colour text NOT NULL DEFAULT ''")
        sql.execute("UPDATE store_part SET version = version + 1 WHERE name = 'accounts'")
    await pair.line(pair.one, "user", "add", "jane", "--role", "operator")
    await (await pair.enters(pair.one, await pair.signs_in(pair.two, "jane"))).leaves()
    await deferToThread(pair.two.restart)
    await (await pair.enters(pair.two, pair.root)).leaves()
    with cluster().connect(name) as sql:
        sql.execute("SET search_path TO sightline, public")
        sql.execute("UPDATE store_part SET least = version WHERE name = 'accounts'")
    await pair.until(
        lambda: all("changed by a newer Sightline" in s.logged for s in (pair.one, pair.two)),
        "a word of it",
    )
    assert "newer Sightline" in await pair.line(pair.one, "user", "list", fails=True)
    await root.leaves()
