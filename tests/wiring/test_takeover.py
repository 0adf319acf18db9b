"""Clients that a broker refused are shown while they knock, whatever goes wrong once."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sightline.live.world import World
from sightline.wiring.takeover import REFUSED, KnockAlarm

KEY = "alarm/knock/main/192.0.2.7"


class HubOfAlarms:
    """Takes what is shown; fails as often as ``failing`` says."""

    def __init__(self) -> None:
        self.world = World("e")
        self.shown: dict[str, Any] = {}
        self.failing = 0

    def show(self, key: str, state: Any) -> None:
        if self.failing:
            self.failing -= 1
            raise RuntimeError("cannot be shown")
        self.shown[key] = state


class TestKnocks(SynchronousTestCase):
    """Trial's test case, for the failures that are logged."""

    def setUp(self) -> None:
        self.clock, self.hub = Clock(), HubOfAlarms()
        self.alarm = KnockAlarm(self.clock, self.hub, "main")  # type: ignore[arg-type]
        self.alarm.startService()

    def test_who_knocks_is_shown_counted_and_taken_down(self) -> None:
        assert self.clock.getDelayedCalls() == []
        self.alarm.ring("192.0.2.7")
        assert self.hub.shown[KEY].count == 1
        self.alarm.ring("192.0.2.7")
        assert self.hub.shown[KEY].count == 1
        self.clock.advance(5)
        assert self.hub.shown[KEY].count == 2
        self.clock.pump([5] * int(REFUSED // 5))
        assert self.hub.shown[KEY] is None
        assert self.clock.getDelayedCalls() == [], "there is nothing left to look at"
        self.alarm.ring("192.0.2.7")
        assert self.hub.shown[KEY].count == 1
        assert len(self.clock.getDelayedCalls()) == 1

    def test_a_look_that_fails_does_not_end_it(self) -> None:
        self.alarm.ring("192.0.2.7")
        self.alarm.ring("192.0.2.7")
        self.hub.failing = 1
        self.clock.advance(5)
        assert len(self.flushLoggedErrors(RuntimeError)) == 1
        self.alarm.ring("192.0.2.7")
        self.clock.advance(5)
        assert self.hub.shown[KEY].count == 3

    def test_it_ends_with_the_server(self) -> None:
        self.alarm.ring("192.0.2.7")
        self.alarm.stopService()
        assert self.clock.getDelayedCalls() == []
