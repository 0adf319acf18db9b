"""Over many days PostgreSQL answers as the store in memory, and reads no more than it must."""

from __future__ import annotations

import json
import random

import pytest_twisted

from postgres import needs_postgres
from postgres_scene import BOT, DAY, JANE, OMAR, T0, TODAY, asked, fix
from sightline.history.memory import MemoryStore
from sightline.history.postgres import tables
from sightline.history.record import HistoryEntry, entry
from sightline.history.store import Span

pytestmark = needs_postgres


@pytest_twisted.ensureDeferred
async def test_over_many_days_it_answers_as_the_store_in_memory(servers):
    dice = random.Random(17)
    store, memory = await servers(), MemoryStore()
    things = (JANE, OMAR, BOT, "friend/omar/watch")
    whole: list[HistoryEntry] = []
    for n in range(200):
        day = dice.choice((*range(-12, 2), -1200, 300))
        tst = T0 + day * DAY + dice.randrange(-20, 20) * 3600
        sort = dice.choice(("fix", "fix", "transition", "crossing"))
        whole.append(entry(dice.choice(things), sort, tst, T0, json.dumps({"n": n}).encode()))
    for at in range(0, len(whole), 50):
        for each in (store, memory):
            assert await each.write(whole[at : at + 50], []) == 50
    for each in (store, memory):
        await each.hide(JANE, "fix", [(e.tst, e.digest) for e in whole[:100:3]], "one")
    sorts = ("crossing", "transition")
    for _ in range(20):
        low, high = sorted(T0 + dice.randrange(-1300, 330) * DAY / 2 for _ in range(2))
        thing, limit, newest = dice.choice(things), dice.choice((1, 3, 7, 500)), dice.random() < 0.5
        span = Span(thing, "fix", low, high, newest_first=newest, hidden=dice.random() < 0.3)
        for ask in (
            lambda s, span=span, limit=limit: s.page(span, limit),
            lambda s, low=low, limit=limit: s.scene("fix", low, limit),
            lambda s, low=low, n=limit: s.around(things, "fix", low, n, n // 2),
            lambda s, low=low, high=high, n=newest, limit=limit: s.events(
                sorts, low, high, newest_first=n, limit=limit
            ),
            lambda s, low=low, high=high, t=thing: s.counts(
                t, "fix", [low, (low + high) / 2, high]
            ),
        ):
            assert await ask(store) == await ask(memory)
    assert await store.things() == await memory.things()
    assert await store.acts(JANE) == await memory.acts(JANE)
    figures = await store.figures()
    assert (figures.oldest, figures.newest) == (
        min(e.tst for e in whole),
        max(e.tst for e in whole),
    )
    assert figures.bytes


@pytest_twisted.ensureDeferred
async def test_a_question_about_a_day_looks_into_no_other(servers):
    store = await servers()
    await store.write([fix(T0 - n * DAY) for n in range(50)], [])
    plan = await asked(
        store,
        "EXPLAIN SELECT tst FROM history.entry WHERE thing = 1 AND sort = 1"
        f" AND tst BETWEEN {TODAY * tables.DAY} AND {(TODAY + 1) * tables.DAY - 1}"
        " ORDER BY tst, digest LIMIT 10",
    )
    lines = " ".join(line for (line,) in plan)
    assert lines.count("Scan") == 1
    assert "entry_20261121" in lines
