"""What a rule would have told: the same as it told live."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest_twisted

from regions.scene import NOW as BEGIN
from regions.scene import M
from rules.recorded import BOB, JANE, ROBOT, RULES, SCHOOL, LiveAround, Recorded, ninety_days
from rules.scene import CALENDAR, NOW, Around, rule
from rules.tried import backtest, fix
from sightline.geometry.shapes import Circle
from sightline.kinds import friends
from sightline.kinds.friends import SenderClocks
from sightline.kinds.rules.model import Condition, Hours
from sightline.regions.positions import positions
from sightline.rules.backtest import DAY, MOST, PIECE, Backtest, lead_of, sorts_of
from sightline.rules.firing import Firing, Resolution
from sightline.rules.region_trials import Drawn

SCHOOLDAYS = Hours(days=(0, 1, 2, 3, 4))
DAYS = 90


def rules(home: str, school: str) -> dict[str, Any]:
    def at(type: Any, region: str, **more: Any) -> Condition:
        return Condition(type=type, region=region, **more)

    friend = "friend"
    return {
        "arrives": rule(at("arrives", school), JANE, hours=Hours()),
        "leaves": rule(at("leaves", home), friend, hours=SCHOOLDAYS, every=3600.0),
        "mornings": rule(at("leaves", home), JANE, hours=Hours(begin="14:10", end="14:25")),
        "absent": rule(at("absent", school, by="08:45"), JANE, hours=SCHOOLDAYS),
        "stays": rule(at("stays", home, seconds=9 * 3600.0), friend, hours=Hours(begin="09:00")),
        "near": rule(Condition(type="near", other=BOB, metres=300), JANE, hours=Hours()),
        "low": rule(Condition(type="battery", below=50), friend, hours=Hours(begin="08:00")),
        "lasts": rule(Condition(type="battery", by="20:00", below=70), friend, hours=Hours()),
        "silent": rule(Condition(type="silent", seconds=6000), friend, hours=Hours()),
        "usual": rule(Condition(type="silent"), friend, hours=Hours()),
        "fast": rule(Condition(type="speed", above=100), friend, hours=Hours(), every=600.0),
        "racing": rule(Condition(type="speed", above=10, seconds=600), JANE, hours=Hours()),
        "fallen": rule(Condition(type="fallen"), ROBOT, hours=Hours()),
        "slow": rule(Condition(type="latency", above=200, seconds=20), "probot", hours=Hours()),
        "robot": rule(Condition(type="battery", below=50), ROBOT, hours=Hours()),
        "gone": rule(Condition(type="silent", seconds=120), ROBOT, hours=Hours()),
    }


@pytest_twisted.ensureDeferred
async def test_ninety_recorded_days_are_judged_as_they_were_live(tmp_path):
    scene = Recorded(tmp_path, {})
    await scene.opens()
    try:
        home = await scene.draws(name="Home", rad=200)
        school = await scene.draws(name="School", lat=48.5 + SCHOOL * M, rad=150)
        scene.watched = rules(home, school)
        scene.begins()
        scene.lives(ninety_days(DAYS))
        assert scene.engine.faults == 0, scene.engine.fault
        assert scene.recorder.lost == 0
        told = Counter()
        for key in scene.watched:
            live, past = await both(scene, key)
            assert past == live, key
            told[key] = len(live)
        # Each of them has something to tell, or nothing is shown by their being equal.
        assert all(told.values()), told
        assert told.keys() == scene.watched.keys()
        assert sum(told.values()) > 1500
    finally:
        await scene.closes()


async def both(scene: Recorded, key: str) -> tuple[list[Any], list[Any]]:
    """The verdicts of a rule, live and of the past, from the end of the lead-in on."""
    each = scene.watched[key]
    since = BEGIN + lead_of(each)
    until = scene.wall()
    over = {e.id: e.at for e in scene.verdicts if isinstance(e, Resolution)}
    live = [
        (e.thing, e.at, e.value, e.limit, e.place, e.late, over.get(e.id))
        for e in scene.verdicts
        if isinstance(e, Firing) and e.rule == key and e.found >= since
    ]
    test = Backtest(
        each, CALENDAR, LiveAround(scene), friends.kind(clocks=SenderClocks()).decode,
        since=since, until=until, key=key,
    )  # fmt: skip
    for sort in sorts_of(each):
        for thing in (JANE, BOB, ROBOT):
            test.feed(await scene.entries(thing, sort))
    for _ in test.run(until):
        pass
    result = test.result()
    assert result.count == len(result.would)
    past = [(w.thing, w.at, w.value, w.limit, w.place, w.late, w.resolved) for w in result.would]
    return sorted(live, key=str), sorted(past, key=str)


@pytest_twisted.ensureDeferred
async def test_one_fix_at_a_place_is_told_within_the_dwell_though_the_phone_sleeps_then(tmp_path):
    scene = Recorded(tmp_path, {})
    await scene.opens()
    try:
        school = await scene.draws(name="School", lat=48.5 + SCHOOL * M, rad=150)
        about = "friend"
        scene.watched = {
            "arrives": rule(Condition(type="arrives", region=school), about, hours=Hours()),
            "leaves": rule(Condition(type="leaves", region=school), about, hours=Hours()),
        }
        scene.begins()

        def told() -> list[tuple[str, float, float]]:
            found = [each for each in scene.verdicts if isinstance(each, Firing)]
            assert all(each.late is None for each in found)
            return [(each.thing, each.at - BEGIN, each.found - BEGIN) for each in found]

        begin = 3 * DAY
        scene.passes(begin)
        scene.is_at(0, of=JANE, acc=10)
        scene.is_at(SCHOOL, of=BOB, acc=10)  # his first fix ever: how things are
        scene.passes(1800)
        scene.is_at(SCHOOL, of=JANE, acc=10)  # and then it sleeps
        came = scene.clock.seconds()
        for _ in range(59):
            scene.passes(1.0)
        assert told() == []
        for _ in range(2):
            scene.passes(1.0)
        ((thing, at, found),) = told()
        assert (thing, at) == (JANE, int(came))
        assert came + 60 <= found <= came + 61
        scene.passes(5 * 3600)
        scene.is_at(0, of=JANE, acc=10)
        went = scene.clock.seconds()
        for _ in range(62):
            scene.passes(1.0)
        assert [each[:2] for each in told()] == [(JANE, int(came)), (JANE, int(went))]
        scene.passes(3600)
        scene.recorder.tick()
        for key in scene.watched:
            live, past = await both(scene, key)
            assert past == live
            assert len(past) == 1
            # The same where the region was drawn only afterwards: by the fixes alone.
            assert [each[:2] for each in await drawn_later(scene, key, school)] == [
                each[:2] for each in live
            ]
    finally:
        await scene.closes()


async def drawn_later(scene: Recorded, key: str, region: str) -> list[Any]:
    """The verdicts of a rule whose region is drawn at the end: thing, time, lateness."""
    each, until = scene.watched[key], scene.wall()
    shape = Circle(48.5 + SCHOOL * M, 2.25, 150)
    drawn = Drawn(
        region=region, name="School", shape=shape, since=until, rules=RULES, positions=positions
    )
    test = Backtest(
        each, CALENDAR, LiveAround(scene), friends.kind(clocks=SenderClocks()).decode,
        since=BEGIN + lead_of(each), until=until, drawn=drawn, key=key,
    )  # fmt: skip
    for sort in sorts_of(each, drawn, BEGIN):
        for thing in (JANE, BOB):
            test.feed(await scene.entries(thing, sort))
    for _ in test.run(until):
        pass
    result = test.result()
    assert all(would.late is None for would in result.would)
    return [(would.thing, would.at, would.late) for would in result.would]


# -- by hand


def test_the_lead_in_teaches_and_is_not_told():
    each = rule(Condition(type="battery", below=20))
    old = [fix(JANE, NOW - 100, 0, batt=10)]
    assert backtest(each, *old).result().would == []
    new = [fix(JANE, NOW + 100, 0, batt=90), fix(JANE, NOW + 200, 0, batt=10)]
    result = backtest(each, *old, *new).result()
    assert [would.at for would in result.would] == [NOW + 200]
    assert (result.count, result.looked_at) == (1, 2)


def test_what_hours_left_out_is_counted():
    each = rule(Condition(type="speed", above=50), hours=Hours(begin="08:00", end="09:00"))
    fixes = [fix(JANE, NOW + at, at, vel=60 if at % 600 else 0) for at in range(60, 6000, 60)]
    result = backtest(each, *fixes).result()
    assert result.would == []
    assert result.quiet == 10


def test_late_messages_are_judged_when_they_came():
    each = rule(Condition(type="speed", above=50))
    fixes = [fix(JANE, NOW + 100, 0, vel=90, late=7200), fix(JANE, NOW + 3000, 0, vel=0, late=4301)]
    [would] = backtest(each, *fixes).result().would
    assert (would.at, would.late, would.resolved) == (NOW + 100, NOW + 7300, NOW + 3000)


def test_of_many_firings_the_newest_are_listed_and_all_are_counted():
    each = rule(Condition(type="speed", above=50, margin=1))
    fixes = [fix(JANE, NOW + n, 0, vel=60 if n % 2 else 0) for n in range(1, 2400)]
    test = Backtest(each, CALENDAR, Around(), friends.KIND.decode, since=NOW, until=NOW + DAY)
    test.feed(fixes)
    pieces = sum(1 for _ in test.run(NOW + DAY))
    result = test.result()
    assert (result.count, len(result.would)) == (1200, MOST)
    assert result.would[-1].at == NOW + 2399
    assert pieces == 2399 // PIECE + 1
