"""Leases: never two drivers, always a stop after the end, no motion after an unasked stop."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sightline.driving.leases import (
    IDLE,
    KEEP,
    LATE,
    SILENCE,
    AlreadyHeld,
    LeaseEnded,
    Leases,
    LeaseStop,
    NotYours,
)

ROBOT = "probot/ProBot1"


class Drive:
    """Amy drives, in one line each."""

    def __init__(self) -> None:
        self.leases = Leases()
        self.now = 100.0
        self.n = 0
        self.fence = 1
        self.leases.take(ROBOT, "amy's page", "amy", self.fence, self.now)

    def frame(self, moving: bool, who: str = "amy's page", sent: float | None = None) -> str:
        self.n += 1
        return self.leases.drive(ROBOT, who, self.fence, self.n, moving, self.now, sent)

    def go(self) -> Drive:
        assert self.frame(False) == "still"
        assert self.frame(True) == "go"
        self.leases.happened()
        return self

    def wait(self, seconds: float) -> Drive:
        self.now += seconds
        self.leases.tick(self.now)
        return self

    @property
    def stops(self) -> list[str]:
        return [event.why for event in self.leases.happened() if isinstance(event, LeaseStop)]


def test_sticks_must_be_seen_released_before_the_first_motion():
    drive = Drive()
    assert drive.frame(True) == "parked"
    assert drive.frame(False) == "still"
    assert drive.frame(True) == "go"


def test_a_page_left_open_for_an_hour_loses_the_robot_and_driving_begins_the_hour_anew():
    drive = Drive().go()

    def rests(seconds: float) -> None:
        for _ in range(round(seconds)):
            drive.wait(1.0)
            if drive.leases.get(ROBOT) is None:
                return
            drive.frame(False)

    rests(IDLE - 5)
    assert drive.frame(True) == "go"
    rests(IDLE - 5)
    assert drive.leases.get(ROBOT) is not None
    rests(10)
    assert drive.leases.get(ROBOT) is None
    ended = [event for event in drive.leases.happened() if isinstance(event, LeaseEnded)]
    assert [event.why for event in ended] == ["nothing was driven for 60 minutes"]


def test_a_silent_driver_is_stopped_and_must_let_go_first():
    drive = Drive().go().wait(SILENCE + 0.01)
    assert drive.stops == ["no driving frame for 400 ms"]
    assert drive.frame(True) == "parked"
    assert drive.frame(False) == "still"
    assert drive.frame(True) == "go"


def test_a_frame_that_comes_after_the_silence_does_not_hide_it():
    drive = Drive().go()
    drive.now += 2.0  # the reactor hung: nobody ticked
    assert drive.frame(True) == "parked"
    assert drive.stops == ["no driving frame for 400 ms"]


def test_who_stands_still_may_be_silent_for_longer():
    drive = Drive()
    drive.frame(False)
    assert drive.wait(KEEP - 0.1).leases.get(ROBOT) is not None
    assert drive.stops == []


def test_a_lease_without_frames_ends_with_a_stop():
    drive = Drive().go().wait(KEEP + 0.1)
    stop, ended = drive.leases.happened()
    assert isinstance(stop, LeaseStop)
    assert isinstance(ended, LeaseEnded)
    assert len(drive.leases) == 0


def test_another_is_told_who_drives():
    drive = Drive()
    with pytest.raises(AlreadyHeld) as held:
        drive.leases.take(ROBOT, "bob's page", "bob", 2, drive.now)
    assert held.value.lease.name == "amy"


def test_after_a_takeover_old_frames_are_refused_and_a_stop_was_said():
    drive = Drive().go()
    new = drive.leases.take_over(ROBOT, "root's page", "root", "root took over", 2, drive.now)
    assert drive.stops == ["root took over"]
    assert new.fence > drive.fence
    with pytest.raises(NotYours):
        drive.frame(True)
    with pytest.raises(NotYours):  # the right number from the wrong page
        drive.leases.drive(ROBOT, "amy's page", new.fence, 99, True, drive.now)


def test_a_lost_connection_stops_at_once_and_the_same_person_may_come_back():
    drive = Drive().go()
    drive.leases.left("amy's page", drive.now)
    assert drive.stops == ["the connection to the driver's page was lost"]
    with pytest.raises(NotYours):
        drive.frame(True)
    with pytest.raises(AlreadyHeld):
        drive.leases.take(ROBOT, "bob's page", "bob", 2, drive.now)
    again = drive.leases.take(ROBOT, "amy's new page", "amy", 2, drive.now + 1)
    assert again.fence > drive.fence
    assert again.state == "parked"


def test_a_lost_connection_frees_the_robot_soon():
    drive = Drive().go()
    drive.leases.left("amy's page", drive.now)
    drive.wait(KEEP)
    assert drive.leases.take(ROBOT, "bob's page", "bob", 2, drive.now).name == "bob"


def test_a_hindered_robot_does_not_move_until_released_without_hindrance():
    drive = Drive().go()
    drive.leases.hinder(ROBOT, "ProBot1 is offline")
    assert drive.stops == ["ProBot1 is offline"]
    assert drive.frame(False) == "parked"
    assert drive.frame(True) == "parked"
    drive.leases.hinder(ROBOT, "")
    assert drive.frame(True) == "parked"
    assert drive.frame(False) == "still"
    assert drive.frame(True) == "go"


def test_a_frame_that_lay_about_on_the_way_moves_nothing():
    drive = Drive()
    for at in (0.0, 0.1):
        drive.now = 100 + at
        drive.frame(False, sent=5 + at)
    drive.now = 101.0
    assert drive.frame(True, sent=5.2) == "late"
    assert drive.frame(True, sent=6.0) == "go"
    drive.now += LATE + 0.1
    assert drive.frame(False, sent=6.05) == "parked"  # late, but zeroes


def test_a_frame_that_comes_twice_counts_once():
    drive = Drive().go()
    drive.n -= 1
    assert drive.frame(True) == "late"


def test_the_drivers_own_release_needs_no_second_one():
    drive = Drive().go()
    assert drive.frame(False) == "still"
    stop = drive.leases.happened()[0]
    assert isinstance(stop, LeaseStop)
    assert stop.asked
    assert drive.frame(True) == "go"


def test_who_may_not_drive_any_more_loses_every_robot():
    drive = Drive().go()
    drive.leases.take("probot/ProBot2", "amy's page", "amy", 2, drive.now)
    drive.leases.dismiss("amy's page", "disabled")
    assert len(drive.leases) == 0
    assert drive.stops == ["disabled", "disabled"]


PEOPLE = ("amy", "bob", "root")
ROBOTS = ("probot/ProBot1", "probot/ProBot2")


class Model(RuleBasedStateMachine):
    """Random people do random things; a second, simpler account is kept of what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.leases = Leases()
        self.now = 0.0
        self.n = 0
        self.page = dict.fromkeys(PEOPLE, 0)
        self.fences: dict[tuple[str, str], int] = {}  # the last one each page knows
        self.greatest = 0
        self.moving: dict[str, float] = {}  # since its last frame let through
        self.must_release: set[str] = set()

    def who(self, name: str) -> str:
        return f"{name} {self.page[name]}"

    def settle(self) -> None:
        for event in self.leases.happened():
            match event:
                case LeaseStop(thing=thing, asked=asked):
                    self.moving.pop(thing, None)
                    if not asked:
                        self.must_release.add(thing)
                case LeaseEnded(lease=lease):
                    assert lease.thing not in self.moving, "an end without a stop"
                    self.must_release.add(lease.thing)

    def begun(self, name: str, robot: str, fence: int) -> None:
        self.settle()
        self.greatest = fence
        self.fences[self.who(name), robot] = fence
        self.must_release.add(robot)
        assert robot not in self.moving

    @rule(name=st.sampled_from(PEOPLE), robot=st.sampled_from(ROBOTS))
    def take(self, name: str, robot: str) -> None:
        before = self.leases.get(robot)
        try:
            lease = self.leases.take(robot, self.who(name), name, self.greatest + 1, self.now)
        except AlreadyHeld:
            self.settle()
            assert before is not None
            assert before.who != self.who(name)
            return
        self.begun(name, robot, lease.fence)

    @rule(robot=st.sampled_from(ROBOTS))
    def take_over(self, robot: str) -> None:
        lease = self.leases.take_over(
            robot, self.who("root"), "root", "root", self.greatest + 1, self.now
        )
        self.begun("root", robot, lease.fence)

    @rule(
        name=st.sampled_from(PEOPLE),
        robot=st.sampled_from(ROBOTS),
        moving=st.booleans(),
        age=st.sampled_from((0.0, 0.01, 0.4, 2.0)),
    )
    def drive(self, name: str, robot: str, moving: bool, age: float) -> None:
        fence = self.fences.get((self.who(name), robot), 0)
        lease = self.leases.get(robot)
        self.n += 1
        try:
            verdict = self.leases.drive(
                robot, self.who(name), fence, self.n, moving, self.now, self.now - age
            )
        except NotYours:
            self.settle()
            lease = self.leases.get(robot)
            assert lease is None or lease.fence != fence or lease.loose or lease.who != name
            return
        self.settle()
        assert lease is not None
        assert (lease.who, lease.fence) == (self.who(name), fence)
        if verdict == "go":
            assert moving
            assert robot not in self.must_release, "motion before the sticks were released"
            assert not self.leases.hindered(robot)
            self.moving[robot] = self.now
        elif not moving:
            assert robot not in self.moving
            if verdict == "still":
                self.must_release.discard(robot)

    @rule(name=st.sampled_from(PEOPLE), robot=st.sampled_from(ROBOTS), asked=st.booleans())
    def halt(self, name: str, robot: str, asked: bool) -> None:
        fence = self.fences.get((self.who(name), robot), 0)
        try:
            self.leases.halt(robot, self.who(name), fence, "halt", asked=asked)
        except NotYours:
            return
        self.settle()
        assert robot not in self.moving

    @rule(name=st.sampled_from(PEOPLE), robot=st.sampled_from(ROBOTS))
    def release(self, name: str, robot: str) -> None:
        try:
            self.leases.release(robot, self.who(name), self.fences.get((self.who(name), robot), 0))
        except NotYours:
            return
        self.settle()
        assert self.leases.get(robot) is None

    @rule(robot=st.sampled_from(ROBOTS))
    def stop(self, robot: str) -> None:
        self.leases.stop(robot, "the button")
        assert any(isinstance(event, LeaseStop) for event in self.leases._happened)
        self.settle()
        assert robot not in self.moving

    @rule(robot=st.sampled_from(ROBOTS), why=st.sampled_from(("", "offline")))
    def hinder(self, robot: str, why: str) -> None:
        self.leases.hinder(robot, why)
        self.settle()
        assert not why or robot not in self.moving

    @rule(name=st.sampled_from(PEOPLE))
    def connection_lost(self, name: str) -> None:
        self.leases.left(self.who(name), self.now)
        self.settle()
        self.page[name] += 1

    @rule(name=st.sampled_from(PEOPLE))
    def disable(self, name: str) -> None:
        self.leases.dismiss(self.who(name), "disabled")
        self.settle()
        assert all(lease.who != self.who(name) for lease in self.leases)

    @rule(seconds=st.sampled_from((0.01, 0.1, 0.39, 0.5, 2.9, 3.1)))
    def time_goes_by(self, seconds: float) -> None:
        self.now += seconds
        self.leases.tick(self.now)
        self.settle()

    @precondition(lambda self: self.moving)
    @rule(seconds=st.floats(0.0, 5.0))
    def the_clock_jumps_unticked(self, seconds: float) -> None:
        self.now += seconds
        self.leases.tick(self.now)
        self.settle()

    @invariant()
    def whoever_moves_is_driven(self) -> None:
        for robot, since in self.moving.items():
            lease = self.leases.get(robot)
            assert lease is not None
            assert lease.state == "moving"
            assert self.now - since <= SILENCE

    @invariant()
    def nobody_shares(self) -> None:
        assert len({lease.thing for lease in self.leases}) == len(self.leases)


def test_whatever_people_do_nobody_shares_and_nothing_moves_undriven():
    run_state_machine_as_test(
        Model, settings=settings(max_examples=100, stateful_step_count=40, deadline=None)
    )
