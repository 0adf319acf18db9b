"""Each type of condition has something that looks."""

from __future__ import annotations

import pytest

from rules.scene import JANE, NOW, Scene, rule
from rules.test_check import OF, RIGHT
from sightline.rules.conditions.base import BaseWatch


@pytest.mark.parametrize("type", sorted(RIGHT))
def test_every_type_is_looked_at(type):
    scene = Scene(rule(RIGHT[type], OF.get(type, JANE)))
    if type == "number":
        scene.number(b"1", "a/b")
    if type == "flapping":
        scene.sees("client/main/x", None)
    [(_, watch)] = scene.engine._book.rules["rule/jane/r1"].cases.values()
    assert isinstance(watch, BaseWatch)
    assert watch.condition.type == type
    assert watch.stored().keys() <= {*watch.state_fields}
    assert scene.engine.now == NOW
