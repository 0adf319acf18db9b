"""The days of a month that have anything, by the calendar of a zone."""

from __future__ import annotations

import itertools
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st

from sightline.history.calendar import days_of_all, days_of_thing
from sightline.history.memory import MemoryStore
from sightline.history.query_params import CalendarQuery, Month, Zone, month
from sightline.history.record import HistoryEntry, entry
from sightline.history.sqlite import SqliteStore
from sightline.web.reads import at_once

JANE, BOB, BOT = "friend/jane/phone", "friend/bob/phone", "probot/ProBot1"
BERLIN = "Europe/Berlin"


def bounds_of(name: str, zone: str) -> tuple[list[str], list[float]]:
    return month(CalendarQuery(month=Month(name), zone=Zone(zone)))


def when(text: str, zone: str = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def seen(thing: str, tst: float, sort: str = "fix") -> HistoryEntry:
    return entry(thing, sort, tst, tst, json.dumps({"tst": tst, "lat": 1, "lon": 2}).encode())


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path):
    made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path)
    pytest_twisted.blockon(made.open())
    yield made
    pytest_twisted.blockon(made.close())


@pytest_twisted.ensureDeferred
async def test_days_are_those_of_the_zone_also_where_they_have_23_or_25_hours(store):
    days, bounds = bounds_of("2026-10", BERLIN)
    assert [b - a for a, b in itertools.pairwise(bounds)].count(25 * 3600.0) == 1
    first = when("2026-10-24T23:59:59")
    late = when("2026-10-25T23:30:00")  # 24.5 hours after that day began
    await store.write([seen(JANE, first), seen(JANE, late), seen(JANE, bounds[-1])], [])
    found = await days_of_thing(store, JANE, "fix", bounds)
    assert [days[n] for n in found] == ["2026-10-24", "2026-10-25"]
    assert await days_of_all(store, ["fix"], bounds, lambda key: True, at_once) == found
    _, utc = bounds_of("2026-10", "UTC")
    assert await days_of_thing(store, JANE, "fix", utc) == [23, 24, 30]


@pytest_twisted.ensureDeferred
async def test_a_day_of_what_is_not_seen_is_an_empty_day(store):
    _, bounds = bounds_of("2026-11", BERLIN)
    await store.write([seen(JANE, when("2026-11-03T12:00:00"))], [])
    await store.write([seen(BOB, when("2026-11-07T12:00:00"))], [])
    await store.write([seen(BOT, when("2026-11-09T12:00:00"), "state")], [])

    async def days(*things: str) -> list[int]:
        return await days_of_all(store, ["fix", "state"], bounds, lambda k: k in things, at_once)

    assert await days(JANE, BOB, BOT) == [2, 6, 8]
    assert await days(JANE) == [2]
    assert await days() == []


@pytest_twisted.ensureDeferred
async def test_hidden_fixes_make_no_day(store):
    _, bounds = bounds_of("2026-11", BERLIN)
    wrong = seen(JANE, when("2026-11-03T12:00:00"))
    await store.write([wrong, seen(JANE, when("2026-11-02T12:00:00"))], [])
    await store.hide(JANE, "fix", [(wrong.tst, wrong.digest)], "hide-1-0123456789abcdef")
    assert await days_of_thing(store, JANE, "fix", bounds) == [1]
    assert await days_of_all(store, ["fix"], bounds, lambda key: True, at_once) == [1]


ZONES = st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])


@given(ZONES, st.integers(1, 12), st.lists(st.floats(-3.0, 34.0), max_size=12))
def test_it_is_what_looking_at_every_entry_finds(zone, number, days):
    _, bounds = bounds_of(f"2026-{number:02d}", zone)
    times = [round(bounds[0] + day * 86_400.0, 3) for day in days]
    store = MemoryStore()
    pytest_twisted.blockon(store.write([seen(JANE, tst) for tst in times], []))
    wanted = [
        n
        for n, (since, until) in enumerate(itertools.pairwise(bounds))
        if any(since <= tst < until for tst in times)
    ]
    both = pytest_twisted.blockon(_both(store, bounds))
    assert both == (wanted, wanted)


def _both(store: MemoryStore, bounds: list[float]):
    from twisted.internet.defer import Deferred

    async def ask() -> tuple[list[int], list[int]]:
        one = await days_of_thing(store, JANE, "fix", bounds)
        return one, await days_of_all(store, ["fix"], bounds, lambda key: True, at_once)

    return Deferred.fromCoroutine(ask())
