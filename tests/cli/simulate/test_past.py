"""The week of a demonstration: brought once, whatever happens, and into nobody else's history."""

from __future__ import annotations

import pytest_twisted

from sightline.cli.simulate.past import APART, bring, entries, thing_of
from sightline.cli.simulate.week import DAY, PLANS, reported
from sightline.history.memory import MemoryStore
from sightline.history.record import entry
from sightline.history.store import Span

NOW = 1_795_235_000.0
AMARA = "friend/amara/pixel"


async def times(store: MemoryStore, thing: str, sort: str = "fix") -> list[float]:
    return [each.tst for each in (await store.page(Span(thing, sort), 10_000)).entries]


@pytest_twisted.ensureDeferred
async def test_everybody_has_a_week_that_ends_before_the_present_begins():
    store = MemoryStore(capacity=100_000)
    assert await bring(store, NOW, 7)
    for plan in PLANS:
        found = await times(store, thing_of(plan))
        assert NOW - 7 * DAY <= found[0] < NOW - 7 * DAY + 3600
        assert NOW - APART - 3600 < found[-1] <= NOW - APART
    assert len(await times(store, AMARA, "transition")) > 7 * 4


@pytest_twisted.ensureDeferred
async def test_another_start_doubles_nothing_and_goes_on_behind_what_is_there():
    store = MemoryStore(capacity=100_000)
    await bring(store, NOW, 7)
    before = await times(store, AMARA)
    assert await bring(store, NOW + 60, 7) == 0
    assert await bring(store, NOW + DAY, 7)
    after = await times(store, AMARA)
    assert after[: len(before)] == before
    assert after[len(before)] >= before[-1] + APART
    assert NOW + DAY - APART - 3600 < after[-1] <= NOW + DAY - APART


@pytest_twisted.ensureDeferred
async def test_what_was_cut_off_goes_on_where_it_was():
    store = MemoryStore(capacity=100_000)
    some = list(entries(reported(PLANS[0], NOW - 7 * DAY, NOW - 4 * DAY)))
    await store.write(some, [])
    await bring(store, NOW, 7)
    found = await times(store, AMARA)
    assert found[0] >= NOW - 7 * DAY
    assert found[-1] > NOW - APART - 3600


@pytest_twisted.ensureDeferred
async def test_the_history_of_real_people_is_left_alone():
    store = MemoryStore(capacity=100_000)
    await store.write([entry("friend/jane/phone", "fix", NOW, NOW, b"{}")], [])
    assert await bring(store, NOW, 7) is None
    assert list(await store.things()) == ["friend/jane/phone"]
