"""What a rule would have told: the same as it told live."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import msgspec
import pytest_twisted
from msgspec.structs import replace

from regions.scene import NOW as BEGIN
from regions.scene import M
from rules.recorded import BOB, JANE, ROBOT, SCHOOL, LiveAround, Recorded, ninety_days
from rules.scene import CALENDAR, HOME, NOW, Around, rule
from sightline.geometry.positions import Rules
from sightline.geometry.shapes import Circle
from sightline.history.record import HistoryEntry, entry
from sightline.kinds import friends
from sightline.kinds.friends import SenderClocks
from sightline.kinds.regions.model import Transition
from sightline.kinds.rules.model import Condition, Hours
from sightline.regions.positions import positions
from sightline.rules.backtest import DAY, MOST, PIECE, Backtest, lead_of, sorts_of
from sightline.rules.drawn import Drawn
from sightline.rules.engine import Engine
from sightline.rules.firing import Firing, Resolution
from sightline.rules.past import rhythm_of

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


# -- by hand


def fix(of: str, at: float, metres: float, *, late: float = 0.0, **more: Any) -> HistoryEntry:
    where = {"lat": 48.5 + metres * M, "lon": 2.25, "acc": 5}
    said = {"_type": "location", "tst": int(at), **where, **more}
    return entry(of, "fix", int(at), at + late, json.dumps(said).encode())


def backtest(each: Any, *entries: HistoryEntry, days: float = 1.0, **more: Any) -> Backtest:
    test = Backtest(
        each, CALENDAR, Around(), friends.KIND.decode, since=NOW, until=NOW + days * DAY, **more
    )
    test.feed(entries)
    for _ in test.run(NOW + days * DAY):
        pass
    return test


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


def test_hidden_and_unreadable_entries_are_passed_over():
    each = rule(Condition(type="battery", below=20))
    wrong = replace(fix(JANE, NOW + 100, 0, batt=10), hidden=True)
    broken = [entry(JANE, sort, NOW + 5, NOW + 5, b"{") for sort in ("fix", "crossing", "state")]
    odd = [
        entry("broker/main", "log", NOW + 6, NOW + 6, b'{"level":"odd","text":"x"}'),
        entry("server/sightline", "figures", NOW + 6, NOW + 6, b"{}"),
        entry(JANE, "region", NOW + 6, NOW + 6, b"null"),
    ]
    test = backtest(each, wrong, *broken, *odd)
    assert test.result().would == []
    assert test.engine.faults == 0


def test_an_alarm_of_the_command_log_fires():
    line = b'{"n":1,"at":1,"who":"x","robot":"ProBot1","what":"alarm","why":"a message on keys/P"}'
    told = entry(ROBOT, "alarm", NOW + 50, NOW + 50, line)
    [would] = backtest(rule(Condition(type="alarm"), "probot"), told).result().would
    assert (would.at, would.thing, would.place) == (NOW + 50, ROBOT, "keys/P")
    assert would.resolved == NOW + 110


def test_a_flapping_client_is_found_in_the_log_of_a_broker():
    lines = []
    for n in range(6):
        text = f"New client connected from 192.168.7.{n}:55 as esp (p2, c1, k60)."
        body = msgspec.json.encode({"level": "notice", "text": text})
        lines.append(entry("broker/main", "log", NOW + 20 * n, NOW + 20 * n, body))
    each = rule(Condition(type="flapping", times=4, seconds=100), "broker")
    [would] = backtest(each, *lines).result().would
    assert (would.at, would.thing) == (NOW + 60, "client/main/esp")


def test_a_lost_connection_is_found_between_two_figures():
    def figures(at: float, since: float) -> HistoryEntry:
        link = {"state": "connected", "since": NOW + since}
        body = msgspec.json.encode({"link": link, "trip": 5.0, "sys": {"uptime": 1}})
        return entry("broker/main", "figures", NOW + at, NOW + at, body)

    some = [figures(60, 0), figures(120, 0), figures(500, 480), figures(560, 480)]
    each = rule(Condition(type="disconnected", seconds=60), "broker/main")
    [would] = backtest(each, *some).result().would
    assert (would.at, would.resolved) == (NOW + 180, NOW + 480)


def test_the_usual_silence_is_learned_from_history_as_live():
    each = rule(Condition(type="silent"))
    fixes = [fix(JANE, NOW + 240 * n, n, vel=20 * (n % 9 == 0)) for n in range(300)]
    learned = rhythm_of(reversed(fixes), friends.KIND.decode)
    assert learned.usual() == backtest(each, *fixes).engine.usual(JANE)
    assert learned.usual().learned
    engine = Engine(CALENDAR, Around())
    engine.learned(JANE, learned)
    engine.put("rule/jane/x", each, NOW + DAY)
    assert engine.usual(JANE) == learned.usual()
    assert engine.usual(BOB) is None


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
