"""What the engine asks of its surroundings is what these are."""

from __future__ import annotations

import inspect

import pytest

from rules.scene import Around
from sightline.rules.calendar import SystemCalendar
from sightline.rules.ports import DayCalendar, Lookaround


@pytest.mark.parametrize(("port", "made"), [(DayCalendar, SystemCalendar), (Lookaround, Around)])
def test_what_stands_for_a_port_answers_all_that_it_is_asked(port, made):
    asked = {name: each for name, each in vars(port).items() if inspect.isfunction(each)}
    wanted = {name: each for name, each in asked.items() if not name.startswith("_")}
    assert wanted
    for name, each in wanted.items():
        answer = inspect.signature(getattr(made, name))
        assert list(answer.parameters) == list(inspect.signature(each).parameters), name
