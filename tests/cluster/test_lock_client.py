"""Locks: never two servers that may act, whatever is slow, lost, cut off or frozen.

Covers cluster/locks.py, cluster/lock_beats.py and cluster/lock_store.py.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError

from cluster.sky import Server, Sky, pass_time
from sightline.cluster.lock_client import DUTY
from sightline.cluster.locks import BEAT, DEAD_AFTER, HOLD, Declined, HeldElsewhere

ROBOT = "probot/ProBot1"


class Scene:
    """Some servers over one store that answers at once."""

    def __init__(self, *names: str) -> None:
        self.sky = Sky(random.Random(1))
        self.servers = [Server(self.sky, name) for name in names]

    def passes(self, seconds: float) -> None:
        pass_time(self.sky, self.servers, seconds)


@pytest.fixture
def scene() -> Scene:
    return Scene("a", "b")


def got(server: Server, work: Any) -> Any:
    """The result of what takes no time."""
    results: list[Any] = []
    server.does(work).addBoth(results.append)
    assert results, "it waits"
    result = results[0]
    if hasattr(result, "raiseException"):
        result.raiseException()
    return result


def test_what_one_server_holds_another_does_not_get(scene):
    a, b = scene.servers
    assert got(a, a.client.take(ROBOT, "amy")) == 1
    with pytest.raises(HeldElsewhere) as held:
        got(b, b.client.take(ROBOT, "bob"))
    assert (held.value.lock.who, held.value.lock.server) == ("amy", "a")
    scene.passes(60)
    assert a.client.holds(ROBOT)
    with pytest.raises(HeldElsewhere):
        got(b, b.client.take(ROBOT, "bob"))


def test_what_is_given_back_is_anybodys_at_once_with_a_greater_fence(scene):
    a, b = scene.servers
    first = got(a, a.client.take(ROBOT, "amy"))
    a.client.release(ROBOT)
    assert not a.client.holds(ROBOT)
    assert got(b, b.client.take(ROBOT, "bob")) > first


def test_taken_again_by_the_same_server_it_has_a_new_fence(scene):
    a, _ = scene.servers
    assert got(a, a.client.take(ROBOT, "amy")) < got(a, a.client.take(ROBOT, "amy"))
    assert a.client.holds(ROBOT)


def test_who_is_cut_off_stops_acting_before_another_may_begin(scene):
    a, b = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    a.cut = True
    waited = 0.0
    while a.client.holds(ROBOT):
        scene.passes(0.05)
        waited += 0.05
        with pytest.raises(HeldElsewhere):
            got(b, b.client.take(ROBOT, "bob"))
    assert waited <= HOLD + BEAT
    scene.passes(BEAT)
    assert a.lost == [DUTY, ROBOT]
    scene.passes(DEAD_AFTER)
    assert got(b, b.client.take(ROBOT, "bob"))


def test_who_was_frozen_finds_its_time_over_before_it_does_anything(scene):
    a, b = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    a.frozen = True
    scene.passes(DEAD_AFTER + 2 * BEAT)
    assert got(b, b.client.take(ROBOT, "bob"))
    a.frozen = False  # nothing ran yet
    assert not a.client.holds(ROBOT)
    scene.passes(BEAT)
    assert ROBOT in a.lost
    assert b.client.holds(ROBOT)


def test_a_server_that_comes_back_waits_until_its_earlier_run_is_old(scene):
    a, _ = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    a.frozen = True  # killed, in truth
    again = Server(scene.sky, "a")
    scene.servers.append(again)
    with pytest.raises(HeldElsewhere):
        got(again, again.client.take(ROBOT, "amy"))
    scene.passes(DEAD_AFTER + BEAT)
    assert got(again, again.client.take(ROBOT, "amy"))


def test_a_short_absence_of_the_store_costs_nobody_anything(scene):
    a, _ = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    scene.passes(0.5)
    a.cut = True
    scene.passes(BEAT)
    assert a.client.trouble
    a.cut = False
    scene.passes(2 * BEAT)
    assert a.lost == []
    assert a.client.holds(ROBOT)
    assert not a.client.trouble


def test_the_others_see_who_it_is_and_what_the_holder_tells(scene):
    a, b = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    a.client.tell(ROBOT, '{"holder":"amy"}')
    scene.passes(2 * BEAT)
    seen = b.client.elsewhere(ROBOT)
    assert seen is not None
    assert (seen.who, seen.told) == ("amy", '{"holder":"amy"}')
    assert ROBOT in [claim.name for claim in b.client.all_elsewhere()]
    assert a.client.elsewhere(ROBOT) is None
    a.client.release(ROBOT)
    scene.passes(BEAT)
    assert b.client.elsewhere(ROBOT) is None


def test_who_takes_over_is_heeded_and_gets_it_when_all_is_said(scene):
    a, b = scene.servers
    first = got(a, a.client.take(ROBOT, "amy"))
    won: list[Any] = []
    b.does(b.client.win(ROBOT, "root", over=True, seconds=10)).addBoth(won.append)
    scene.passes(1.1 * BEAT)
    assert [(want.who, want.over) for want in a.wanted] == [("root", True)]
    assert not won, "it takes nothing by itself"
    a.client.release(ROBOT)
    scene.passes(0.2)
    assert won
    assert won[0] > first
    assert b.client.holds(ROBOT)


def test_who_takes_over_from_the_dead_gets_it_when_it_is_old(scene):
    a, b = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    a.frozen = True
    won: list[Any] = []
    b.does(b.client.win(ROBOT, "root", over=True, seconds=10)).addBoth(won.append)
    scene.passes(DEAD_AFTER - 0.5)
    assert not won
    scene.passes(1.0)
    assert won
    assert b.client.holds(ROBOT)


def test_who_asks_may_be_declined(scene):
    a, b = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    won: list[Any] = []
    b.does(b.client.win(ROBOT, "bob", over=False, seconds=20)).addBoth(won.append)
    scene.passes(1.1 * BEAT)
    (want,) = a.wanted
    assert not want.over
    a.client.decline(ROBOT, want.n)
    scene.passes(0.5)
    assert won[0].check(Declined)
    scene.passes(0.1)
    assert scene.sky.table.rows[ROBOT].wanted is None
    assert a.client.holds(ROBOT)


def test_one_asks_at_a_time_and_who_may_take_over_goes_first(scene):
    a, b = scene.servers
    c = Server(scene.sky, "c")
    scene.servers.append(c)
    got(a, a.client.take(ROBOT, "amy"))
    asking = b.does(b.client.win(ROBOT, "bob", over=False, seconds=20))
    asking.addErrback(lambda failure: failure.trap(HeldElsewhere))
    scene.passes(1.1 * BEAT)
    c.does(c.client.win(ROBOT, "root", over=True, seconds=10))
    scene.passes(1.1 * BEAT)
    assert [want.who for want in a.wanted] == ["bob", "root"]


def test_who_leaves_takes_the_wish_back(scene):
    a, b = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    ended: list[Any] = []
    asking = b.does(b.client.win(ROBOT, "bob", over=False, seconds=20)).addErrback(ended.append)
    scene.passes(1.1 * BEAT)
    assert scene.sky.table.rows[ROBOT].wanted is not None
    asking.cancel()
    scene.passes(0.1)
    assert ended[0].check(CancelledError)
    assert scene.sky.table.rows[ROBOT].wanted is None


def test_who_asks_in_vain_is_told_who_has_it(scene):
    a, b = scene.servers
    got(a, a.client.take(ROBOT, "amy"))
    ended: list[Any] = []
    b.does(b.client.win(ROBOT, "bob", over=False, seconds=3)).addErrback(ended.append)
    scene.passes(4)
    assert ended[0].value.lock.who == "amy"


def test_one_is_on_duty_and_another_follows_when_it_stops(scene):
    a, b = scene.servers
    scene.passes(BEAT)
    assert [a.client.on_duty, b.client.on_duty] == [True, False]
    got(a, a.client.stopService())
    scene.servers.remove(a)
    scene.passes(2 * BEAT)
    assert b.client.on_duty


def test_who_is_not_on_duty_sees_that_another_is(scene):
    a, b = scene.servers
    scene.passes(3 * BEAT)
    assert b.leaders
    assert a.leaders == []
    a.frozen = True
    scene.passes(DEAD_AFTER + 2 * BEAT)
    assert b.client.on_duty
    b.leaders.clear()
    scene.passes(BEAT)
    assert b.leaders == []


def test_two_servers_of_one_name_are_told_of_and_an_earlier_run_is_none():
    scene = Scene("a")
    (a,) = scene.servers
    a.frozen = True  # killed, in truth
    again = Server(scene.sky, "a")
    scene.servers.append(again)
    scene.passes(4 * DEAD_AFTER)
    assert again.client.on_duty
    assert not again.client.twin
    scene.servers.append(Server(scene.sky, "a"))
    scene.passes(2 * DEAD_AFTER)
    assert scene.servers[-1].client.twin


class Chaos:
    """Servers that do anything, over a store that is slow and forgets; who may act is counted."""

    def __init__(self, seed: int) -> None:
        self.dice = dice = random.Random(seed)
        self.sky = Sky(dice, slow=0.6, lossy=0.1)
        self.servers = [Server(self.sky, name, 1 + dice.uniform(-0.04, 0.04)) for name in "abc"]
        self.held = 0

    def acts(self, server: Server) -> None:
        client, dice = server.client, self.dice
        if server.frozen:
            server.frozen = dice.random() < 0.9
            return
        match dice.randrange(8):
            case 0 | 1:
                server.does(client.take(ROBOT, "amy")).addErrback(lambda _: None)
            case 2:
                client.release(ROBOT)
            case 3:
                over = dice.random() < 0.5
                won = client.win(ROBOT, "bob", over=over, seconds=dice.uniform(0, 8))
                server.does(won).addErrback(lambda _: None)
            case 4:
                server.cut = not server.cut and dice.random() < 0.4
            case 5:
                server.frozen = dice.random() < 0.3
            case 6:
                for want in server.wanted[-1:]:
                    client.decline(ROBOT, want.n)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.05)):
            pass_time(self.sky, self.servers, 0.05)
            if self.dice.random() < 0.1:
                self.acts(self.dice.choice(self.servers))
            for name in (ROBOT, DUTY):
                holders = [s.label for s in self.servers if s.client.holds(name)]
                assert len(holders) <= 1, f"{holders} act on {name}"
                self.held += len(holders)

    def calms_down(self) -> None:
        self.sky._slow = self.sky._lossy = 0.0
        for server in self.servers:
            server.cut = server.frozen = False
        pass_time(self.sky, self.servers, 3 * DEAD_AFTER)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_there_are_never_two_and_when_all_is_well_there_is_one(seed):
    chaos = Chaos(seed)
    chaos.run(60)
    chaos.calms_down()
    assert sum(server.client.on_duty for server in chaos.servers) == 1
    assert chaos.held > 0
