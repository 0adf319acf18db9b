"""Two servers, one PostgreSQL: a rule fires once, whichever leads and whichever is killed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from signal import SIGKILL
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from arrivals import INSIDE, OUTSIDE, REGION, Phones, about, alerts, more_than_once, told
from browser import Browser
from postgres import cluster, needs_postgres
from receiver import Receiver
from sightline_process import SightlineProcess
from test_replicas_accounts import Pair, does

pytestmark = needs_postgres
MORE = """
[regions]
fixes = 1
[channels]
private = true
"""


class Home(Pair):
    """Two servers with a region, and a webhook of root, who wants to know who comes there."""

    def __init__(self, stack: ExitStack) -> None:
        super().__init__(stack, MORE)
        self.hook = stack.enter_context(Receiver())
        self.phones = Phones(self.broker.port)
        stack.callback(self.phones.close)

    async def begins(self) -> Home:
        await super().begins()
        await self.enters_both()
        region = await does(self.at_one, "region", **REGION)
        self.region = region["thing"].partition("/")[2]
        asked = {"type": "webhook", "name": "hook", "address": self.hook.url}
        status, said, _ = await self.calls(self.one, "channels", asked, self.root)
        assert status == 201, said
        made = await does(self.at_one, "rule", **self.rule("arrives"))
        self.made = str(made["thing"])
        await self.both_see(lambda things: self.made in things, "the rule")
        return self

    def rule(self, what: str) -> dict[str, Any]:
        condition = {"type": what, "region": self.region}
        return {"about": ["friend"], "condition": condition, "tell": [{"account": "root"}]}

    async def enters_both(self) -> None:
        self.at_one = await self.enters(self.one, self.root)
        self.at_two = await self.enters(self.two, self.root)
        await self.both_see(
            lambda things: "connected" in str(things.get("broker/main", {}).get("link")),
            "the broker",
        )

    async def both_see(self, fact: Any, what: str) -> None:
        for browser in (self.at_one, self.at_two):
            await browser.sees(fact, what)

    async def leader(self) -> tuple[SightlineProcess, SightlineProcess, Browser]:
        """Who is on duty; who is not, and a browser there."""
        found: list[Browser] = []

        def leads(browser: Browser) -> bool:
            return bool(browser.picture.things.get("server/sightline", {}).get("on_duty"))

        def known() -> bool:
            found[:] = [each for each in (self.at_one, self.at_two) if leads(each)]
            return len(found) == 1

        await self.until(known, "one server that is on duty")
        if found == [self.at_one]:
            return self.one, self.two, self.at_two
        return self.two, self.one, self.at_one

    async def comes(self, name: str, *browsers: Browser, ago: float = 0.0) -> None:
        """Somebody is seen outside, and a minute later at home."""
        tst = time.time() - ago
        self.phones.are_at(OUTSIDE, tst - 60, [name])
        for browser in browsers:
            await browser.sees(lambda things: f"friend/{name}/phone" in things, name)
        self.phones.are_at(INSIDE, tst, [name])

    def has_stored_where(self, name: str) -> Callable[[], bool]:
        """Whether the common store has that somebody is at home now."""

        def stored() -> bool:
            with cluster().connect(self.database.rpartition("/")[2]) as sql:
                asked = "SELECT body FROM history.standing WHERE thing = %s"
                found = sql.execute(asked, (f"friend/{name}/phone",)).fetchone()
            return found is not None and json.loads(found[0])["lat"] == INSIDE

        return stored

    async def is_told(self, name: str) -> dict[str, Any]:
        """The webhook is told of somebody; what it is told."""
        await self.until(
            lambda: about(self.hook, name), lambda: f"word of {name}; it has {told(self.hook)}"
        )
        return about(self.hook, name)[0]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.mark.timeout(400)
@pytest_twisted.ensureDeferred
async def test_a_rule_fires_once_whichever_leads_and_is_the_same_at_both(stack):
    home = await Home(stack).begins()
    await home.comes("jane", home.at_one, home.at_two)
    await home.is_told("jane")
    await home.both_see(
        lambda things: [each["told"][0]["state"] for each in alerts(things, "jane").values()]
        == ["sent"],
        "one alert, and that it was told",
    )  # fmt: skip

    # Acknowledged at one: so it is at the other.
    (key,) = alerts(home.at_one.picture.things)
    await does(home.at_one, "alert", thing=key, act="acknowledge", note="On it")
    await home.at_two.sees(
        lambda things: [things[key].get(name) for name in ("status", "by", "note")]
        == ["acknowledged", "root", "On it"],
        "who acknowledged it",
    )  # fmt: skip

    # Changed at the one that does not lead: the leader judges by it from now on.
    leads, _, follower = await home.leader()
    changed = home.rule("leaves") | {"thing": home.made, "version": 1}
    await does(follower, "rule", **changed)
    await home.both_see(lambda things: things[home.made]["version"] == 2, "the change")
    tst = time.time()
    home.phones.are_at(INSIDE, tst - 60, ["bob"])
    await home.both_see(lambda things: "friend/bob/phone" in things, "bob")
    home.phones.are_at(OUTSIDE, tst, ["bob"])
    said = await home.is_told("bob")
    assert "Home" in said["title"]
    await home.both_see(lambda things: len(alerts(things, "bob")) == 1, "that bob has left")
    assert list(alerts(home.at_one.picture.things, "bob")) == list(
        alerts(home.at_two.picture.things, "bob")
    )

    # The leader is killed: the other tells of the next, once.
    await deferToThread(leads.end, SIGKILL)
    tst = time.time()
    home.phones.are_at(INSIDE, tst - 60, ["carl"])
    await follower.sees(lambda things: "friend/carl/phone" in things, "carl")
    home.phones.are_at(OUTSIDE, tst, ["carl"])
    await follower.sees(lambda things: len(alerts(things, "carl")) == 1, "that carl has left")
    await home.is_told("carl")
    assert more_than_once(home.hook) == {}
    assert len(told(home.hook)) == len(alerts(follower.picture.things)) == 3
    await follower.leaves()


@pytest.mark.timeout(400)
@pytest_twisted.ensureDeferred
async def test_who_comes_while_both_are_down_is_told_of_once_when_they_are_back(stack):
    home = await Home(stack).begins()
    await home.comes("jane", home.at_one, home.at_two)
    await home.is_told("jane")
    await home.both_see(
        lambda things: [each["told"][0]["state"] for each in alerts(things).values()] == ["sent"],
        "that jane's coming was told",
    )
    # Seen and perhaps acknowledged, and perhaps by one of them alone: killed at once.
    home.phones.are_at(OUTSIDE, time.time() - 60, ["bob"])
    await home.both_see(lambda things: "friend/bob/phone" in things, "bob")
    await deferToThread(home.one.end, SIGKILL)
    await deferToThread(home.two.end, SIGKILL)

    # The broker keeps for them what is said now. One hears it, and acknowledges it, and is killed
    # before it leads: the other was told nothing of it, and knows where it brought bob.
    home.phones.are_at(INSIDE, time.time(), ["bob"])
    await deferToThread(home.two.start)
    await home.until(home.has_stored_where("bob"), "where bob is now")
    await deferToThread(home.two.end, SIGKILL)
    for server in (home.one, home.two):
        await deferToThread(server.start)
    await home.is_told("bob")
    await home.enters_both()
    await home.both_see(lambda things: len(alerts(things)) == 2, "the second alert")

    # Both have judged it: what happens next is told, and nothing once more.
    await home.comes("carl", home.at_one, home.at_two)
    await home.is_told("carl")
    await home.both_see(lambda things: len(alerts(things)) == 3, "three alerts")
    assert more_than_once(home.hook) == {}
    assert len(told(home.hook)) == 3
    for browser in (home.at_one, home.at_two):
        await browser.leaves()
