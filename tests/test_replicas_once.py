"""Two servers on one broker and one PostgreSQL: what each of them hears is kept and told once."""

from __future__ import annotations

import base64
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import SIGKILL
from typing import Any
from urllib.parse import unquote

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from broker import Broker
from browser import Browser
from child_process import ChildProcess
from postgres import needs_postgres, prepared
from postgres_scene import postgres_store
from receiver import Receiver
from sightline.history.record import HistoryEntry
from sightline.history.store import Span
from sightline_process import SightlineProcess
from test_accounts_journey import GOOD, call, sightline
from test_owntracks_journey import JANE, MqttPhone, ask, linked, location, login
from waits import until

SORTS = ("fix", "transition", "state", "figures", "crossing", "drive", "alarm", "log")
OURS = ("n", "at", "received")
"""Fields that are a server's own."""
pytestmark = needs_postgres


class Pair:
    """Two servers, of which the first is on duty."""

    def __init__(self, folder: Path, broker: Broker, hook: Receiver, url: str) -> None:
        self.broker = broker
        self.hook = hook
        self.folder = folder
        self.url = url
        self.a, self.b = self.servers = [self._server(name) for name in "ab"]

    def _server(self, name: str) -> SightlineProcess:
        return SightlineProcess(
            f"""
            [broker.main]
            host = "127.0.0.1"
            port = {self.broker.port}
            [driving]
            guard = false
            [store]
            url = "{self.url}"
            [replicas]
            name = "{name}"
            [webhook.house]
            url = "{self.hook.url}"
            private = true
            regions = ["all"]
            [accounts]
            guest = "admin"
            hash_memory = 1024
            hash_passes = 1
            """
        )

    async def both_ready(self) -> None:
        """The first is on duty before there is a second; both hear the broker."""
        self.a.start()
        await _sees(self.a, _is_on_duty, "that it is on duty")
        self.b.start()
        await self.known_to_both(
            lambda things: "connected" in json.dumps(things.get("broker/main")), "the broker"
        )

    async def entries(self) -> dict[tuple[str, str], Sequence[HistoryEntry]]:
        store = postgres_store(self.folder, self.url)
        await store.open()
        found = {}
        for thing in await store.things():
            for sort in SORTS:
                if some := (await store.page(Span(thing, sort))).entries:
                    found[thing, sort] = some
        await store.close()
        return found

    async def has_kept(
        self, fact: Callable[[dict[tuple[str, str], Sequence[HistoryEntry]]], bool], what: str
    ) -> None:
        """Wait until the store has it: who is told to end leaves to the next start what it must."""
        await until(self.entries, f"{what} in the store", every=0.2, such=fact)

    async def known_to_both(self, fact: Callable[[dict[str, Any]], bool], what: str) -> None:
        for server in self.servers:
            await _sees(server, fact, what)

    @property
    def changes_of_duty(self) -> int:
        """How often a busy machine let duty pass to another server."""
        return sum(server.logged.count("On duty among the servers") for server in self.servers) - 1

    @property
    def told(self) -> list[str]:
        """The ids of what the webhook was told."""
        return [json.loads(post.body)["id"] for post in self.hook.posts]


async def _sees(
    server: SightlineProcess, fact: Callable[[dict[str, Any]], bool], what: str
) -> None:
    browser = await Browser(server.port).enters()
    await browser.sees(fact, what)
    await browser.leaves()


def _is_on_duty(things: dict[str, Any]) -> bool:
    return bool(things.get("server/sightline", {}).get("on_duty"))


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as stack:
        broker = stack.enter_context(Broker("log_dest topic", "sys_interval 1"))
        url = stack.enter_context(prepared())
        made = Pair(tmp_path, broker, stack.enter_context(Receiver()), url)
        for server in made.servers:
            stack.push(server)
        yield made


@contextmanager
def phone(pair: Pair) -> Iterator[MqttPhone]:
    made = MqttPhone(pair.broker.port, "jane/phone")
    try:
        yield made
    finally:
        made.leaves()


def said(entry: HistoryEntry) -> str:
    body = json.loads(entry.body)
    return json.dumps({name: body[name] for name in sorted(body) if name not in OURS})


def crosses(event: str, desc: str) -> dict[str, Any]:
    return {"_type": "transition", "event": event, "desc": desc, "tst": int(time.time())}


@pytest_twisted.ensureDeferred
async def test_what_two_servers_hear_is_in_the_store_once_and_told_once(pair, tmp_path):
    robot = [sys.executable, "-m", "sightline.cli.main", "simulate", "probot"]
    robot += ["--broker", f"127.0.0.1:{pair.broker.port}"]
    with ExitStack() as stack:
        jane = stack.enter_context(phone(pair))
        stack.callback(ChildProcess(robot, tmp_path / "robot.log").end)
        await pair.both_ready()
        jane.says(location())
        untimed = location(lat=52.2)
        del untimed["tst"]
        jane.says(untimed)
        jane.says(crosses("enter", "Gym"), "/event")
        jane.says(crosses("leave", "Gym"), "/event")
        ahead = crosses("enter", "Work") | {"tst": int(time.time()) + 3600}
        jane.says(ahead, "/event")
        await pair.known_to_both(
            lambda things: (
                sum(key.startswith("crossing/") for key in things) == 3
                and things.get("probot/ProBot1", {}).get("presence") == "live"
                and "sys" in things["broker/main"]
                and any(key.startswith("log/") for key in things)
            ),
            "all of it",
        )
        await until(lambda: len(pair.told) >= 3, "the webhook")
        await pair.has_kept(
            lambda found: (
                len(found.get((JANE, "fix"), ())) >= 2
                and len(found.get((JANE, "transition"), ())) >= 3
                and len(found.get((JANE, "crossing"), ())) >= 3
                and {("server/a", "figures"), ("server/b", "figures")} <= set(found)
                and any(sort == "log" for _, sort in found)
            ),
            "all of it",
        )
        for name in "ab":  # each server's own figures can be asked for at any of them
            told = await deferToThread(call, pair.b, f"api/1/history/server/{name}?type=figures")
            assert told[1]["count"] >= 1, told
    for server in pair.servers:
        await deferToThread(server.end)  # what waits for the store is written
    found = await pair.entries()
    counts = {key: len(entries) for key, entries in found.items()}
    assert counts[JANE, "fix"] == 2
    assert counts[JANE, "transition"] == 3
    assert counts[JANE, "crossing"] == 3, [one.body for one in found[JANE, "crossing"]]
    assert {"server/a", "server/b"} == {thing for thing, _ in found if "server" in thing}
    assert "log" in {sort for _, sort in found}
    for (thing, sort), entries in found.items():
        twice = [
            (one.body, other.body)
            for one, other in itertools.pairwise(entries)
            if said(one) == said(other) and other.tst - one.tst < 1
        ]
        assert not twice, (thing, sort)
        # Samples: never closer than one server takes them, as long as the same one is on duty.
        if sort in ("state", "figures") and pair.changes_of_duty == 0:
            apart = [other.tst - one.tst for one, other in itertools.pairwise(entries)]
            assert all(each > 9 for each in apart), (thing, sort, apart)
    assert len(pair.told) == len(set(pair.told))
    # What a phone said whose clock is ahead may be told once more by who takes duty over meanwhile.
    assert len(pair.told) == 3 if pair.changes_of_duty == 0 else len(pair.told) in (3, 4)


@pytest_twisted.ensureDeferred
async def test_what_happens_while_nobody_is_on_duty_is_kept_and_told_by_who_follows(pair):
    await pair.both_ready()
    with phone(pair) as jane:
        jane.says(location())
        jane.says(crosses("enter", "Gym"), "/event")
        await until(lambda: len(pair.told) == 1, "the first crossing")
        await pair.known_to_both(
            lambda things: any(key.startswith("crossing/") for key in things), "the first"
        )
        await deferToThread(pair.a.end, SIGKILL)
        jane.says(crosses("leave", "Gym"), "/event")
        await _sees(
            pair.b,
            lambda things: sum(key.startswith("crossing/") for key in things) == 2,
            "the second",
        )
        await until(lambda: len(set(pair.told)) == 2, "the second crossing")
        await pair.has_kept(
            lambda found: len(found.get((JANE, "crossing"), ())) >= 2, "both crossings"
        )
        await deferToThread(pair.b.end)
    found = await pair.entries()
    crossed = [json.loads(one.body)["event"] for one in found[JANE, "crossing"]]
    assert sorted(crossed) == ["enter", "leave"]
    lines = [said(one) for one in found["broker/main", "log"]]
    assert len(lines) == len(set(lines))


@pytest_twisted.ensureDeferred
async def test_a_phone_may_post_to_any_server_and_is_asked_by_any(pair):
    await pair.both_ready()
    await deferToThread(sightline, pair.a, "user", "add", "jane", "--own", "friend/jane")
    browsers = [await Browser(server.port).enters() for server in pair.servers]
    with phone(pair) as jane:
        jane.says(location(lat=53))
        for browser in browsers:
            await browser.sees(lambda things: JANE in things, "jane")
    link = await linked(browsers[0], pair.a)
    given = _configuration(link)
    here = location(lat=54)
    await until(  # as a phone does: again while it is told to
        lambda: deferToThread(ask, given["url"], here, **login(given)),
        lambda: f"an answer:\n{pair.a.logged[-2000:]}",
        such=lambda answer: answer[0] != 503,
    )
    for browser in browsers:
        await browser.sees(lambda things: things[JANE]["lat"] == 54, "the post")
        await browser.sees(lambda things: transport(things) == "http", "how it was heard")
    assert (await browsers[1].asks("locate", thing=JANE))["ok"]
    await browsers[0].sees(lambda things: "asked" in commands(things), "what b was asked")
    _, friends = await deferToThread(ask, given["url"], location(lat=55), **login(given))
    assert [one["action"] for one in friends if one["_type"] == "cmd"] == ["reportLocation"]
    await browsers[1].sees(lambda things: "sent" in commands(things), "that a handed it over")
    for browser in browsers:
        await browser.leaves()
    await pair.has_kept(lambda found: len(found.get((JANE, "fix"), ())) >= 3, "all three fixes")
    for server in pair.servers:
        await deferToThread(server.end)
    assert len((await pair.entries())[JANE, "fix"]) == 3


def transport(things: dict[str, Any]) -> str | None:
    found: str | None = things.get("phone/jane/phone", {}).get("transport")
    return found


def commands(things: dict[str, Any]) -> list[str]:
    return [one["state"] for one in things.get("phone/jane/phone", {}).get("commands", ())]


def _configuration(link: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(unquote(link.partition("inline=")[2])))
    return found


@pytest_twisted.ensureDeferred
async def test_who_is_erased_at_one_server_leaves_nothing_at_the_other(pair):
    await pair.both_ready()
    with phone(pair) as jane:
        jane.says(location(poi="the-secret-place"))
        await pair.known_to_both(lambda things: JANE in things, "jane")
    archives = [server.folder / "state" / "archive" for server in pair.servers]
    for archive in archives:
        await until(lambda a=archive: _holds(a, b"the-secret-place"), "the archive")
    await deferToThread(sightline, pair.a, "user", "add", "root", "--role", "admin")
    asked = {"name": "root", "password": GOOD}
    _, _, cookie = await until(  # the server notices the new account within a second or two
        lambda: deferToThread(call, pair.a, "api/1/session", asked),
        "the account",
        such=lambda answer: answer[2],
    )
    status, said, _ = await deferToThread(
        call, pair.a, "api/1/friends/jane/phone/erase", {"confirm": "jane/phone"}, cookie
    )
    assert status == 200, said
    for archive in archives:
        await until(lambda a=archive: not _holds(a, b"the-secret-place"), "its erasure")
    await pair.known_to_both(lambda things: JANE not in things, "that jane is gone")
    for server in pair.servers:
        await deferToThread(server.end)
    assert not [thing for thing, _ in await pair.entries() if "jane" in thing]


def _holds(folder: Path, text: bytes) -> bool:
    return any(text in path.read_bytes() for path in folder.glob("*.jsonl"))
