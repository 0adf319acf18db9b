"""What the engine tells."""

from __future__ import annotations

from sightline.kinds.rules.model import Condition
from sightline.rules.firing import LATE, Firing, firing_id


def test_an_id_tells_rule_thing_mark_and_second():
    ids = {
        firing_id("rule/a/b", "friend/x/y", "", 100.2),
        firing_id("rule/a/b", "friend/x/y", "", 100.4),
        firing_id("rule/a/b", "friend/x/y", "", 101.0),
        firing_id("rule/a/b", "friend/x/y", "t", 100.2),
        firing_id("rule/a/c", "friend/x/y", "", 100.2),
        firing_id("rule/a/b", "friend/x/\ud800", "", 100.2),
    }
    assert len(ids) == 5
    assert all(len(each) == 24 for each in ids)


def test_late_is_what_was_found_out_long_after_it_happened():
    def firing(found: float) -> Firing:
        return Firing(
            id="x", rule="r", thing="t", condition=Condition(type="alarm"), at=10.0, found=found
        )

    assert firing(10 + LATE).late is None
    assert firing(11 + LATE).late == 11 + LATE
