"""Two servers at one broker without a common store: neither drives, and both say so."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.task import Clock

from broker import accepts
from driving.scene import Driver, Scene, moves, pause, until
from driving.test_service import Play
from sightline.driving.peers import LISTEN, LOST_AFTER, TOPIC, OtherServers
from sightline.kinds.probots.commands import STOP

OTHER = TOPIC + "0123456789abcdef"
STORE = "a" * 16


@pytest.fixture
def clock() -> Clock:
    return Clock()


def listening(clock: Clock, store: str = "") -> OtherServers:
    peers = OtherServers(clock.seconds, "ours", lambda: store, "here.example")
    peers.listens = True
    peers.linked(True)
    clock.advance(LISTEN)
    return peers


def test_a_stranger_is_in_conflict_until_it_says_goodbye_or_falls_silent(clock):
    peers = listening(clock)
    assert (peers.conflict, peers.unknown) == ("", "")
    assert peers.receive(OTHER, b"here - there.example")  # is to be answered
    assert not peers.receive(OTHER, b"here - there.example")
    assert "there.example" in peers.conflict
    peers.receive(OTHER, b"gone")
    assert peers.conflict == ""
    peers.receive(OTHER, b"here - there.example")
    clock.advance(LOST_AFTER)
    assert peers.conflict == ""


def test_servers_of_one_store_are_no_strangers_and_of_two_they_are(clock):
    peers = listening(clock, STORE)
    peers.receive(OTHER, f"here {STORE} b".encode())
    assert peers.conflict == ""
    for word in (f"here {'b' * 16} c", "here - c"):
        peers.receive(OTHER, word.encode())
        assert "on c" in peers.conflict
    peers.receive(OTHER, f"here {STORE} b".encode())
    assert peers.conflict == ""
    alone = listening(clock)
    alone.receive(OTHER, f"here {STORE} b".encode())
    assert alone.conflict


def test_our_own_word_and_nonsense_are_nobody(clock):
    peers = listening(clock)
    peers.receive(peers.topic, peers.payload.encode())
    for odd in (b"", b"here", b"here -", b"here x y", b"here - <b>", b"here - a b", b"\xff"):
        peers.receive(OTHER, odd)
    assert peers.conflict == ""
    for number in range(100):
        peers.receive(f"{TOPIC}{number}", b"here - x%d" % number)
    assert len(peers.strangers) == 16
    assert len(peers.conflict) < 250


def test_a_name_of_any_form_is_told_in_a_form_that_can_be_read(clock):
    teller = OtherServers(clock.seconds, "other", str, "ä b\n" + "x" * 100)
    peers = listening(clock)
    peers.receive(teller.topic, teller.payload.encode())
    assert peers.strangers == ["_" + "_b_" + "x" * 60]


def test_who_cannot_hear_or_has_just_come_only_listens(clock):
    peers = OtherServers(clock.seconds, "ours", str, "h")
    assert peers.unknown == ""  # nobody asked for it
    peers.listens = True
    assert peers.unknown
    peers.linked(True)
    assert peers.unknown
    clock.advance(LISTEN)
    peers.linked(True)
    assert peers.unknown == ""
    peers.linked(False)
    assert peers.unknown


def stranger(play: Play, word: bytes = b"here - there") -> None:
    if play.other_servers.receive(OTHER, word) or word == b"gone":
        play.service.other_servers_changed("main")


def test_with_a_stranger_there_who_drives_is_stopped_at_once_and_nobody_takes_anything():
    play = Play()
    amy = play.page().drives()
    stranger(play)
    assert play.broker.keys == [STOP]
    assert "another Sightline" in play.lease().why
    for _ in range(3):
        amy.frame()
        amy.frame(0.4)
        play.clock.advance(0.02)
    assert set(play.broker.keys) <= {STOP}
    amy.asks("release", lease=amy.fence)
    answer = play.page("root", "admin").asks("takeover")
    assert (answer["code"], "there" in answer["why"]) == ("two_servers", True)
    assert play.page("eve", "viewer").asks("stop")["ok"]
    assert "another Sightline" in play.world.state("guard/main").driving
    assert [line.what for line in play.audit if line.who == "another server"] == ["alarm"]
    stranger(play, b"gone")
    assert play.world.state("guard/main").driving is None
    play.page().drives()


@pytest_twisted.async_yield_fixture()
async def two(tmp_path: Path, request: Any) -> AsyncIterator[tuple[Scene, Scene]]:
    """Two servers in two folders at one broker; of the second only the server is its own."""
    first = Scene(tmp_path / "a", guard=False, lines=f'client_id = "{request.param[0]}"\n')
    second = Scene(tmp_path / "b", guard=False, lines=f'client_id = "{request.param[1]}"\n')
    second.broker = first.broker
    try:
        await first.begins()
        yield first, second
    finally:
        for process in second.processes:
            process.end(signal.SIGTERM)
        await first.ends()


async def refused(driver: Driver) -> bool:
    answer = await driver.asks("take")
    # no_driving: they fight for one client id, and that was seen before the other server was
    codes = ("two_servers", "no_driving", "no_broker", "offline")
    return not answer["ok"] and answer["code"] in codes


@pytest.mark.parametrize("two", [("one", "one"), ("one", "another")], indirect=True)
@pytest_twisted.ensureDeferred
async def test_of_two_servers_neither_drives_until_it_is_settled(
    two: tuple[Scene, Scene], request: Any
):
    first, second = two
    amy = await first.drives()
    since = time.monotonic()
    second.serve()
    await until(lambda: accepts(second.web), "the second server")
    await first.sees(
        lambda things: "another Sightline" in things["guard/main"].get("driving", ""), "the words"
    )
    await first.rests(since)
    met = time.monotonic()
    there = await Driver(second.web, "bob:operator").enters()
    here = await first.comes("root:admin")
    try:
        for _ in range(10):
            assert await refused(there)
            assert await refused(here)
            await pause(0.2)
        assert first.recorder.motion(met) == []
    finally:
        await there.leaves()
    assert "another Sightline" in (first.folder / "server.log").read_text()
    second.server.end(signal.SIGTERM)
    # Who fought for one client id does not drive for two minutes more: broker_ports' `no_driving`.
    await first.sees(
        lambda things: "another Sightline" not in things["guard/main"].get("driving", ""), "the end"
    )
    if second.lines != first.lines:  # else the link is away for as long as they fought for it
        amy.lets_go()
        await pause(0.1)
        await moves(amy, first.recorder)
