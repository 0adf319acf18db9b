"""What entries of history said when they were news."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rules.recorded import BOB, JANE, ROBOT
from rules.scene import CALENDAR, HOME, NOW, Around, rule
from rules.tried import backtest, fix
from sightline.history.record import HistoryEntry, entry
from sightline.kinds import friends
from sightline.kinds.regions.model import Transition
from sightline.kinds.rules.model import Condition
from sightline.rules.backtest import DAY
from sightline.rules.conditions.base import SETTLE
from sightline.rules.engine import RuleEngine
from sightline.rules.past import RecordedLinks, rhythm_of


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


def figures(at: float, since: float) -> HistoryEntry:
    """Those of a broker to which we are connected ``since``."""
    link = {"state": "connected", "since": NOW + since}
    body = msgspec.json.encode({"link": link, "trip": 5.0, "sys": {"uptime": 1}})
    return entry("broker/main", "figures", NOW + at, NOW + at, body)


def crossing(at: float, tst: float) -> HistoryEntry:
    """Jane came home at ``tst``, of which we heard at ``at``."""
    came = Transition(
        n=1, at=NOW + at, tst=NOW + tst, thing=JANE, region=HOME, name="Home", event="enter",
        by="server",
    )  # fmt: skip
    return entry(JANE, "crossing", NOW + tst, NOW + at, msgspec.json.encode(came))


def test_who_came_while_we_were_deaf_is_not_missed_in_history_either():
    each = rule(Condition(type="absent", region=HOME, by="08:30"), JANE)
    due = 9_800.0  # 08:30
    away = [figures(due - 400, 0), figures(due - 300, 0), figures(due + 320, due + 300)]
    assert backtest(each, *away, crossing(due + 301, due - 100)).result().would == []
    [would] = backtest(each, *away, crossing(due + 1000, due + 900)).result().would
    assert (would.at, would.late) == (NOW + due, NOW + due + 320 + SETTLE)
    there = [figures(due - 400, 0), figures(due + 320, 0)]
    [would] = backtest(each, *there, crossing(due + 301, due - 100)).result().would
    assert (would.at, would.late) == (NOW + due, None)
    assert RecordedLinks().lost(entry("broker/main", "figures", NOW, NOW, b"{")) is None


def test_a_lost_connection_is_found_between_two_figures():
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
    engine = RuleEngine(CALENDAR, Around())
    engine.learned(JANE, learned)
    engine.put("rule/jane/x", each, NOW + DAY)
    assert engine.usual(JANE) == learned.usual()
    assert engine.usual(BOB) is None
