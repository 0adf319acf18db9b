"""What is old goes: each sort in its time, each owner's friend in theirs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import pytest_twisted

from sightline.accounts.database import Database
from sightline.history.memory import MemoryStore
from sightline.history.record import entry
from sightline.history.retention import DAY, RetentionDays, purge
from sightline.history.store import Span
from sightline.live.steady_clock import PurgeClock

NOW = 1_795_235_000.0
JANE, BOB, BOT = "friend/jane/phone", "friend/bob/phone", "probot/ProBot1"


@pytest_twisted.ensureDeferred
async def test_positions_and_logs_go_in_their_time_and_owners_have_the_last_word() -> None:
    store = MemoryStore()
    ages = (1, 5, 20, 200)
    for thing, sort in ((JANE, "fix"), (BOB, "fix"), (BOT, "state"), (BOT, "drive")):
        old = [entry(thing, sort, NOW - age * DAY, NOW, b"{}") for age in ages]
        await store.write(old, [])

    async def own(things: list[str]) -> Mapping[str, int]:
        assert JANE in things
        return {JANE: 3}

    async def left(thing: str, sort: str) -> list[float]:
        page = await store.page(Span(thing, sort, newest_first=True))
        return [(NOW - one.tst) / DAY for one in page.entries]

    assert (
        await purge(store, RetentionDays(positions=0, logs=0), own, NOW) == 3
    )  # jane's word holds alone
    assert await purge(store, RetentionDays(positions=30, logs=10), own, NOW) == 1 + 2 + 2
    assert await left(JANE, "fix") == [1]
    assert await left(BOB, "fix") == [1, 5, 20]
    assert await left(BOT, "state") == await left(BOT, "drive") == [1, 5]
    assert await purge(store, RetentionDays(positions=30, logs=10), own, NOW) == 0


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize("step", [-3600, 3600, 7 * DAY, 366 * DAY])
async def test_the_present_is_never_deleted_whatever_our_clock_says(step: float) -> None:
    """The server starts with another clock. The newest that a phone told was an hour ago."""
    passed = 50.0
    store = MemoryStore()
    await store.write([entry(JANE, "fix", NOW - 3600 - n, NOW, b"{}") for n in range(9)], [])
    await store.write([entry(JANE, "fix", NOW - 40 * DAY, NOW, b"{}")], [])
    clock = PurgeClock(lambda: NOW + step, lambda: passed)

    async def own(things: list[str]) -> Mapping[str, int]:
        return {}

    assert await purge(store, RetentionDays(positions=3), own, clock()) == 0  # nothing is known yet
    clock.known(NOW - 3600)
    passed += 60
    assert await purge(store, RetentionDays(positions=3), own, clock()) == 1  # what is old is old
    assert await purge(store, RetentionDays(positions=3), own, clock()) == 0


def test_the_accounts_tell_which_things_have_a_time_of_their_own(tmp_path: Path) -> None:
    database = Database(tmp_path, time.time)
    assert database.retentions([JANE, BOB]) == {}
    database.retain(JANE, 3)
    assert database.retentions([JANE, BOB]) == {JANE: 3}
    database.close()
