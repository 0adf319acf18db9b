from __future__ import annotations

import pytest

from sightline.history.rewind.budget import Abandoned, TimeBudget, TimeUp


def test_the_time_for_the_indexes_and_the_time_for_the_question_are_two():
    now = [0.0]
    budget = TimeBudget(2.0, 8.0, lambda: False, lambda: now[0])
    now[0] = 7.9
    budget()
    budget.begin()
    now[0] = 9.8
    budget()
    now[0] = 10.0
    with pytest.raises(TimeUp):
        budget()


def test_nothing_is_done_for_somebody_who_has_left():
    gone = [False]
    budget = TimeBudget(2.0, 8.0, lambda: gone[0], lambda: 0.0)
    budget()
    gone[0] = True
    with pytest.raises(Abandoned):
        budget()
