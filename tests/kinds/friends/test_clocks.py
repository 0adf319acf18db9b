"""Phones whose clocks are wrong, and phones that empty their queues: they are told apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinds.scene import NOW, arrival, location
from sightline.kinds import friends
from sightline.kinds.friends import clocks
from sightline.kinds.friends.clocks import SenderClocks
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.spots import order
from sightline.kinds.friends.updates import rebased
from sightline.model.kind import CannotDecode, State

JANE = "friend/jane/phone"
ROLLOVER = -1024 * 7 * 86400


class Phone:
    """A phone whose clock is ``off`` s ahead of ours, in front of what decodes and folds."""

    def __init__(self, off: float = 0.0) -> None:
        self.off = off
        self.now = NOW
        self.clocks = SenderClocks()
        self.kind = friends.kind(clocks=self.clocks)
        self.state: State | None = None
        self.n = 0

    def fixes(self, after: float = 10.0, *, ago: float = 0.0, **more: Any) -> Friend:
        """A fix that was taken ``ago`` s before it comes, at another place than the last."""
        self.now += after
        self.n += 1
        said = location(tst=int(self.now - ago + self.off), lat=self.n / 1000, **more)
        for reading in self.kind.decode(arrival("owntracks/jane/phone", said, at=self.now)):
            self.state = reading.onto(self.state)
        assert isinstance(self.state, Friend)
        return self.state

    @property
    def moved(self) -> bool:
        assert isinstance(self.state, Friend)
        return self.state.lat == self.n / 1000


def test_a_clock_that_is_right_is_not_spoken_of() -> None:
    phone = Phone()
    for _ in range(5):
        assert phone.fixes().clock is None
        assert phone.moved


@pytest.mark.parametrize("off", [-7200, -3600, 3600, 7 * 86400 // 8, ROLLOVER])
def test_a_clock_that_is_always_wrong_moves_and_is_told(off: float) -> None:
    phone = Phone(off)
    for _ in range(9):
        phone.fixes()
        assert phone.moved
    assert isinstance(phone.state, Friend)
    assert phone.state.clock == pytest.approx(off, abs=1.5)
    assert order(phone.state) == pytest.approx(phone.now, abs=1.5)


@pytest.mark.parametrize("off", [-600, -3600, -86400 * 2, ROLLOVER])
def test_a_clock_that_is_set_back_stops_nobody_for_long(off: float) -> None:
    """Case 12: a place of now, then three fixes of 1024 weeks ago, 10 s apart."""
    phone = Phone()
    for _ in range(5):
        phone.fixes()
    phone.off = off
    took = next(n for n in range(1, 20) if phone.fixes() and phone.moved)
    assert took <= (3 if off < -86400 else 7)
    for _ in range(5):
        phone.fixes()
        assert phone.moved


def test_a_clock_that_is_set_right_moves_at_once() -> None:
    phone = Phone(3600)
    for _ in range(9):
        phone.fixes()
    phone.off = 0
    assert phone.fixes(60).clock is not None  # it may be a queue of a clock that is ahead …
    for _ in range(9):
        phone.fixes(10)
    assert phone.moved  # … but not for long
    behind = Phone(-3600)
    for _ in range(9):
        behind.fixes()
    behind.off = 0
    assert behind.fixes().clock is None  # nothing comes before it was taken
    assert behind.moved


def test_one_fix_of_a_time_to_come_does_not_rule_the_present() -> None:
    """Case 22: 95 minutes ahead, then a right one."""
    phone = Phone()
    for _ in range(4):
        phone.fixes()
    wild = phone.fixes(ago=-5700)
    assert (wild.ahead, wild.clock) == (pytest.approx(5700, abs=1), None)
    assert phone.fixes().ahead is None
    assert phone.moved


@pytest.mark.parametrize("apart", [0.01, 0.3, 1.0, 3.0])
def test_a_queue_that_is_emptied_is_no_wrong_clock(apart: float) -> None:
    """Case 9: the newest is 14 min old, then older ones come in, one for each 30 s of the way."""
    phone = Phone()
    for _ in range(4):
        phone.fixes()
    newest = phone.fixes(10)
    phone.now += 840
    for ago in range(2000, 1000, -30):
        late = phone.fixes(apart, ago=ago)
        assert not phone.moved
        assert late.clock is None
        assert late.tst == newest.tst
    assert late.heard == pytest.approx(phone.now, abs=1.0)  # the two ages are two
    assert late.at == newest.at
    phone.fixes(1)
    assert phone.moved


@given(
    st.sampled_from([-7200.0, 0.0, 1800.0]),
    st.lists(st.tuples(st.floats(0.01, 120), st.floats(0, 4000)), min_size=5, max_size=30),
)
def test_whatever_comes_late_never_brings_back_an_older_place(
    off: float, comes: list[tuple[float, float]]
) -> None:
    """As long as a clock is not set, the newest by it is what is shown."""
    phone = Phone(off)
    for _ in range(12):
        phone.fixes()
    newest = 0
    assert isinstance(phone.state, Friend)
    newest = int(phone.state.tst or 0)
    for after, ago in comes:
        # No two in a row as late as each other: that would be a clock that was set.
        ago += phone.n % 2 * 50
        tst = int(phone.now + after - ago + off)
        after_it = phone.fixes(after, ago=ago)
        newest = max(newest, tst)
        assert after_it.tst == newest


def test_the_senders_tell_that_our_clock_is_off() -> None:
    found = SenderClocks()
    for n in range(5):
        for turn in range(9):
            # Ours is 600 s behind; one phone of the five is wrong, too.
            found.note(f"friend/{n}", NOW + 10 * turn + 600 * (n > 0), NOW + 10 * turn)
    ahead = found.ahead(NOW + 90)
    assert ahead is not None
    assert ahead == (pytest.approx(600), 4)
    found.shifted(600)
    assert found.ahead(NOW + 690) == (pytest.approx(0), 4)
    assert found.ahead(NOW + 3000) is None  # heard long ago


def test_those_who_do_not_agree_say_nothing() -> None:
    found = SenderClocks()
    for n in range(6):
        found.note(f"friend/{n}", NOW + 100 * (n + 1), NOW)
    assert found.ahead(NOW) is None


def test_late_messages_alone_do_not_say_that_our_clock_is_ahead() -> None:
    found = SenderClocks()
    for n in range(6):
        found.note(f"friend/{n}", NOW - 900, NOW)
    assert found.ahead(NOW) is None


def test_what_is_refused_because_our_clock_is_far_behind_speaks_nevertheless() -> None:
    found = SenderClocks()
    kind = friends.kind(clocks=found)
    for user in ("amy", "bob"):
        with pytest.raises(CannotDecode):
            kind.decode(arrival(f"owntracks/{user}/p", location(tst=int(NOW) + 7 * 86400)))
    assert found.ahead(NOW) == (pytest.approx(7 * 86400, abs=1), 2)


def test_the_memory_of_clocks_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "MOST", 100)
    found = SenderClocks()
    for n in range(1000):
        found.note(f"friend/{n}", NOW, NOW)
    assert len(found._now) + len(found._before) <= 200


# -- a restart with another clock


@pytest.mark.parametrize("step", [-600, -3600, 3600, 7 * 86400])
def test_what_was_kept_never_stops_what_comes(step: float) -> None:
    before = Phone()
    for _ in range(4):
        kept = before.fixes(inregions=["work"])
    after = Phone()
    after.now, after.off, after.n = before.now + step, -step, 900
    after.state = rebased(kept, after.now)
    assert order(after.state) <= after.now
    for _ in range(10):
        found = after.fixes(inregions=["home"])
        assert after.moved
        assert found.inregions == ("home",)
