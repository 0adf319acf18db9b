from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.cluster.leader import LONGEST, SETTLED, Leadership, LeaderWork


class Pair:
    """Two servers that find out the same; the duty is one's, the other's, or nobody's."""

    def __init__(self) -> None:
        self.duty = ""
        self.duties = {name: self._duty(name) for name in "ab"}
        self.turns: dict[str, LeaderWork[int]] = {
            n: LeaderWork(duty) for n, duty in self.duties.items()
        }
        self.done: list[tuple[str, int]] = []

    def _duty(self, name: str) -> Leadership:
        return Leadership(lambda: self.duty == name)

    def happens(self, what: int, now: float) -> None:
        for name, turn in self.turns.items():
            if turn.do_now(what, now):
                self.done.append((name, what))

    def passes(self, now: float) -> None:
        for name, duty in self.duties.items():
            if self.duty not in ("", name):
                duty.seen(now)
        for name, turn in self.turns.items():
            self.done += [(name, what) for what in turn.due(now)]


def test_whoever_is_alone_does_everything_at_once_and_keeps_nothing():
    turn: LeaderWork[str] = LeaderWork(Leadership())
    assert turn.do_now("a", 0)
    assert len(turn) == 0
    assert turn.due(1) == []


def test_the_one_on_duty_does_it_and_the_other_forgets_it():
    pair = Pair()
    pair.duty = "a"
    pair.happens(1, 0)
    pair.passes(SETTLED + 1)
    pair.duty = "b"
    pair.passes(SETTLED + 2)
    assert pair.done == [("a", 1)]


def test_what_happens_while_nobody_is_on_duty_is_done_in_order_by_whoever_comes():
    pair = Pair()
    for what in range(3):
        pair.happens(what, what)
        pair.passes(what)
    assert pair.done == []
    pair.duty = "b"
    pair.passes(5)
    assert pair.done == [("b", 0), ("b", 1), ("b", 2)]


def test_no_more_is_kept_than_there_is_room_for():
    turn: LeaderWork[int] = LeaderWork(Leadership(lambda: False), most=10)
    for what in range(8):
        turn.do_now(what, 0, cost=3)
    assert (len(turn), turn.dropped) == (3, 5)


def test_what_is_to_be_forgotten_is_not_done_later():
    duty = False
    turn: LeaderWork[str] = LeaderWork(Leadership(lambda: duty), most=2)
    turn.do_now("jane", 0)
    turn.do_now("bob", 0)
    turn.forget(lambda who: who == "jane")
    turn.do_now("eve", 0)  # there is room for her now
    duty = True
    assert turn.due(1) == ["bob", "eve"]


steps = st.lists(
    st.tuples(st.floats(0.1, 4), st.sampled_from(["a", "b", "", "stay"])), min_size=1, max_size=60
)


@given(steps)
def test_nothing_is_left_out_however_duty_changes_hands(steps):
    pair = Pair()
    now = 0.0
    for n, (passed, duty) in enumerate(steps):
        now += passed
        if duty != "stay":
            pair.duty = duty
        pair.happens(n, now)
        pair.passes(now)
    pair.duty = "a"
    pair.passes(now + 1)
    assert {what for _, what in pair.done} == set(range(len(steps)))


def test_what_nobody_did_is_kept_for_longer_than_what_somebody_did_and_not_for_ever():
    pair = Pair()
    pair.happens(1, 0)
    pair.passes(LONGEST - 1)
    pair.duty = "a"
    pair.passes(LONGEST - 1)
    assert pair.done == [("a", 1)]
    pair.duty = ""
    pair.happens(2, LONGEST)
    pair.passes(3 * LONGEST)
    pair.duty = "b"
    pair.passes(3 * LONGEST)
    assert pair.done == [("a", 1)]
