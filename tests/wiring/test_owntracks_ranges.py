"""Ranges out of the store of history, and phones that are told yes when it has their fixes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.task import Clock

from sightline.history.memory import MemoryStore
from sightline.history.pending_records import Bounds
from sightline.history.record import entry
from sightline.history.recorder import Recorder
from sightline.history.store import Store
from sightline.live.world import World
from sightline.model.faults import Unavailable
from sightline.model.record import Record
from sightline.owntracks.fixes import Fix
from sightline.owntracks.ranges import DeviceRange
from sightline.web.reads import at_once
from sightline.wiring.owntracks_ranges import PostDurability, StoredFixes, judged
from stores import MAKERS
from web_scene import NOW

JANE = "friend/jane/phone"


def body(**more: Any) -> bytes:
    return json.dumps({"_type": "location", "lat": 1, "lon": 2, "tid": "JA"} | more).encode()


async def whole(
    store: Any, since: float = NOW, until: float = NOW + 5000, limit: int | None = None
) -> list[Fix]:
    ranges = judged(StoredFixes(store))
    wanted = DeviceRange(ranges, [JANE], (since, until), limit, at_once)
    async for _ in wanted.settle():
        pass
    return [fix async for some in wanted.pieces() for fix in some]


@pytest.fixture(params=list(MAKERS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = MAKERS[request.param](tmp_path)
    pytest_twisted.blockon(made.open())
    yield made
    pytest_twisted.blockon(made.close())


@pytest_twisted.ensureDeferred
async def test_a_range_is_the_newest_of_it_oldest_first_and_clean(store):
    entries = [
        entry(JANE, "fix", NOW + n, NOW + n, body(tst=int(NOW) + n, odd="x" * n, acc="bad"))
        for n in range(620)
    ]
    entries.append(entry(JANE, "fix", NOW + 3, NOW + 3, body(lat="1.5", tst=int(NOW) + 3)))
    entries.append(entry(JANE, "transition", NOW + 3, NOW + 3, b"{}"))
    entries.append(entry("friend/bob/car", "fix", NOW, NOW, body(tst=int(NOW))))
    await store.write(entries, [])
    found = await whole(store)
    assert [fix.tst for fix in found] == sorted(fix.tst for fix in found)
    assert len(found) == 621
    few = await whole(store, NOW, NOW + 3, 3)
    assert [(fix.tst - NOW, fix.fields["lat"]) for fix in few[:1]] == [(2, 1)]
    assert {fix.fields["lat"] for fix in few[1:]} == {1, 1.5}
    assert "odd" not in few[0].fields
    assert "acc" not in few[0].fields
    assert await whole(store, 0, 1) == []


@pytest_twisted.ensureDeferred
async def test_safe_is_what_the_store_has_and_not_what_found_no_room():
    store = MemoryStore(10)
    await store.open()
    recorder = Recorder(store, World("e"), Clock(), lambda: NOW, Bounds(rows=1))
    safe = PostDurability(recorder)
    assert safe.keeps_up()
    recorder.remember(Record(JANE, "fix", NOW, body(tst=int(NOW))))
    await safe.stored()
    assert (await store.things()) == [JANE]
    recorder._pending.lost += 1
    with pytest.raises(Unavailable):
        await safe.stored()
    await safe.stored()  # what is lost is lost once: it comes again


@pytest_twisted.ensureDeferred
async def test_a_range_holds_no_fix_that_cannot_be_right():
    store = MemoryStore(100)
    await store.open()
    places = [
        (48.0, 11.0, 5),
        (59.3, 18.0, 2000),
        (48.0, 11.0, 5),
        (48.05, 11.0, -7),
        (48.0, 11.0, 5),
    ]
    entries = [
        entry(JANE, "fix", NOW + n, NOW + n, body(tst=int(NOW) + n, lat=lat, lon=lon, acc=acc))
        for n, (lat, lon, acc) in enumerate(places)
    ]
    await store.write(entries, [])
    found = await whole(store, NOW, NOW + 10)
    assert [fix.tst - NOW for fix in found] == [0, 2, 4]
