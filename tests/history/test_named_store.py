"""The past of a device under all its names is told as one, whatever the store is made of."""

from __future__ import annotations

from random import Random

import pytest
import pytest_twisted
from pytest_twisted import ensureDeferred, inlineCallbacks
from twisted.internet.defer import Deferred

from sightline.auth.permissions import VisibleScope
from sightline.history.memory import MemoryStore
from sightline.history.named_store import NamedStore
from sightline.history.record import HistoryEntry, LastState, entry
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Span, Store
from sightline.kinds.friends.names import Alias, DeviceNames

NEW, OLD = "friend/jane/phone", "friend/jane/tablet"
MERGED = [Alias("jane/tablet", "jane/phone", "merge", 1)]


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path)
    pytest_twisted.blockon(made.open())
    yield made
    pytest_twisted.blockon(made.close())


async def opened(store: Store, entries: list[HistoryEntry]) -> NamedStore:
    names = DeviceNames()
    named = NamedStore(store, names)
    await store.write(entries, [LastState(OLD, 1, b'{"a":1}'), LastState(NEW, 2, b'{"a":2}')])
    names.set_aliases(MERGED)
    return named


def fix(thing: str, tst: float, said: str = "") -> HistoryEntry:
    return entry(thing, "fix", tst, tst, f'{{"n":"{thing} {tst} {said}"}}'.encode())


async def walked(store: Store, span: Span, limit: int) -> list[HistoryEntry]:
    found: list[HistoryEntry] = []
    after = None
    for _ in range(10_000):
        page = await store.page(span, limit, after)
        assert len(page.entries) <= limit
        found += page.entries
        after = page.more
        if after is None:
            return found
    raise AssertionError("no end")


@ensureDeferred
async def test_pages_of_both_names_are_merged_in_order_without_loss(store):
    rng = Random(7)
    entries = [fix(rng.choice((NEW, OLD)), float(rng.randrange(60)), str(n)) for n in range(200)]
    same = entry(OLD, "fix", 5.0, 5.0, b'{"n":"both"}')
    entries += [same, entry(NEW, "fix", 5.0, 5.0, b'{"n":"both"}')]
    named = await opened(store, entries)
    order = sorted({(each.tst, each.digest) for each in entries})
    for limit in (1, 2, 7, 500):
        for back in (False, True):
            found = await walked(named, Span(NEW, "fix", newest_first=back), limit)
            wanted = order[::-1] if back else order
            assert [(each.tst, each.digest) for each in found] == wanted
            assert {each.thing for each in found} == {NEW}
    within = await walked(named, Span(OLD, "fix", 10, 19), 3)
    assert [each.tst for each in within] == [t for t, _ in order if 10 <= t <= 19]
    counts = await named.counts(NEW, "fix", [0, 30, 60])
    assert sum(counts) == len(entries)


@ensureDeferred
async def test_a_split_gives_each_its_past_again(store):
    named = await opened(store, [fix(NEW, 1), fix(OLD, 2), fix(NEW, 3)])
    assert len(await walked(named, Span(NEW, "fix"), 10)) == 3
    named.names.set_aliases([])
    assert [e.tst for e in await walked(named, Span(NEW, "fix"), 10)] == [1, 3]
    assert [e.tst for e in await walked(named, Span(OLD, "fix"), 10)] == [2]


@ensureDeferred
async def test_a_scene_shows_a_device_once_as_it_was_last_under_any_name(store):
    other = "friend/zoe/phone"
    named = await opened(store, [fix(NEW, 1), fix(OLD, 2), fix(NEW, 3), fix(other, 1)])
    for at, tst in ((1.5, 1), (2.5, 2), (9, 3)):
        found: list[HistoryEntry] = []
        after = None
        while True:
            page = await named.scene("fix", at, 1, after)
            found += page.entries
            after = page.more
            if after is None:
                break
        assert {each.thing: each.tst for each in found} == {NEW: tst, other: 1}
        assert len(found) == 2


@ensureDeferred
async def test_events_are_told_under_the_name_of_now_to_those_who_see_it(store):
    entries = [
        entry(thing, "transition", tst, tst, f'{{"desc":"x {tst}"}}'.encode())
        for thing, tst in ((OLD, 1.0), (NEW, 2.0), ("friend/joe/phone", 3.0))
    ]
    named = await opened(store, entries)
    scope = VisibleScope(frozenset(), frozenset((NEW,)))
    page = await named.events(["transition"], scope=scope)
    assert [(each.thing, each.tst) for each in page.entries] == [(NEW, 2), (NEW, 1)]
    assert list(await named.things()) == ["friend/jane/phone", "friend/joe/phone"]


@ensureDeferred
async def test_points_are_hidden_purged_and_erased_under_every_name(store):
    named = await opened(store, [fix(NEW, 1), fix(OLD, 2), fix(OLD, 3)])
    keys = [(e.tst, e.digest) for e in await walked(named, Span(NEW, "fix"), 9)]
    assert await named.hide(NEW, "fix", keys[:2], "act") == 2
    assert len(await walked(named, Span(NEW, "fix"), 9)) == 1
    assert await named.unhide(NEW, "act") == 2
    assert await named.purge("fix", -1, {NEW: 2.5}) == 2
    assert await named.erase([NEW]) == 1
    assert list(await store.things()) == []


@ensureDeferred
async def test_present_states_come_once_and_the_names_of_before_are_learned(store):
    named = await opened(store, [fix(NEW, 1), fix("friend/Zoe/Phone", 1)])
    found: list[LastState] = []
    after = None
    while True:
        some, after = await named.last_states(1, after)
        found += some
        if after is None:
            break
    assert [(each.thing, each.body) for each in found] == [(NEW, b'{"a":2}'), (NEW, b'{"a":1}')], (
        "the one under the old name behind, for those who take the first"
    )
    assert named.names.of("zoe/phone") == "Zoe/Phone"


@inlineCallbacks
def test_things_with_one_name_are_the_stores_own_affair(store):
    names = DeviceNames()
    named = NamedStore(store, names)
    yield named.write([fix(NEW, 1)], [])
    page: Deferred = named.page(Span(NEW, "fix"))
    found = yield page
    assert [each.tst for each in found.entries] == [1]
