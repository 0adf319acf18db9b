"""Rules about regions: arrives, leaves, is not there in time, stays too long."""

from __future__ import annotations

from rules.scene import BOB, CALENDAR, HOME, JANE, NOW, Scene, rule
from sightline.kinds.regions.model import Visit
from sightline.kinds.rules.model import Condition, Hours
from sightline.rules.conditions.links import LONGEST_WAIT
from sightline.rules.engine import RuleEngine

ARRIVES = Condition(type="arrives", region=HOME)
LEAVES = Condition(type="leaves", region=HOME)
HOUR, DAY = 3600.0, 86_400.0
MIDNIGHT = 86_400 - NOW % 86_400  # the first, after NOW
TODAY = 9_800.0  # 08:30


def absent(by: str = "08:30") -> Condition:
    return Condition(type="absent", region=HOME, by=by)


def stays(seconds: float = HOUR) -> Condition:
    return Condition(type="stays", region=HOME, seconds=seconds)


def test_who_comes_and_goes_is_told_of_once_each():
    scene = Scene(rule(ARRIVES), rule(LEAVES))
    scene.fix(lat=48.6)
    scene.crosses("enter", ago=5)
    scene.passes(100)
    scene.crosses("leave", ago=2)
    assert scene.fired == [(JANE, -5.0), (JANE, 98.0)]
    first = scene.events[0]
    assert (first.place, first.lat, first.lon, first.lasting) == ("Home", 48.6, 2.25, False)
    assert scene.over == []


def test_what_server_and_phone_both_tell_is_one_arrival_and_one_leaving():
    scene = Scene(rule(ARRIVES), rule(LEAVES))
    scene.crosses("enter", by="phone")
    scene.passes(60)
    scene.crosses("enter", by="server", agrees=True)
    scene.passes(600)
    scene.crosses("leave", by="server")
    scene.passes(20)
    scene.crosses("leave", by="phone", agrees=True)
    assert scene.fired == [(JANE, 0.0), (JANE, 660.0)]


def test_a_word_that_something_newer_contradicts_counts_for_nothing():
    scene = Scene(rule(ARRIVES), rule(LEAVES))
    scene.crosses("enter", by="phone", agrees=False)
    assert scene.fired == []
    scene.passes(100)
    scene.crosses("enter")
    scene.crosses("leave", by="phone", ago=50)  # late, and from before
    assert scene.fired == [(JANE, 100.0)]


def test_who_leaves_first_was_there_though_nobody_told_of_it():
    scene = Scene(rule(LEAVES))
    scene.crosses("leave")
    assert scene.fired == [(JANE, 0.0)]


def test_another_region_another_friend_and_a_region_of_the_phone_alone_are_passed_over():
    scene = Scene(rule(ARRIVES))
    scene.crosses("enter", region="else")
    scene.crosses("enter", of=BOB)
    scene.crosses("enter", region=None)
    assert scene.fired == []


def test_a_group_means_all_of_its_devices():
    scene = Scene(rule(ARRIVES, "friend/jane"), rule(ARRIVES, "friend"))
    scene.crosses("enter", of="friend/jane/tablet")
    scene.crosses("enter", of="friend/janet/phone")
    assert [thing for thing, _ in scene.fired] == [
        "friend/jane/tablet", "friend/jane/tablet", "friend/janet/phone",
    ]  # fmt: skip


def test_late_is_said_and_days_late_is_told_to_nobody():
    scene = Scene(rule(ARRIVES))
    scene.crosses("enter", ago=3 * HOUR)
    assert scene.firing.late == NOW
    scene.crosses("leave", ago=2 * HOUR)
    scene.passes(4 * DAY)
    scene.crosses("enter", ago=3.5 * DAY)
    assert len(scene.fired) == 1
    assert scene.engine.counts("rule/jane/r1").too_old == 1


def test_who_stays_too_long_is_told_of_until_they_go():
    scene = Scene(rule(stays()))
    scene.crosses("enter", ago=10)
    scene.passes(HOUR - 11)
    assert scene.fired == []
    scene.passes(1)
    assert scene.fired == [(JANE, HOUR - 10)]
    assert scene.firing.value == HOUR
    assert scene.firing.lasting
    scene.passes(500)
    scene.crosses("leave", ago=100)
    assert scene.over == [(scene.at - 100, "over")]
    scene.passes(10 * HOUR)
    assert len(scene.fired) == 1


def test_who_goes_in_time_is_not_told_of_and_who_comes_back_begins_anew():
    scene = Scene(rule(stays()))
    scene.crosses("enter")
    scene.passes(HOUR - 1)
    scene.crosses("leave")
    scene.passes(HOUR)
    scene.crosses("enter")
    scene.passes(HOUR - 1)
    assert scene.fired == []
    scene.passes(1)
    assert len(scene.fired) == 1


def test_a_visit_that_no_transition_tells_of_counts():
    scene = Scene(rule(stays()), rule(absent(), hours=Hours(zone="UTC")))
    visit = Visit(region=HOME, thing=JANE, since=NOW - 60, by="server")
    scene.sees(f"stay/{JANE}/{HOME}", visit)
    scene.passes(DAY)
    assert scene.fired == [(JANE, HOUR - 60)]


def test_who_is_there_when_a_rule_is_made_is_seen_at_once():
    scene = Scene()
    visit = Visit(region=HOME, thing=JANE, since=NOW - 2 * HOUR, by="server")
    things = [(f"stay/{JANE}/{HOME}", visit)]
    scene.took(scene.engine.put("rule/jane/x", rule(stays()), NOW, things))
    scene.passes(1)
    assert scene.fired == [(JANE, -HOUR)]


def test_who_is_not_there_in_time_is_told_of_until_they_come():
    scene = Scene(rule(absent(), hours=Hours(days=(0, 1, 2, 3, 4), zone="UTC")))
    by = MIDNIGHT + 8.5 * HOUR
    scene.passes(by)  # Sunday
    assert scene.fired == []
    scene.passes(DAY - 1)
    assert scene.fired == []
    scene.passes(1)  # Monday, 08:30
    assert scene.fired == [(JANE, by + DAY)]
    scene.passes(900)
    scene.crosses("enter", ago=30)
    assert scene.over == [(by + DAY + 870, "over")]
    scene.passes(DAY)
    assert len(scene.fired) == 1  # still there on Tuesday
    scene.crosses("leave")
    scene.passes(DAY)
    assert len(scene.fired) == 2
    assert scene.over == [(by + DAY + 870, "over")]
    scene.passes(16 * HOUR)
    assert scene.over[-1] == (MIDNIGHT + 4 * DAY, "over")  # the day is over


def test_who_came_in_time_and_tells_of_it_later_resolves_it():
    scene = Scene(rule(absent()))
    scene.passes(TODAY + 1800)
    assert len(scene.fired) == 1
    scene.crosses("enter", ago=HOUR)
    assert len(scene.over) == 1


def test_who_was_there_at_the_time_is_not_missed_though_they_went_since():
    scene = Scene(rule(absent()))
    scene.passes(TODAY - 1800)
    scene.crosses("enter")
    # Everything after that comes at once, when the server is back.
    scene.at += 2 * HOUR
    scene.took(scene.engine.tick(NOW + scene.at))
    assert scene.fired == []


def test_a_restart_forgets_nothing():
    scene = Scene(rule(stays()), rule(absent()))
    scene.crosses("enter")
    scene.restarts(down=60)
    scene.passes(HOUR - 61)
    assert scene.fired == []
    scene.passes(1)
    assert scene.fired == [(JANE, HOUR)]
    scene.restarts()
    scene.passes(10)
    assert len(scene.fired) == 1
    scene.crosses("leave")
    assert len(scene.over) == 1
    scene.passes(TODAY)
    assert len(scene.fired) == 2
    scene.restarts()
    scene.crosses("enter")
    assert len(scene.over) == 2


def test_a_time_that_came_while_we_were_down_is_told_of_late():
    scene = Scene(rule(absent()))
    scene.passes(TODAY - 60)
    scene.restarts(down=1800)
    scene.passes(59)
    assert scene.fired == []  # what was kept for us comes first
    scene.passes(1)
    assert scene.fired == [(JANE, TODAY)]
    assert scene.firing.late == NOW + scene.at


def test_who_came_while_we_were_down_is_not_missed():
    scene = Scene(rule(absent()), rule(stays(1800)))
    scene.passes(TODAY - 60)
    scene.restarts(down=1800)
    scene.crosses("enter", ago=1790)
    scene.crosses("leave", ago=10)
    scene.passes(HOUR)
    assert scene.fired == []


def test_who_came_in_time_is_not_missed_where_the_broker_was_away_at_that_time():
    scene = Scene(rule(absent()))
    scene.linked()
    scene.passes(TODAY - 300)
    scene.linked("lost")
    scene.passes(600)
    scene.linked()  # five minutes after the time
    scene.passes(1)
    scene.crosses("enter", ago=400)  # what the broker, or the phone, has kept
    scene.passes(HOUR)
    assert scene.fired == []


def test_who_did_not_come_is_told_of_late_when_what_was_kept_has_come():
    scene = Scene(rule(absent()))
    scene.linked()
    scene.passes(TODAY - 300)
    scene.linked("lost")
    scene.passes(600)
    scene.linked()
    scene.passes(59)
    assert scene.fired == []
    scene.passes(1)
    assert scene.fired == [(JANE, TODAY)]
    assert scene.firing.late == NOW + TODAY + 300 + 60
    scene.crosses("enter")
    assert scene.over == [(scene.at, "over")]


def test_a_broker_that_stays_away_is_not_waited_for_for_ever():
    scene = Scene(rule(absent()))
    scene.linked("lost")
    scene.passes(TODAY + LONGEST_WAIT - 1)
    assert scene.fired == []
    scene.passes(1)
    assert scene.fired == [(JANE, TODAY)]
    scene.passes(DAY)  # and so it is on the next day
    assert scene.fired == [(JANE, TODAY), (JANE, TODAY + DAY)]


def test_history_of_a_day_while_the_server_was_down_is_judged_when_messages_had_their_time():
    scene = Scene(rule(absent()))
    scene.passes(TODAY - 600)
    kept, since = scene.engine.state(), scene.at
    down = 1800.0
    engine = RuleEngine(CALENDAR, scene.around)
    engine.put("rule/jane/r1", rule(absent()), NOW + since)
    engine.restore(kept, NOW + since, hears=NOW + since + down)
    scene.engine = engine
    scene.passes(down + 59)  # what history tells of that time: nothing
    assert scene.fired == []
    scene.crosses("enter", ago=down + 59 - 300)
    scene.passes(HOUR)
    assert scene.fired == []
