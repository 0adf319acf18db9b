"""What all conditions have in common."""

from __future__ import annotations

from rules.scene import JANE, NOW, Scene, rule
from sightline.kinds.rules.model import Condition, Hours

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


def test_what_is_so_already_counts_when_a_rule_is_made():
    scene = Scene()
    scene.fix(batt=5)
    low = rule(Condition(type="battery", below=20), hours=Hours(zone="UTC"))
    scene.took(scene.engine.put("rule/jane/r1", low, NOW, list(scene.states.items())))
    assert scene.fired == [(JANE, 0.0)]


def test_what_is_kept_is_taken_up_as_far_as_it_fits():
    scene = Scene(rule(Condition(type="silent", seconds=600)))
    watch = scene.engine._book.rules["rule/jane/r1"].cases[JANE, ""][1]
    for odd in (float("nan"), float("inf"), {}, None):
        watch.restore({"heard": odd, "case": 7})
        assert watch.heard == -1.0
    watch.restore({"heard": NOW})
    assert watch.stored() == {"heard": NOW}
