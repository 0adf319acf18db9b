"""A chart of days takes some samples out of the store, evenly spaced."""

from __future__ import annotations

import itertools
import json

import pytest
import pytest_twisted

from sightline.history.memory import MemoryStore
from sightline.history.record import entry
from sightline.history.track_samples import MOST, SHORTEST, sampled

BROKER = "broker/main"
NOW = 1_795_235_000.0
DAY = 86_400.0


async def store(*times: float) -> MemoryStore:
    made = MemoryStore()
    await made.open()
    rows = [
        entry(BROKER, "figures", t, t, json.dumps({"uptime": int(t - NOW + 10 * DAY)}).encode())
        for t in times
    ]
    await made.write(rows, [])
    return made


@pytest.mark.parametrize("back", [3600, DAY, 7 * DAY])
@pytest_twisted.ensureDeferred
async def test_the_whole_time_is_covered_by_few_samples_in_order(back: float):
    kept = await store(*(NOW - n * 60 for n in range(round(back / 60))))
    found = await sampled(kept, BROKER, "figures", NOW - back, NOW)
    times = [at for at, _ in found]
    assert times == sorted(times)
    assert 30 < len(times) <= MOST
    step = max(SHORTEST, back / MOST)
    assert max(b - a for a, b in itertools.pairwise(times)) <= 2 * step
    assert times[0] - (NOW - back) <= step + 60
    assert found[0][1]["uptime"] == int(times[0] - NOW + 10 * DAY)


@pytest_twisted.ensureDeferred
async def test_a_gap_stays_a_gap_and_costs_no_looks():
    kept = await store(NOW - DAY, NOW - DAY + 60, NOW - 120, NOW - 60)
    looks = []
    page = kept.page
    kept.page = lambda *how, **more: looks.append(1) or page(*how, **more)  # type: ignore[method-assign,assignment,func-returns-value]
    found = await sampled(kept, BROKER, "figures", NOW - DAY, NOW)
    assert [at for at, _ in found] == [NOW - DAY, NOW - 120]  # one of each part
    assert len(looks) < 10


@pytest_twisted.ensureDeferred
async def test_of_nothing_there_is_nothing():
    assert await sampled(await store(), BROKER, "figures", NOW - DAY, NOW) == []
    kept = await store(NOW - 2 * DAY)
    assert await sampled(kept, BROKER, "figures", NOW - DAY, NOW) == []
