"""What is repeated goes on, whatever goes wrong with it."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import LogLevel, globalLogPublisher

from sightline.live.periodic import Periodic, place


class Work:
    """Counts its calls, and fails or waits when told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.fails = False
        self.waits: Deferred[None] | None = None

    def __call__(self) -> Deferred[None] | None:
        self.calls += 1
        if self.fails:
            raise RuntimeError("broken")
        return self.waits


@pytest.fixture
def critical():
    events = []

    def note(event):
        if event["log_level"] is LogLevel.critical:
            events.append(event)

    globalLogPublisher.addObserver(note)
    yield events
    globalLogPublisher.removeObserver(note)


def made(clock: Clock, work: Work, **more) -> Periodic:
    return Periodic(clock, 2.0, work, "the watch over hens", **more)


def test_it_calls_at_once_and_then_at_each_interval():
    clock, work = Clock(), Work()
    loop = made(clock, work)
    assert not loop.running
    loop.start()
    assert (work.calls, loop.running) == (1, True)
    clock.pump([1.0] * 6)
    assert work.calls == 4
    loop.start()  # it has begun: nothing happens
    assert work.calls == 4
    loop.stop()
    clock.pump([1.0] * 6)
    assert (work.calls, loop.running) == (4, False)
    loop.stop()


def test_it_can_wait_for_the_first_interval_and_begin_again():
    clock, work = Clock(), Work()
    loop = made(clock, work)
    loop.start(now=False)
    assert work.calls == 0
    clock.advance(2.0)
    assert work.calls == 1
    loop.stop()
    loop.start()
    assert work.calls == 2


def test_the_next_call_waits_for_a_deferred():
    clock, work = Clock(), Work()
    work.waits = Deferred()
    loop = made(clock, work)
    loop.start()
    clock.pump([2.0] * 3)
    assert work.calls == 1
    work.waits, waited = None, work.waits
    waited.callback(None)
    clock.advance(2.0)
    assert work.calls == 2


def test_a_failure_is_logged_by_name_and_the_calls_go_on(critical):
    clock, work = Clock(), Work()
    heard = []
    loop = made(clock, work, failed=heard.append)
    loop.start()
    work.fails = True
    clock.advance(2.0)
    assert [event["name"] for event in critical] == ["the watch over hens"]
    assert critical[0]["log_failure"].check(RuntimeError)
    assert [failure.getErrorMessage() for failure in heard] == ["broken"]
    assert loop.running
    clock.advance(1.9)
    assert work.calls == 2  # not at once: one interval later
    clock.advance(0.1)
    assert (work.calls, len(critical)) == (3, 2)
    work.fails = False
    clock.advance(2.0)
    clock.advance(2.0)
    assert (work.calls, len(critical)) == (5, 2)


def test_a_deferred_that_fails_does_not_end_it_either(critical):
    clock, work = Clock(), Work()
    work.waits = Deferred()
    loop = made(clock, work)
    loop.start()
    work.waits, waited = None, work.waits
    waited.errback(RuntimeError("broken"))
    assert len(critical) == 1
    clock.advance(2.0)
    assert work.calls == 2


@pytest.mark.parametrize("stopped_by", ["the call itself", "somebody else while it waits"])
def test_what_fails_after_it_was_stopped_is_not_begun_again(critical, stopped_by):
    clock, waiting = Clock(), Deferred()
    calls = []

    def work():
        calls.append(None)
        if stopped_by == "the call itself":
            loop.stop()
            raise RuntimeError("broken")
        return waiting

    loop = Periodic(clock, 2.0, work, "the watch over hens")
    loop.start()
    if stopped_by != "the call itself":
        loop.stop()
        waiting.errback(RuntimeError("broken"))
    clock.pump([2.0] * 3)
    assert (len(calls), loop.running, len(critical)) == (1, False, 1)


def test_the_one_who_is_told_of_a_failure_may_stop_it(critical):
    clock, work = Clock(), Work()
    work.fails = True
    loop = made(clock, work, failed=lambda _: loop.stop())
    loop.start()
    clock.pump([2.0] * 3)
    assert (work.calls, loop.running) == (1, False)


def test_short_intervals_end_on_one_grid_whenever_they_were_begun():
    clock, calls = Clock(), []
    for begun, seconds in ((0.03125, 0.125), (0.21875, 0.25), (0.3125, 0.5), (0.78125, 1.0)):
        clock.advance(begun - clock.seconds())
        loop = Periodic(clock, seconds, lambda: calls.append(clock.seconds()), "a watch")
        loop.start(now=False)
    while clock.seconds() < 2:
        clock.advance(1 / 1024)
    calls = [at for at in calls if at > 1]
    assert len(calls) == 8 + 4 + 2 + 1
    assert sorted(set(calls)) == [1 + n / 8 for n in range(1, 9)]


def test_the_many_that_are_done_each_second_are_not_done_at_once():
    places = [place(f"the watch over {thing}", 1.0) for thing in range(64)]
    assert set(places) == {n / 8 for n in range(8)}
    assert max(places.count(each) for each in places) < 20
    assert place("a watch", 0.02) == 0


def test_a_long_interval_is_never_cut_short():
    clock, work = Clock(), Work()
    clock.advance(1.5)
    made(clock, work).start(now=False)
    clock.advance(1.9)
    assert work.calls == 0
    clock.advance(0.1)
    assert work.calls == 1


def test_what_waited_before_it_was_begun_again_does_not_call_twice():
    clock, work = Clock(), Work()
    work.waits = waited = Deferred()
    loop = made(clock, work)
    loop.start()
    loop.stop()
    work.waits = None
    loop.start()
    waited.callback(None)
    clock.advance(2.0)
    assert work.calls == 3
