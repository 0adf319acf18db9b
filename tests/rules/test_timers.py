"""What is due when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.rules.timers import NEVER, Timer, Timers


def test_the_earliest_comes_first_and_each_once():
    timers, called = Timers(), []
    one, other = (Timer(lambda due, found, n=n: called.append((n, due, found))) for n in (1, 2))
    timers.set(one, 5)
    timers.set(other, 3)
    assert timers.next == 3
    timers.take(4, 4)
    assert called == [(2, 3, 4)]
    timers.take(10, 10)
    assert called == [(2, 3, 4), (1, 5, 10)]
    assert timers.next == NEVER


def test_what_is_put_off_or_stopped_is_not_called():
    timers, called = Timers(), []
    timer = Timer(lambda due, found: called.append(due))
    timers.set(timer, 5)
    timers.set(timer, 9)
    timers.take(6, 6)
    assert called == []
    assert timers.next == 9
    timers.stop(timer)
    timers.take(20, 20)
    assert called == []
    timers.set(timer, 25)
    timers.set(timer, 22)
    timers.take(30, 30)
    assert called == [22]


def test_a_call_may_ask_for_the_next():
    timers, called = Timers(), []

    def again(due: float, found: float) -> None:
        called.append(due)
        timers.set(timer, due + 10)

    timer = Timer(again)
    timers.set(timer, 10)
    timers.take(35, 35)
    assert called == [10, 20, 30]


def test_stopped_timers_do_not_fill_the_memory():
    timers = Timers()
    for n in range(20_000):
        timer = Timer(lambda due, found: None)
        timers.set(timer, 1e9 + n)
        timers.stop(timer)
    assert len(timers._heap) < 3000


@given(
    acts=st.lists(
        st.tuples(st.integers(0, 4), st.one_of(st.floats(0, 100), st.just(NEVER))), max_size=40
    )
)
def test_each_is_called_when_it_is_due_whatever_was_asked_before(acts):
    timers, called = Timers(), []
    every = [Timer(lambda due, found, n=n: called.append((n, due))) for n in range(5)]
    wanted: dict[int, float] = {}
    for n, due in acts:
        wanted[n] = due
        if due == NEVER:
            timers.stop(every[n])
        else:
            timers.set(every[n], due)
    timers.take(1000, 1000)
    assert dict(called) == {n: due for n, due in wanted.items() if due != NEVER}
    assert [due for _, due in called] == sorted(due for _, due in called)
