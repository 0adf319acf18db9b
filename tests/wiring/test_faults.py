"""What fails in the server is counted, and people see it."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sightline.live.periodic import Periodic
from sightline.wiring.faults import AGAIN, Faults


class Reactor(Clock):
    """A clock that the test turns, and what other threads hand over."""

    def __init__(self) -> None:
        super().__init__()
        self.handed = []

    def callFromThread(self, work, *args):
        self.handed.append((work, args))

    def turn(self) -> None:
        handed, self.handed = self.handed, []
        for work, args in handed:
            work(*args)


@pytest.fixture
def reactor():
    return Reactor()


@pytest.fixture
def alarms():
    return []


@pytest.fixture
def faults(reactor, alarms):
    faults = Faults(reactor, alarms.append)
    faults.startService()
    yield faults
    if faults.running:
        faults.stopService()


def fail(log: Logger, **more) -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        log.failure("it failed", **more)


def test_a_loop_that_fails_is_counted_and_alarmed_by_its_name(reactor, alarms, faults):
    def work():
        raise RuntimeError("broken")

    Periodic(reactor, 1.0, work, "the watch over hens").start()
    reactor.turn()
    assert faults.count == 1
    assert alarms == ["something failed in the server: the watch over hens"]


def test_one_that_fails_each_second_is_one_alarm_in_ten_minutes(reactor, alarms, faults):
    def work():
        raise RuntimeError("broken")

    Periodic(reactor, 1.0, work, "the watch over hens").start()
    Periodic(reactor, 1.0, work, "the tick").start()
    for _ in range(int(AGAIN) + 1):
        reactor.turn()
        reactor.advance(1.0)
    assert faults.count == 2 * (AGAIN + 1)
    assert len(alarms) == 4


def test_a_failure_without_a_name_is_told_by_its_part(reactor, alarms, faults):
    fail(Logger("sightline.web.api"))
    reactor.turn()
    assert alarms == ["something failed in the server: sightline.web.api"]


def test_what_a_bridge_counts_itself_and_what_is_no_failure_is_not_counted(reactor, alarms, faults):
    fail(Logger("sightline.mqtt.bridge"))
    Logger("sightline.wiring.health").critical("a database is damaged")
    Logger("sightline.web.api").error("no room")
    reactor.turn()
    assert (faults.count, alarms) == (0, [])


def test_after_the_end_nothing_is_counted(reactor, alarms, faults):
    faults.stopService()
    fail(Logger("sightline.web.api"))
    reactor.turn()
    assert faults.count == 0


def test_no_flood_of_names_is_kept(reactor, alarms, faults):
    for number in range(1000):
        fail(Logger("sightline.web.api"), name=f"part {number}")
    reactor.turn()
    assert faults.count == len(alarms) == 1000
    assert len(faults._alarmed) == 200


async def test_another_thread_may_log(reactor, alarms, faults):
    await deferToThread(fail, Logger("sightline.history.writer"))
    reactor.turn()
    assert alarms == ["something failed in the server: sightline.history.writer"]
