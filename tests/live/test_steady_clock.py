"""Our time: it never goes back, whatever the machine's clock does, and says when that is off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.live.steady_clock import OFF, SETTLED, Agreed, PurgeClock, SteadyClock, judge

NOW = 1_795_240_000.0
STEPS = (-600.0, -3600.0, 3600.0, 7 * 86400.0)


class Machine:
    """A machine whose clock can be set."""

    def __init__(self) -> None:
        self.passed = 100.0
        self.shift = NOW - 100.0
        self.clock = SteadyClock(self.wall, lambda: self.passed)

    def wall(self) -> float:
        return self.passed + self.shift

    def passes(self, seconds: float, *, agreed: Agreed | None = None, ntp: bool | None = None):
        for _ in range(round(seconds)):
            self.passed += 1
            jumped = self.clock.look(agreed, ntp)
            if jumped and agreed is not None:
                agreed = Agreed(agreed.ahead - jumped, agreed.senders)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_changes_nothing_by_itself(step: float) -> None:
    machine = Machine()
    machine.passes(10)
    machine.shift += step
    machine.passes(SETTLED - 10)
    assert machine.clock() == pytest.approx(NOW + SETTLED, abs=0.1)
    assert machine.clock.gap == pytest.approx(step, abs=0.1)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_phones_contradict_is_never_taken_over(step: float) -> None:
    machine = Machine()
    machine.shift += step
    machine.passes(3 * SETTLED, agreed=Agreed(-0.5, 2), ntp=True)
    assert machine.clock() == pytest.approx(NOW + 3 * SETTLED, abs=0.1)


@pytest.mark.parametrize("step", [3600.0, 7 * 86400.0])
def test_a_step_ahead_that_phones_confirm_is_taken_over_at_once(step: float) -> None:
    machine = Machine()
    machine.shift += step
    machine.passes(1, agreed=Agreed(step - 2, 1))
    assert machine.clock() == pytest.approx(NOW + 1 + step)
    assert machine.clock.gap == pytest.approx(0)


@pytest.mark.parametrize("step", [-600.0, -3600.0])
def test_a_step_back_that_phones_confirm_is_caught_up_with_slowly(step: float) -> None:
    machine = Machine()
    machine.shift += step
    last = machine.clock()
    for _ in range(round(-2 * step) + 10):
        machine.passes(1, agreed=Agreed(machine.clock.gap, 2))
        assert machine.clock() > last
        last = machine.clock()
    assert machine.clock.gap == pytest.approx(0, abs=1.0)
    machine.passes(300)
    assert machine.clock.gap == pytest.approx(0, abs=0.2)


def test_ntp_is_believed_where_no_phone_speaks_and_after_a_while_anybody() -> None:
    ntp, alone = Machine(), Machine()
    ntp.shift += 3600
    alone.shift += 3600
    ntp.passes(7, ntp=True)
    assert ntp.clock.gap == pytest.approx(0)
    alone.passes(7)
    assert alone.clock.gap == pytest.approx(3600)
    alone.passes(SETTLED)
    assert alone.clock.gap == pytest.approx(0)


def test_a_clock_that_drifts_is_followed() -> None:
    machine = Machine()
    for _ in range(2000):
        machine.shift += 0.0001
        machine.passes(1)
    assert abs(machine.clock.gap) < 0.1


@given(
    st.lists(
        st.tuples(
            st.floats(-1e7, 1e7) | st.floats(-2, 2),
            st.integers(0, 700),
            st.none() | st.builds(Agreed, st.floats(-1e7, 1e7), st.integers(1, 9)),
            st.sampled_from((None, True, False)),
        ),
        max_size=6,
    )
)
def test_it_never_goes_back(acts: list[tuple[float, int, Agreed | None, bool | None]]) -> None:
    machine, last = Machine(), NOW
    for step, seconds, agreed, ntp in acts:
        machine.shift += step
        for _ in range(seconds):
            machine.passed += 0.5
            machine.clock.look(agreed, ntp)
            assert machine.clock() >= last
            last = machine.clock()
            machine.passed += 0.25
            assert machine.clock() >= last
            last = machine.clock()


@pytest.mark.parametrize(
    ("gap", "agreed", "off"),
    [
        (0, None, None),
        (0, Agreed(-3, 9), None),
        (OFF - 1, None, None),
        (-600, None, -600),  # stepped, and nobody says more
        (-600, Agreed(-0.5, 1), -599.5),  # stepped, and a phone goes on as before
        (0, Agreed(600, 3), -600),  # it was wrong from the start: the phones know better
        (0, Agreed(-604800, 2), 604800),
        (0, Agreed(600, 1), None),  # one alone may be wrong itself
        (3600, Agreed(3599, 4), None),  # it was set right
    ],
)
def test_the_machines_clock_is_judged(gap: float, agreed: Agreed | None, off: float | None) -> None:
    found = judge(gap, agreed)
    assert (None if found is None else found.ahead) == off


def test_nothing_is_old_by_a_clock_that_nobody_confirms() -> None:
    machine = Machine()
    machine.shift += 366 * 86400  # it was wrong from the start
    purge = PurgeClock(machine.wall, lambda: machine.passed)
    assert purge() < 0  # nothing is known yet
    purge.known(NOW - 5)  # the newest that a phone said
    machine.passed += 60
    assert purge() == NOW - 5 + 60
    machine.shift -= 366 * 86400
    purge.confirmed()
    assert purge() == machine.wall() == NOW + 60
    machine.shift += 7 * 86400
    machine.passed += 60
    assert purge() == NOW + 120
    machine.shift -= 8 * 86400
    assert purge() == machine.wall()  # and never later than it is
