"""Two servers that drive the same robots: one driver over both, and no false alarms."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from cluster.sky import Server, Sky
from driving.test_service import KEYS, Play
from sightline.cluster.locks import BEAT, DEAD_AFTER, HOLD
from sightline.driving.states import Alarm
from sightline.kinds.probots.commands import STOP

ROBOT = "probot/ProBot1"


class Pair:
    """Two services, each with its own locks, on one broker that is quick."""

    def __init__(self) -> None:
        self.sky = Sky(random.Random(1))
        self.servers = [Server(self.sky, name) for name in "ab"]
        self.plays = [Play(server.client, server.clock) for server in self.servers]
        for play in self.plays:
            play.broker.back = self.said
        for server, other in zip(self.servers, reversed(self.servers), strict=True):
            server.hint = other.client.look
        self.passes(BEAT)

    def said(self, topic: str, payload: bytes) -> None:
        for play in self.plays:
            play.hears(topic, payload)

    def passes(self, seconds: float, *, frames: Any = None) -> None:
        """Time in steps of 10 ms, with telemetry each 0.1 s; ``frames`` sends the driver's."""
        for step in range(round(seconds * 100)):
            self.sky.clock.advance(0.01)
            for play, server in zip(self.plays, self.servers, strict=True):
                if step % 10 == 0:
                    play.telemetry()
                server.passes(0.01)
            if frames is not None and step % 5 == 0:
                frames()

    @property
    def keys(self) -> list[bytes]:
        """What ProBot1 heard since this was last asked, from both."""
        return [each for play in self.plays for each in play.broker.keys]

    def alarms(self) -> list[Alarm]:
        return [s for play in self.plays for _, s in play.world if isinstance(s, Alarm)]


@pytest.fixture
def pair() -> Pair:
    return Pair()


def last(page: Any) -> dict[str, Any]:
    answer: dict[str, Any] = page.answers[-1]
    return answer


def test_who_drives_at_one_server_drives_at_none_of_the_others(pair):
    a, b = pair.plays
    amy = a.page("amy").takes()
    assert b.page("bob").asks("take")["code"] == "held"
    amy.asks("release", lease=amy.fence)
    pair.passes(0.2)
    bob = b.page("bob").takes()
    assert bob.fence > amy.fence
    assert a.page("amy").asks("take")["code"] == "held"


def test_the_others_show_who_drives_and_how_and_through_which_server(pair):
    a, b = pair.plays
    amy = a.page("amy").drives()
    pair.passes(2 * BEAT, frames=lambda: amy.frame(0.4))
    lease = b.lease()
    assert (lease.holder, lease.state, lease.server) == ("amy", "moving", "a")
    assert lease.fence == amy.fence
    assert a.lease().server is None
    drivers = b.page("root", "admin").asks("drivers")["drivers"]
    assert drivers == {
        "ProBot1": {"holder": "amy", "address": "", "server": "a", "lease": amy.fence}
    }
    amy.asks("release", lease=amy.fence)
    pair.passes(2 * BEAT)
    assert b.lease() is None


def test_a_lease_of_another_server_is_shown_though_it_tells_nonsense(pair):
    a, b = pair.plays
    a.page("amy").takes()
    pair.sky.table.change(pair.sky.table.rows[ROBOT], True, told="{nonsense", beat=99)
    pair.servers[1].client.look()
    pair.passes(0.3)
    assert b.lease().holder == "amy"


def test_nobody_takes_another_servers_commands_for_an_attack(pair):
    a, _ = pair.plays
    amy = a.page("amy").drives()
    pair.passes(3 * BEAT, frames=lambda: amy.frame(0.4))
    assert STOP not in pair.keys
    assert pair.alarms() == []


def test_a_strangers_command_is_alarmed_by_who_drives_and_by_nobody_else(pair):
    a, b = pair.plays
    amy = a.page("amy").drives()
    pair.passes(2 * BEAT, frames=lambda: amy.frame(0.4))
    pair.said(KEYS, b"0.70 0.00 0.00 0.00")
    assert STOP in a.broker.keys
    assert a.world.state(f"alarm/{KEYS}") is not None
    pair.passes(0.3)
    assert b.world.state(f"alarm/{KEYS}") is None


def test_a_strangers_command_to_a_robot_that_nobody_drives_is_alarmed_by_all(pair):
    pair.said(KEYS, b"0.70 0.00 0.00 0.00")
    pair.passes(0.3)
    assert len(pair.alarms()) == 2
    assert STOP in pair.keys


def test_who_cannot_be_asked_about_is_a_stranger(pair):
    _, b = pair.plays
    pair.servers[1].cut = True
    b.hears(KEYS, b"0.70 0.00 0.00 0.00")
    pair.passes(0.3)
    assert b.world.state(f"alarm/{KEYS}") is not None
    assert STOP in b.broker.keys


def test_whoever_watches_at_another_server_stops_it_all_the_same(pair):
    a, b = pair.plays
    a.page("amy").drives()
    assert b.page("eve", "viewer").asks("stop")["ok"]
    assert b.broker.keys == [STOP]
    assert a.lease().state == "parked"


def test_an_admin_takes_over_from_another_server_and_no_command_of_the_driver_comes_after(pair):
    a, b = pair.plays
    amy = a.page("amy").drives()
    root = b.page("root", "admin")
    root.asks("takeover")
    pair.passes(1.5 * BEAT, frames=lambda: amy.frame(0.4))
    answer = last(root)
    assert answer["ok"]
    assert answer["lease"] > amy.fence
    assert last(amy)["code"] == "not_yours"
    assert a.broker.keys[-1] == STOP
    ended = [line for line in a.audit if line.what == "end"]
    assert ended[-1].why == "root took over"
    root.fence = answer["lease"]
    root.frame()
    root.frame(0.3)
    amy.frame(0.4)
    assert b.broker.keys[-1] == b"0.30 0.00 0.00 0.00"
    assert STOP not in b.broker.keys
    assert a.broker.keys == []


def test_who_asks_at_another_server_is_answered_by_the_driver(pair):
    a, b = pair.plays
    amy, bob = a.page("amy").takes(), b.page("bob")
    bob.asks("ask")
    pair.passes(1.5 * BEAT, frames=amy.frame)
    assert a.lease().asks == ("bob",)
    amy.asks("reply", lease=amy.fence, to="bob", yes=False)
    pair.passes(0.5, frames=amy.frame)
    assert last(bob)["code"] == "declined"
    assert a.lease().asks == ()
    bob.asks("ask")
    pair.passes(1.5 * BEAT, frames=amy.frame)
    amy.asks("reply", lease=amy.fence, to="bob", yes=True)
    pair.passes(1.0)
    assert last(bob)["ok"]
    assert (b.lease().holder, b.lease().server) == ("bob", None)


def test_who_asks_at_another_server_and_leaves_asks_no_more(pair):
    a, b = pair.plays
    amy, bob = a.page("amy").takes(), b.page("bob")
    bob.asks("ask")
    pair.passes(1.5 * BEAT, frames=amy.frame)
    b.requests.left(bob)
    amy.asks("release", lease=amy.fence)
    pair.passes(1.0)
    assert b.lease() is None


def test_a_driver_whose_server_is_cut_off_from_the_store_is_stopped_in_time(pair):
    a, b = pair.plays
    amy = a.page("amy").drives()
    pair.servers[0].cut = True
    pair.passes(HOLD + 0.1, frames=lambda: amy.frame(0.4))
    assert a.broker.keys[-1] == STOP
    assert a.lease() is None
    assert a.page("amy").asks("take")["code"] == "no_store"
    assert b.page("bob").asks("take")["code"] == "held"
    pair.passes(DEAD_AFTER)
    assert b.page("bob").takes().fence > amy.fence


def test_a_server_that_cannot_tell_a_colleague_from_a_stranger_stops_the_robot(pair):
    a, b = pair.plays
    pair.servers[0].cut = True
    bob = b.page("bob").takes()
    bob.frame()
    bob.frame(0.4)
    assert STOP in a.broker.keys
    assert a.world.state(f"alarm/{KEYS}") is not None


def test_a_command_that_waits_while_its_time_runs_out_never_goes_out(pair):
    a, _ = pair.plays
    amy = a.page("amy").drives()
    a.broker.slow = True
    amy.frame(0.5)
    ((_, _, wanted),) = a.broker.held
    pair.servers[0].frozen = True
    pair.servers[0].passes(HOLD + 0.1)  # nothing of it runs
    assert not wanted()


def test_a_robot_is_shut_down_and_its_routine_stopped_from_another_server_without_an_alarm(pair):
    a, b = pair.plays
    amy = a.page("amy").drives()
    root = b.page("root", "admin")
    assert root.asks("routine", to="stop")["code"] == "held"
    root.asks("shutdown")
    pair.passes(1.5 * BEAT, frames=lambda: amy.frame(0.4))
    assert a.lease() is None
    assert ("shutdownProBot/ProBot1", b"shutdown") in b.broker.said
    assert pair.alarms() == []
    pair.passes(3.0)
    root.asks("routine", to="start")
    pair.passes(0.3)
    assert b.broker.said[-1] == ("MainRoutine/ProBot1", b'"start"')
    assert pair.alarms() == []
    pair.passes(3.0)
    a.page("amy").takes()


def test_a_server_that_stops_leaves_its_robots_to_the_others_at_once(pair):
    a, b = pair.plays
    a.page("amy").drives()
    parked = a.service.park()
    pair.passes(0.3)
    assert parked.called
    pair.servers[0].client.stopService()
    b.page("bob").takes()


def test_what_is_told_of_a_lease_is_json_that_says_no_address(pair):
    a, _ = pair.plays
    amy = a.page("amy").takes()
    pair.passes(2 * BEAT, frames=amy.frame)
    told = json.loads(pair.sky.table.rows[ROBOT].told)
    assert told["holder"] == "amy"
    assert "192.0.2.7" not in json.dumps(told)


def test_a_hint_makes_the_others_look_at_once(pair):
    a, b = pair.plays
    pair.passes(0.2)
    amy = a.page("amy").takes()
    pair.passes(0.4, frames=amy.frame)
    assert b.lease().holder == "amy"
    amy.asks("release", lease=amy.fence)
    pair.passes(0.5)
    assert b.lease() is None
