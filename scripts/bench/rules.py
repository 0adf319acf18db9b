"""What rules cost: a message that is looked at, one that is not, many rules, a back-test.

    scripts/bench/rules.py             all of it
    scripts/bench/rules.py --part past

The engine alone, in this process: without broker and world, whose cost is in the bench of ingest.
Times are of the processor, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "server")]

import table  # noqa: E402

from sightline.geometry.positions import Rules  # noqa: E402
from sightline.geometry.shapes import Circle  # noqa: E402
from sightline.history.record import HistoryEntry, entry  # noqa: E402
from sightline.kinds import friends  # noqa: E402
from sightline.kinds.friends import SenderClocks  # noqa: E402
from sightline.kinds.friends.model import Friend  # noqa: E402
from sightline.kinds.probots.model import ProBot  # noqa: E402
from sightline.kinds.rules.model import Condition, Hours, Recipient, Rule  # noqa: E402
from sightline.regions.positions import positions  # noqa: E402
from sightline.rules.backtest import Backtest  # noqa: E402
from sightline.rules.calendar import SystemCalendar  # noqa: E402
from sightline.rules.engine import RuleEngine  # noqa: E402
from sightline.rules.region_trials import Drawn  # noqa: E402

NOW = 1_795_240_000.0
DAY = 86_400.0
JANE, BOB = "friend/jane/phone", "friend/bob/phone"
PARTS = ("message", "many", "past")
REPEAT = 7  # the best of so many: what else the machine does can only add
MESSAGES = 20_000
CALENDAR = SystemCalendar()


class Around:
    def name(self, key: str) -> str | None:
        return key

    def place(self, thing: str) -> tuple[float, float] | None:
        return None

    def zone(self, thing: str) -> str:
        return "Europe/Berlin"


def rule(condition: Condition, *about: str) -> Rule:
    return Rule(
        about=about or (JANE,),
        condition=condition,
        hours=Hours(zone="Europe/Berlin"),
        tell=(Recipient(account="jane"),),
        version=1,
        by="jane",
        at=NOW,
    )


def engine(*rules: Rule) -> RuleEngine:
    made = RuleEngine(CALENDAR, Around())
    for n, each in enumerate(rules):
        made.put(f"rule/jane/{n}", each, NOW)
    return made


def best(work: Callable[[], Any], count: int) -> float:
    """Return µs for each of ``count``, the best of several times."""
    found = []
    for _ in range(REPEAT):
        gc.collect()
        began = time.process_time()
        work()
        found.append((time.process_time() - began) / count * 1e6)
    return min(found)


# -- a message


def fixes(count: int) -> list[Friend]:
    return [
        Friend(
            presence="live", lat=48.5 + n * 1e-6, lon=2.25, tst=NOW + 10 * n, at=NOW + 10 * n,
            acc=5, batt=90 - n // 50 % 80, vel=n % 50,
        )
        for n in range(count)
    ]  # fmt: skip


def robots(count: int) -> list[ProBot]:
    at = [NOW + n for n in range(count)]
    return [
        ProBot(presence="live", at=t, heard=t, batt=80.0, angle=t % 7, rtt=30 + t % 9) for t in at
    ]


CONDITIONS = (
    ("no rule looks at it", None),
    ("arrives, leaves, absent, stays", Condition(type="arrives", region="ab12cd34")),
    ("near", Condition(type="near", other=BOB, metres=100)),
    ("battery below", Condition(type="battery", below=20)),
    ("battery empty before", Condition(type="battery", by="22:00")),
    ("silent, fixed", Condition(type="silent", seconds=3600)),
    ("silent, learned", Condition(type="silent")),
    ("speed", Condition(type="speed", above=130)),
)
OF_ROBOTS = (
    ("fallen", Condition(type="fallen")),
    ("latency", Condition(type="latency", above=500)),
)


def one_message() -> list[list[Any]]:
    rows: list[list[Any]] = []
    moves, lines = fixes(MESSAGES), robots(MESSAGES)
    for name, condition in CONDITIONS:
        key = JANE if condition is not None else "friend/zoe/phone"
        us = _watched(rule(condition or CONDITIONS[2][1]), key, moves)
        rows.append([name, f"{us:.2f}"])
    for name, condition in OF_ROBOTS:
        rows.append([name, f"{_watched(rule(condition, 'probot'), 'probot/ProBot1', lines):.2f}"])
    number = rule(Condition(type="number", topic="a/+", field="x", above=5.0), "broker")
    made = engine(number)

    def numbers() -> None:
        for n in range(MESSAGES):
            made.number(NOW + n, "main", "a/b", b'{"x":3.5,"y":"something else"}')

    rows.append(["number in JSON", f"{best(numbers, MESSAGES):.2f}"])
    return rows


def _watched(each: Rule, key: str, states: Sequence[Any]) -> float:
    def watch() -> None:
        made = engine(each)
        made.observe(NOW, BOB, None, states[0])
        observe, before = made.observe, None
        for state in states:
            observe(state.at, key, before, state)
            before = state

    return best(watch, len(states))


# -- many rules


def many(count: int = 500, devices: int = 1000) -> list[list[Any]]:
    """500 rules about 1,000 devices, at 2,000 messages a second: what part of a second it takes."""
    rows: list[list[Any]] = []
    kinds = [each for _, each in CONDITIONS[2:]]
    one_each = [rule(kinds[n % len(kinds)], f"friend/u{n}/phone") for n in range(count)]
    about_all = [rule(kinds[n % len(kinds)], "friend") for n in range(10)]
    for name, rules in (
        (f"{count} rules about a device each", one_each),
        (f"the same and {len(about_all)} about all friends", [*one_each, *about_all]),
    ):
        made = engine(*rules)
        keys = [f"friend/u{n}/phone" for n in range(devices)]
        rounds = [
            [
                Friend(
                    presence="live", lat=48.5, lon=n * 0.01, tst=NOW + 60 * r, at=NOW + 60 * r,
                    acc=5, batt=80, vel=10,
                )
                for n in range(devices)
            ]
            for r in range(1, 9)
        ]  # fmt: skip

        def run(made: RuleEngine = made, keys: Sequence[str] = keys, rounds: Any = rounds) -> None:
            for states in rounds:
                for key, state in zip(keys, states, strict=True):
                    made.observe(state.at, key, None, state)

        us = best(run, devices * len(rounds))
        rows.append([name, f"{us:.2f}", f"{us * 2000 / 1e4:.1f}"])
    return rows


# -- the past


def month(people: int = 10, days: int = 30) -> list[HistoryEntry]:
    """Make a fix each minute while they move (4 h a day), each half hour else."""
    found = []
    for n in range(people):
        for day in range(days):
            at = NOW + day * DAY + n
            while at < NOW + (day + 1) * DAY:
                hour = (at % DAY) / 3600
                moves = 7 <= hour < 9 or 16 <= hour < 18
                metres = (hour - 7 if hour < 9 else 18 - hour) * 15_000 if moves else 0
                lat = 48.5 + n / 100 + metres / 111_200
                body = (
                    f'{{"_type":"location","lat":{lat:.6f},"lon":2.25,'
                    f'"tst":{int(at)},"acc":12,"batt":{int(90 - hour * 3)},"bs":1,"vel":'
                    f'{30 if moves else 0},"alt":120,"tid":"u{n}","t":"u","conn":"m","m":1}}'
                )
                thing = f"friend/u{n}/phone"
                found.append(entry(thing, "fix", int(at), at + 0.5, body.encode()))
                at += 60 if moves else 1800
    return found


def past() -> list[list[Any]]:
    entries = month()
    end = NOW + 30 * DAY
    shape = Circle(48.5, 2.25, 200)
    region = Condition(type="arrives", region="ab12cd34")
    new = Drawn(
        region="ab12cd34", name="Home", shape=shape, since=end, rules=Rules(), positions=positions
    )
    rows = []
    for name, condition, drawn in (
        ("speed", CONDITIONS[-1][1], None),
        ("silent, learned", CONDITIONS[-2][1], None),
        ("near", Condition(type="near", other="friend/u0/phone", metres=100), None),
        ("a region drawn today", region, new),
    ):
        took, count, longest = min(_tried(condition, entries, end, drawn) for _ in range(3))
        cells = [name, len(entries), count, f"{took:.2f}", f"{longest * 1000:.1f}"]
        rows.append(cells)
    return rows


def _tried(condition: Any, entries: Any, end: float, drawn: Any) -> tuple[float, int, float]:
    decode = friends.kind(clocks=SenderClocks()).decode
    gc.collect()
    began = time.process_time()
    test = Backtest(
        rule(condition, "friend"), CALENDAR, Around(), decode, since=NOW, until=end, drawn=drawn
    )
    longest = 0.0
    for day in range(30):  # as a page of the store after the other
        until = NOW + (day + 1) * DAY
        test.feed([each for each in entries if until - DAY <= each.tst < until])
        last = time.process_time()
        for _ in test.run(until):
            now = time.process_time()
            longest, last = max(longest, now - last), now
    count = test.result().count
    return time.process_time() - began, count, longest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, help="only this")
    part = parser.parse_args().part
    if part in (None, "message"):
        table.show("A message that one rule looks at", ["rule", "µs"], one_message())
    if part in (None, "many"):
        columns = ["rules", "µs for a message", "% of a core at 2,000/s"]
        table.show("Many rules at once", columns, many())
    if part in (None, "past"):
        columns = ["rule", "entries", "firings", "s", "longest piece, ms"]
        table.show("Back-test: 30 days of 10 friends", columns, past())


if __name__ == "__main__":
    main()
