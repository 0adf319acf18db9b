"""Phones at several servers: what is posted at one, and asked at another, all of them know."""

from __future__ import annotations

import json
from typing import Any

import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from owntracks.scene import PhoneScene, fix
from sightline.cluster.messages import Peers, topic
from sightline.kinds.friends.model import Waypoint
from sightline.kinds.friends.phone import REMEMBERED, Phone, PhoneCommand, RegionSync, merged
from sightline.model.kind import Arrival

JANE = "jane/phone"
HOME = Waypoint("Home", 52.1, 5.1, 80.0, 1700000000, "aaaaaaaa")
WORK = Waypoint("Work", 48.85, 2.29, 100.0, 1700000001, "bbbbbbbb")
READY: dict[str, Any] = {"_type": "waypoints", "waypoints": []}


class Air:
    """The broker between servers: brings everything to everybody, its sender included."""

    def __init__(self) -> None:
        self.servers: dict[str, Peers] = {}
        self.up = True
        self.said: list[str] = []
        self.clock = Clock()

    def joins(self, name: str) -> Peers:
        self.servers[name] = others = Peers(self.clock, name, self.brings)
        others.startService()
        return others

    def brings(self, topic: str, payload: bytes, qos: int) -> bool:
        if self.up:
            self.said.append(topic)
            for others in self.servers.values():
                rest = others.sift([Arrival(topic, payload, False, 1, 1_795_235_000.5)])
                assert rest == []
        return self.up


class Pair:
    async def opens(self, open_web: Any) -> Pair:
        self.air = Air()
        self.a, self.b = (
            PhoneScene(None, self.air.joins("a")),
            PhoneScene(None, self.air.joins("b")),
        )
        self.b.on_duty = False
        for here in (self.a, self.b):
            await here.opens(open_web)
            self.login = await here.login("jane", f"friend/{JANE}")
        return self

    async def posts(self, here: PhoneScene, **more: Any) -> list[dict[str, Any]]:
        login = await here.login("jane", f"friend/{JANE}")
        answer = await here.posts(fix(**more), login, user="jane", device="phone")
        assert answer.status == 200
        said: list[dict[str, Any]] = json.loads(answer.data)
        return [one for one in said if one["_type"] == "cmd"]

    def hear(self, payload: Any, part: str = "") -> None:
        """A message by MQTT, at both."""
        for here in (self.a, self.b):
            here.hears(JANE, payload, part)

    @property
    def sent(self) -> list[str]:
        """What both of them sent by MQTT."""
        return [said["action"] for here in (self.a, self.b) for _, said in here.sent]


def states(here: PhoneScene) -> list[tuple[str, str]]:
    return [(each.do, each.state) for each in here.phone(JANE).commands]


# -- posts


@pytest_twisted.ensureDeferred
async def test_what_is_posted_at_one_server_is_known_to_the_other_as_posted(open_web):
    pair = await Pair().opens(open_web)
    await pair.posts(pair.a, lat=48.85)
    assert pair.b.friend(JANE).lat == 48.85
    (found,) = pair.b.fixes._stored[f"friend/{JANE}"]
    assert found[1]  # by HTTP
    assert pair.b.phone(JANE).transport == "http"
    assert pair.b.home.hub.ingest.accepted == 1
    assert pair.a.home.hub.ingest.accepted == 1  # its own came back, and was let be


@pytest_twisted.ensureDeferred
async def test_junk_and_what_is_refused_goes_no_further(open_web):
    pair = await Pair().opens(open_web)
    login = await pair.a.login("jane", f"friend/{JANE}")
    await pair.a.posts({"_type": "location"}, login, user="jane", device="phone")
    await pair.a.posts(fix(), "Basic ???", user="jane", device="phone")
    assert pair.air.said == []


@pytest_twisted.ensureDeferred
async def test_posts_wait_for_a_broker_that_is_away_in_order(open_web):
    pair = await Pair().opens(open_web)
    pair.air.up = False
    await pair.posts(pair.a, tst=1_795_234_000)
    await pair.posts(pair.a, tst=1_795_234_001)
    assert "friend/jane/phone" not in pair.b.home.world
    pair.air.up = True
    pair.air.clock.advance(1)
    assert pair.b.friend(JANE).tst == 1_795_234_001
    assert pair.b.home.hub.ingest.accepted == 2


@pytest.mark.parametrize(
    ("what", "about", "payload"),
    [
        ("posted", "jane", b"{}"),
        ("phone", "jane", b"{}"),
        ("phone", JANE, b'{"commands":7}'),
        ("phone", JANE, b"\xff"),
        ("phone", JANE, b"[" * 60_000),
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_makes_no_sense_is_refused_and_changes_nothing(open_web, what, about, payload):
    pair = await Pair().opens(open_web)
    before = list(pair.b.home.world)
    others = pair.air.servers["b"]
    others.sift([Arrival(topic("a", what, about), payload, False, 1, 1.0)])
    assert others.refused == 1
    assert list(pair.b.home.world) == before


@pytest_twisted.ensureDeferred
async def test_a_post_that_cannot_be_read_is_put_aside_as_any_message(open_web):
    pair = await Pair().opens(open_web)
    pair.air.brings(topic("c", "posted", JANE), b"{", 1)
    assert pair.b.home.hub.ingest.rejected["not_json"] == 1


# -- commands


@pytest_twisted.ensureDeferred
async def test_what_was_asked_at_one_server_is_fetched_at_the_other_once(open_web):
    pair = await Pair().opens(open_web)
    await pair.posts(pair.a)
    pair.b.phones.ask(JANE, "locate", "jane")
    assert states(pair.a) == [("locate", "asked")]
    (command,) = await pair.posts(pair.a)
    assert command["action"] == "reportLocation"
    assert states(pair.a) == states(pair.b) == [("locate", "sent")]
    assert await pair.posts(pair.b) == []
    assert pair.sent == []


@pytest_twisted.ensureDeferred
async def test_two_servers_that_are_asked_at_the_same_moment_lose_neither(open_web):
    pair = await Pair().opens(open_web)
    await pair.posts(pair.a)
    pair.air.up = False
    pair.a.phones.ask(JANE, "locate", "jane")
    pair.b.phones.ask(JANE, "status", "jane")
    pair.air.up = True
    pair.air.clock.advance(1)
    assert {one["action"] for one in await pair.posts(pair.b)} == {"reportLocation", "status"}


@pytest_twisted.ensureDeferred
async def test_what_waits_for_a_phone_that_comes_back_by_mqtt_is_carried_by_the_one_on_duty(
    open_web,
):
    pair = await Pair().opens(open_web)
    await pair.posts(pair.b)
    pair.b.phones.ask(JANE, "locate", "jane")
    pair.hear(fix(tst=1_795_234_999))
    assert pair.sent == ["reportLocation"]
    assert len(pair.a.sent) == 1
    assert states(pair.a) == states(pair.b) == [("locate", "sent")]


@pytest_twisted.ensureDeferred
async def test_what_nobody_carried_is_carried_by_who_comes_on_duty(open_web):
    pair = await Pair().opens(open_web)
    await pair.posts(pair.b)
    pair.b.phones.ask(JANE, "locate", "jane")
    pair.a.on_duty = False
    pair.hear(fix(tst=1_795_234_999))
    assert pair.sent == []
    pair.b.on_duty = True
    for here in (pair.a, pair.b):
        here.home.clock.advance(10)
    assert pair.sent == ["reportLocation"]


@pytest_twisted.ensureDeferred
async def test_regions_that_change_are_sent_once_to_a_phone_whichever_server_sent_the_first(
    open_web,
):
    pair = await Pair().opens(open_web)
    pair.hear(fix())
    pair.hear(READY, "/waypoints")
    for here in (pair.a, pair.b):
        here.regions.puts(HOME)
    pair.b.phones.ask(JANE, "regions", "jane")
    assert pair.sent.count("setWaypoints") == 1
    for here in (pair.a, pair.b):
        here.regions.puts(HOME, WORK)
        here.home.clock.advance(2)
    assert pair.sent.count("setWaypoints") == 2
    assert [said["action"] for _, said in pair.a.sent].count("setWaypoints") == 1
    assert pair.a.phone(JANE).regions == pair.b.phone(JANE).regions


@pytest_twisted.ensureDeferred
async def test_regions_that_changed_while_nobody_was_on_duty_are_sent_by_who_comes(open_web):
    pair = await Pair().opens(open_web)
    pair.hear(fix())
    pair.hear(READY, "/waypoints")
    pair.b.phones.ask(JANE, "regions", "jane")
    pair.a.on_duty = False
    for here in (pair.a, pair.b):
        here.regions.puts(HOME)
        here.home.clock.advance(2)
    assert pair.sent.count("waypoints") == 1
    pair.b.on_duty = True
    for here in (pair.a, pair.b):
        here.home.clock.advance(10)
    assert pair.sent.count("waypoints") == 2


# -- two words about one phone


def command(
    n: int, state: Any, at: float = 1.0, by: str = "jane", do: Any = "locate"
) -> PhoneCommand:
    return PhoneCommand(n=n, do=do, state=state, at=at, by=by)


def test_a_command_is_as_far_as_the_server_says_that_knows_more():
    ours = Phone(commands=(command(1, "sent"), command(2, "done")))
    theirs = Phone(commands=(command(1, "asked"), command(2, "sent"), command(3, "asked")))
    both = (command(1, "sent"), command(2, "done"), command(3, "asked"))
    assert merged(ours, theirs).commands == both == merged(theirs, ours).commands


def test_of_the_regions_the_newer_word_counts():
    old, new = RegionSync(state="sent", at=1.0), RegionSync(state="confirmed", at=2.0)
    for ours, theirs in ((old, new), (new, old), (None, new), (new, None)):
        assert merged(Phone(regions=ours), Phone(regions=theirs)).regions == new


commands = st.builds(
    command,
    st.integers(1, 20),
    st.sampled_from(["asked", "sent", "done", "failed", "expired"]),
    st.floats(0, 100),
    st.sampled_from(["jane", "bob"]),
    st.sampled_from(["locate", "read"]),
)
phones = st.builds(
    Phone,
    commands=st.lists(commands, max_size=12, unique_by=lambda c: (c.n, c.by, c.do)).map(tuple),
)


@given(phones, phones)
def test_whatever_another_server_says_no_more_is_kept_than_there_is_room_for(ours, theirs):
    both = merged(ours, theirs)
    assert len(both.commands) <= REMEMBERED
    assert {c.state for c in both.commands} <= {c.state for p in (ours, theirs) for c in p.commands}
    assert merged(both, both) == both
