"""The conditions of a rule's line."""

from __future__ import annotations

import pytest

from sightline.kinds.rules.model import Condition
from sightline.rules.fields import TAKES
from sightline.rules.text_conditions import read_condition, write_condition
from sightline.rules.words import BadText, Words

SAID = {
    "arrives at region/x": Condition(type="arrives", region="x"),
    "leaves region/jane/x": Condition(type="leaves", region="jane/x"),
    "is not at region/x by 08:30": Condition(type="absent", region="x", by="08:30"),
    "stays at region/x longer than 2 h": Condition(type="stays", region="x", seconds=7200.0),
    "is within 50.5 m of friend/b/c": Condition(type="near", metres=50.5, other="friend/b/c"),
    "has battery below 20 %": Condition(type="battery", below=20.0),
    "is silent longer than usual": Condition(type="silent"),
    "is faster than 130 km/h for 1 min": Condition(type="speed", above=130.0, seconds=60.0),
    "falls margin 5": Condition(type="fallen", margin=5.0),
    "has latency above 250 ms": Condition(type="latency", above=250.0),
    "raises an alarm": Condition(type="alarm"),
    "is disconnected for 30 s": Condition(type="disconnected", seconds=30.0),
    "flaps": Condition(type="flapping"),
    "has number at a/b field x above 1": Condition(
        type="number", topic="a/b", field="x", above=1.0
    ),
}


def test_every_type_can_be_said():
    assert {each.type for each in SAID.values()} == {*TAKES}


@pytest.mark.parametrize("line", SAID)
def test_it_is_read_as_it_is_written(line):
    words = Words(line)
    assert read_condition(words) == SAID[line]
    assert words.ended
    assert write_condition(SAID[line]) == line


def test_what_could_happen_is_listed_where_nothing_fits():
    with pytest.raises(BadText) as error:
        read_condition(Words("dances"))
    assert "arrives at" in error.value.expected
    assert "falls" in error.value.expected
