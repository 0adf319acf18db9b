"""A region that is new, tried on the fixes of before."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rules.recorded import JANE
from rules.scene import HOME, NOW, rule
from rules.tried import backtest, fix
from sightline.geometry.positions import Rules
from sightline.geometry.shapes import Circle
from sightline.history.record import entry
from sightline.kinds.regions.model import Transition
from sightline.kinds.rules.model import Condition
from sightline.regions.positions import positions
from sightline.rules.backtest import DAY, sorts_of
from sightline.rules.region_trials import Drawn


def test_a_region_that_is_drawn_today_is_tried_on_the_fixes_of_before():
    shape = Circle(48.5, 2.25, 100)
    drawn = Drawn(
        region=HOME, name="Home", shape=shape, since=NOW + 5000, rules=Rules(fixes=1),
        positions=positions,
    )  # fmt: skip
    way = [(0, 900), (600, 10), (1200, 900), (4000, 900), (4600, 10), (5200, 900)]
    fixes = [fix(JANE, int(NOW) + at, metres) for at, metres in way]
    crossed = Transition(
        n=1, at=NOW + 5200, tst=NOW + 5200, thing=JANE, region=HOME, name="Home", event="leave",
        by="server",
    )  # fmt: skip
    stale = replace(crossed, tst=NOW + 700.0, at=NOW + 700.0)  # of its former shape
    told = [entry(JANE, "crossing", c.tst, c.at, msgspec.json.encode(c)) for c in (stale, crossed)]
    for type, times in (("arrives", [600, 4600]), ("leaves", [1200, 5200])):
        each = rule(Condition(type=type, region=HOME))
        assert "fix" in sorts_of(each, drawn, NOW)
        result = backtest(each, *fixes, *told, drawn=drawn).result()
        assert [would.at - NOW for would in result.would] == times
        assert all(would.lat is not None for would in result.would)
    assert sorts_of(rule(Condition(type="arrives", region=HOME)), drawn, NOW + 6000) == (
        "crossing",
    )


def test_one_fix_counts_after_the_dwell_though_no_other_comes():
    drawn = Drawn(
        region=HOME, name="Home", shape=Circle(48.5, 2.25, 100), since=NOW + DAY,
        rules=Rules(fixes=3, dwell=60), positions=positions,
    )  # fmt: skip
    each = rule(Condition(type="arrives", region=HOME))
    fixes = fix(JANE, int(NOW), 900), fix(JANE, int(NOW) + 60, 10)
    assert backtest(each, *fixes, drawn=drawn).result().count == 1


def test_each_of_several_who_fall_silent_at_a_place_is_told_of_after_the_dwell():
    """Nobody sends anything more: there are only the moments at which a dwell is over."""
    drawn = Drawn(
        region=HOME, name="Home", shape=Circle(48.5, 2.25, 100), since=NOW + DAY,
        rules=Rules(fixes=2, dwell=60), positions=positions,
    )  # fmt: skip
    each = rule(Condition(type="arrives", region=HOME), "friend")
    fixes = []
    for n, came in enumerate((30, 70, 100)):
        who = f"friend/f{n}/phone"
        fixes += [fix(who, int(NOW) + n, 900), fix(who, int(NOW) + came, 10)]
    # Hours later one of them is heard again.
    fixes.append(fix("friend/f1/phone", int(NOW) + 20_000, 12))
    result = backtest(each, *fixes, drawn=drawn).result()
    assert [(would.at - NOW, would.late) for would in result.would] == [
        (30, None), (70, None), (100, None),
    ]  # fmt: skip
