"""Back-tests of entries made by hand."""

from __future__ import annotations

import json
from typing import Any

from regions.scene import M
from rules.scene import CALENDAR, NOW, Around
from sightline.history.record import HistoryEntry, entry
from sightline.kinds import friends
from sightline.rules.backtest import DAY, Backtest


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
