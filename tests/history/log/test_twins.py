"""What the next leader wrote in place of one that died is there once when that one is back."""

from __future__ import annotations

from pathlib import Path

import pytest_twisted
from log_scene import T0, fix
from logged_scene import left_in_log, logged

from sightline.history.log.twins import is_shared, without_twins
from sightline.history.memory import MemoryStore
from sightline.history.record import HistoryEntry, digest, entry
from sightline.history.store import Span
from waits import until

BOT = "probot/ProBot1"


def alarm(at: float, who: int, text: bytes = b"low") -> HistoryEntry:
    """As server ``who`` says it."""
    return HistoryEntry(BOT, "alarm", T0 + at, T0 + at, b'{"n":%d}' % who, digest(text))


@pytest_twisted.ensureDeferred
async def test_only_what_is_there_at_another_time_nearby_is_left_out():
    store = MemoryStore()
    await store.write([alarm(0.2, 2), alarm(60, 2, b"gone")], [])
    mine = [alarm(0, 1), alarm(0.1, 1), alarm(30, 1, b"gone"), fix(0)]
    assert is_shared(mine[0])
    assert not is_shared(mine[-1])
    # The first has its twin, the second was said once more, the third is another time.
    assert await without_twins(store, mine) == mine[1:]
    # What is there itself is no twin: it changes nothing to write it again.
    assert await without_twins(store, [alarm(60, 2, b"gone")]) == [alarm(60, 2, b"gone")]


@pytest_twisted.ensureDeferred
async def test_ordinary_entries_are_never_taken_for_twins():
    store = MemoryStore()
    one, two = (entry(BOT, "drive", T0 + n / 10, T0, b'{"left":1}') for n in range(2))
    await store.write([one], [])
    assert await without_twins(store, [two]) == [two]


@pytest_twisted.ensureDeferred
async def test_a_leader_that_comes_back_doubles_nothing(tmp_path: Path):
    inner = MemoryStore()
    await left_in_log(tmp_path / "a", inner, [alarm(0, 1), fix(0)])
    assert list((await inner.page(Span(BOT, "alarm"))).entries) == []
    await inner.write([alarm(0.3, 2)], [])
    again = logged(tmp_path / "a", inner, server="a", shared=True)
    await again.open()
    await until(lambda: again.indexer.has(2))
    assert list((await inner.page(Span(BOT, "alarm"))).entries) == [alarm(0.3, 2)]
    assert list((await inner.page(Span(fix(0).thing, "fix"))).entries) == [fix(0)]
    await again.close()
