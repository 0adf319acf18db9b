"""The watch over the machine's clock: it is followed, judged, shown, and told once."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from sightline.kinds.friends.clocks import SenderClocks
from sightline.live.steady_clock import SteadyClock
from sightline.wiring.clock import ClockWatch, span, synced

NOW = 1_795_240_000.0


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.shift = 0.0
        self.ntp: bool | None = None
        self.alarms: list[str] = []
        self.senders = SenderClocks()
        self.steady = SteadyClock(self.machine, self.clock.seconds)
        self.watch = ClockWatch(
            self.steady, self.senders, self.alarms.append, lambda: self.ntp, self.clock
        )
        self.watch.startService()

    def machine(self) -> float:
        return NOW + self.clock.seconds() + self.shift

    def passes(self, seconds: int, *phones: float) -> None:
        """``phones``: by how many s each one's clock is ahead of the right time."""
        for _ in range(seconds):
            self.clock.advance(1)
            for n, ahead in enumerate(phones):
                right = NOW + self.clock.seconds()
                self.senders.note(f"friend/{n}", right + ahead, self.steady())


@pytest.fixture
def scene() -> Any:
    made = Scene()
    yield made
    made.watch.stopService()
    assert not made.clock.getDelayedCalls()


def test_a_clock_that_is_right_is_not_spoken_of(scene: Scene) -> None:
    scene.passes(60, 0.0, -1.0, 7200.0)
    assert scene.watch.gauges() == {}
    assert scene.alarms == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (-600, "10 min behind"),
        (-3600, "60 min behind"),
        (3600, "60 min ahead"),
        (604800, "7 d ahead"),
    ],
)
def test_a_step_is_said_once_and_the_phones_know_better(
    scene: Scene, step: float, words: str
) -> None:
    scene.passes(30, 0.0, -1.0)
    scene.shift = step
    scene.passes(1500, 0.0, -1.0)
    assert scene.steady() == pytest.approx(NOW + 1530, abs=0.5)
    told = scene.watch.gauges()
    assert told["clock_off"] == pytest.approx(step, abs=2)
    assert told["clock_why"].startswith(f"The clock of this server is {words}: ")
    assert "2 phones" in told["clock_why"]
    assert len(scene.alarms) == 1
    scene.shift = 0
    scene.passes(30, 0.0, -1.0)
    assert scene.watch.gauges() == {}


def test_a_clock_that_was_wrong_from_the_start_is_found_by_the_phones(scene: Scene) -> None:
    scene.shift = 0
    wrong = Scene()
    wrong.watch.stopService()
    wrong.shift = -600.0
    wrong.steady = SteadyClock(wrong.machine, wrong.clock.seconds)
    wrong.watch = ClockWatch(
        wrong.steady, wrong.senders, wrong.alarms.append, lambda: None, wrong.clock
    )
    wrong.watch.startService()
    wrong.passes(25, 0.0, 0.0, 0.0, 3600.0)
    assert wrong.watch.gauges()["clock_off"] == pytest.approx(-600, abs=2)
    assert "3 phones" in wrong.alarms[0]
    wrong.shift = 0.0  # it is set right: the phones agree, and it is taken over
    wrong.passes(40, 0.0, 0.0, 0.0, 3600.0)
    assert wrong.steady() == pytest.approx(wrong.machine())
    assert wrong.watch.gauges() == {}
    assert len(wrong.alarms) == 1
    wrong.watch.stopService()


def test_a_step_that_nobody_can_judge_is_said(scene: Scene) -> None:
    scene.shift = 3600
    scene.passes(5)
    assert "no phone says which one is right" in scene.alarms[0]


def test_nothing_is_deleted_by_a_time_that_nobody_confirms(scene: Scene) -> None:
    scene.watch.purge.known(NOW - 100)
    scene.passes(30)
    before = scene.watch.purge()
    scene.shift = 366 * 86400
    scene.passes(1200)  # taken over by now: nobody contradicted it
    assert scene.steady() == pytest.approx(scene.machine(), abs=1)
    assert scene.watch.purge() < before + 60  # the machine's own clock is at work here
    scene.ntp = True
    scene.passes(30)
    assert scene.watch.purge() == pytest.approx(scene.steady(), abs=60)


def test_the_machine_says_whether_its_clock_is_kept_right() -> None:
    assert synced() in (True, False, None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(40, "40 s"), (119, "119 s"), (600, "10 min"), (7200, "2 h"), (7 * 86400, "7 d")],
)
def test_spans_are_said_in_their_unit(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_the_day_is_sure_when_ntp_or_several_phones_say_so(scene: Scene) -> None:
    scene.passes(11)
    assert not scene.watch.sure
    scene.passes(11, 0.0)
    assert not scene.watch.sure  # one may be wrong
    scene.passes(11, 0.0, 1.0)
    assert scene.watch.sure


def test_the_word_of_several_phones_goes_before_ntps(scene: Scene) -> None:
    scene.ntp = True
    scene.passes(11)
    assert scene.watch.sure
    scene.passes(11, 3 * 86400.0, 3 * 86400.0 + 1)
    assert not scene.watch.sure
