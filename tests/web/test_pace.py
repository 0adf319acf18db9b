"""When the next news may go out."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from sightline.web.pace import FlushSchedule, Pace

MS = 0.001


class Sending:
    """News that come at given moments, and flushes that take their time."""

    def __init__(self, takes: float, **pace: float) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.takes = takes
        self.schedule = FlushSchedule(Pace(**pace))
        self.flushed: list[float] = []
        self._due = False

    def stir(self) -> None:
        wait = self.schedule.wait(self.clock.seconds())
        if not wait:
            self._flush()
        elif not self._due:
            self._due = True
            self.clock.callLater(wait, self._flush)

    def _flush(self) -> None:
        self._due = False
        self.flushed.append(self.clock.seconds() - 1000)
        self.clock.rightNow += self.takes
        self.schedule.flushed(self.clock.seconds(), self.takes)

    def news(self, every: float, seconds: float) -> None:
        until = self.clock.seconds() + seconds
        while self.clock.seconds() < until:
            self.stir()
            self.clock.advance(every)

    @property
    def gaps(self) -> list[float]:
        return [b - a for a, b in zip(self.flushed, self.flushed[1:], strict=False)]


def test_the_first_after_quiet_goes_out_at_once():
    sending = Sending(takes=0.1 * MS)
    for _ in range(3):
        sending.stir()
        assert sending.schedule.wait(sending.clock.seconds()) > 0
        sending.clock.advance(0.05)
    assert sending.flushed == pytest.approx([0, 0.0501, 0.1002])


def test_where_flushing_costs_little_the_next_goes_out_after_two_milliseconds():
    sending = Sending(takes=0.1 * MS)
    sending.news(every=0.25 * MS, seconds=0.2)
    assert min(sending.gaps) > 1.99 * MS
    assert max(sending.gaps) < 2.5 * MS


@pytest.mark.parametrize("takes", [2 * MS, 6 * MS, 30 * MS])
def test_else_it_waits_twice_as_long_as_the_last_flush_took(takes):
    sending = Sending(takes=takes)
    sending.news(every=0.25 * MS, seconds=1)
    assert 2.99 * takes < min(sending.gaps)
    assert max(sending.gaps) < 3 * takes + 0.5 * MS


def test_the_time_that_bytes_take_is_not_waited_for_as_well():
    schedule = FlushSchedule(Pace())
    schedule.flushed(ended=5.0, worked=20 * MS, size=11_000)
    assert schedule.wait(5.0) == pytest.approx(20 * MS)
    schedule.flushed(ended=6.0, worked=20 * MS, size=1_000_000)
    assert schedule.wait(6.0) == pytest.approx(10 * MS)


def test_frames_that_grow_with_the_wait_settle():
    # 4 ms for any flush, and as much again for each 11,000 bytes of frames: 4,000 messages/s
    schedule, now, last, gaps = FlushSchedule(Pace()), 0.0, 0.0, []
    for _ in range(100):
        size = 4000 * 250 * (now - last)
        gaps.append(now - last)
        last, worked = now, 4 * MS * (1 + size / 11_000)
        schedule.flushed(now + worked, worked, size)
        now += worked + schedule.wait(now + worked)
    assert gaps[-1] == pytest.approx(gaps[-2], rel=0.01)
    assert gaps[-1] < 20 * MS


def test_what_held_up_one_flush_makes_no_long_wait():
    sending = Sending(takes=1 * MS)
    sending.news(every=0.25 * MS, seconds=0.1)
    sending.takes, before = 50 * MS, len(sending.flushed)
    sending.stir()
    while len(sending.flushed) == before:
        sending.clock.advance(0.25 * MS)
    sending.takes = 1 * MS
    sending.news(every=0.25 * MS, seconds=0.02)
    assert sending.flushed[before + 1] - sending.flushed[before] < 50 * MS + 3 * MS


def test_it_never_rests_for_longer_than_the_longest_tick():
    sending = Sending(takes=0.2)
    sending.news(every=1 * MS, seconds=2)
    assert max(sending.gaps) < 0.2 + 0.1 + 2 * MS


def test_a_flush_that_became_cheap_again_is_followed_soon():
    sending = Sending(takes=30 * MS)
    sending.news(every=1 * MS, seconds=0.5)
    sending.takes = 0.1 * MS
    sending.news(every=0.25 * MS, seconds=0.5)
    assert sending.gaps[-1] < 3 * MS


def test_what_others_did_meanwhile_is_not_counted():
    schedule = FlushSchedule(Pace())
    schedule.flushed(ended=5.0, worked=1 * MS)  # in slices, over a second
    assert schedule.wait(5.0) == pytest.approx(2 * MS)


def test_without_a_tick_everything_goes_out_at_once():
    sending = Sending(takes=0.0, tick=0.0)
    sending.news(every=1 * MS, seconds=0.01)
    assert len(sending.flushed) >= 10
