"""What every store of history must keep, whatever it is made of.

Covers history/cursors.py, history/memory.py, history/record.py, history/event_visibility.py.
"""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable

import msgspec
import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from sightline.auth.permissions import EVERYTHING, Grants, user_of, visitor
from sightline.history import cursors
from sightline.history.dynamodb.store import DynamoStore
from sightline.history.event_visibility import shows
from sightline.history.record import HistoryEntry, LastState, digest, entry
from sightline.history.store import MOST, BadCursor, HistoryPage, Span, Store
from stores import MAKERS

T0 = 1_795_235_000.0
JANE, OMAR, BOT = "friend/jane/phone", "friend/omar/phöne ✓", "probot/ProBot1"


def fix(tst: float, thing: str = JANE, lat: float = 52.5, at: float | None = None) -> HistoryEntry:
    body = json.dumps({"_type": "location", "tst": tst, "lat": lat, "lon": 13.4}).encode()
    return entry(thing, "fix", tst, tst if at is None else at, body)


def event(tst: float, sort: str = "alarm", thing: str = BOT, n: int = 1) -> HistoryEntry:
    return entry(thing, sort, tst, tst, json.dumps({"n": n}).encode())


@pytest.fixture(params=list(MAKERS))
def store(request, tmp_path):
    made: Store = MAKERS[request.param](tmp_path)
    pytest_twisted.blockon(made.open())
    yield made
    pytest_twisted.blockon(made.close())


async def everything(ask: Callable[[str | None], Deferred[HistoryPage]]) -> list[HistoryEntry]:
    """All pages, one after the other."""
    found: list[HistoryEntry] = []
    after = None
    for _ in range(1000):
        page = await ask(after)
        found += page.entries
        if (after := page.more) is None:
            return found
    raise AssertionError("it never ends")


def track(
    store: Store, thing: str = JANE, limit: int = 2, **span: float
) -> Awaitable[list[HistoryEntry]]:
    return everything(lambda after: store.page(Span(thing, "fix", **span), limit, after))


@pytest_twisted.ensureDeferred
async def test_what_was_written_is_read_back_whole_and_in_order(store):
    fixes = [fix(T0 + n, at=T0 + 100.25) for n in (3, 1, 2)]
    late = [event(T0), fix(T0 + 0.5, OMAR)]
    assert await store.write([*fixes, *late], []) == 5
    assert await track(store) == [fixes[1], fixes[2], fixes[0]]
    assert await track(store, OMAR) == [late[1]]
    assert await track(store, "friend/nobody/x") == []
    assert list(await store.things()) == sorted([JANE, OMAR, BOT])


@pytest_twisted.ensureDeferred
async def test_the_same_entry_again_changes_nothing(store):
    first = fix(T0)
    assert await store.write([first], []) == 1
    again = HistoryEntry(first.thing, "fix", T0, T0 + 60, b'{"other":1}', first.digest)
    assert await store.write([again, fix(T0 + 1), fix(T0 + 1)], []) == 1
    assert await track(store) == [first, fix(T0 + 1)]
    assert (await store.figures()).rows in (2, None)


@pytest_twisted.ensureDeferred
async def test_two_that_differ_in_one_second_are_both_kept(store):
    one, two = fix(T0, lat=1.0), fix(T0, lat=2.0)
    assert await store.write([one, two], []) == 2
    assert await track(store, limit=1) == sorted([one, two], key=lambda e: e.digest)


@pytest_twisted.ensureDeferred
async def test_both_ends_of_a_span_belong_to_it(store):
    await store.write([fix(T0 + n) for n in range(5)], [])
    found = await track(store, since=T0 + 1, until=T0 + 3)
    assert [e.tst - T0 for e in found] == [1, 2, 3]


@pytest_twisted.ensureDeferred
async def test_the_last_n_come_newest_first(store):
    await store.write([fix(T0 + n) for n in range(5)], [])
    page = await store.page(Span(JANE, "fix", newest_first=True), 2)
    assert [e.tst - T0 for e in page.entries] == [4, 3]
    rest = await everything(
        lambda after: store.page(Span(JANE, "fix", newest_first=True), 2, after or page.more)
    )
    assert [e.tst - T0 for e in rest] == [2, 1, 0]


@pytest_twisted.ensureDeferred
async def test_a_mark_stays_good_while_entries_come_and_go(store):
    await store.write([fix(T0 + n) for n in range(0, 10, 2)], [])
    page = await store.page(Span(JANE, "fix"), 2)
    await store.write([fix(T0 + 1), fix(T0 + 5)], [])
    await store.purge("fix", T0 + 3)
    rest = await everything(lambda after: store.page(Span(JANE, "fix"), 2, after or page.more))
    assert [e.tst - T0 for e in rest] == [4, 5, 6, 8]


@pytest_twisted.ensureDeferred
async def test_no_page_is_larger_than_allowed(store):
    page = await store.page(Span(JANE, "fix"), MOST * 10)
    assert page == HistoryPage([]) or list(page.entries) == []


@pytest_twisted.ensureDeferred
async def test_a_scene_has_each_things_last_entry_at_that_time(store):
    await store.write(
        [fix(T0), fix(T0 + 10), fix(T0 + 20), fix(T0 + 5, OMAR), event(T0 + 1)]
        + [fix(T0 + 100, f"friend/p{n}/x") for n in range(4)],
        [],
    )

    async def scene(at: float) -> dict[str, float]:
        found = await everything(lambda after: store.scene("fix", at, 2, after))
        assert [e.thing for e in found] == sorted(e.thing for e in found)
        return {e.thing: e.tst - T0 for e in found}

    assert await scene(T0 - 1) == {}
    assert await scene(T0 + 10) == {JANE: 10, OMAR: 5}
    assert await scene(T0 + 19.9) == {JANE: 10, OMAR: 5}
    assert len(await scene(T0 + 100)) == 6


@pytest_twisted.ensureDeferred
async def test_events_are_found_by_time_and_sort_over_all_things(store):
    crossings = [event(T0 + n, "crossing", JANE, n) for n in range(4)]
    alarms = [event(T0 + n + 0.5, "alarm", BOT, n) for n in range(4)]
    same = [event(T0 + 9, "alarm", thing, 7) for thing in (JANE, BOT)]
    await store.write([*crossings, *alarms, *same, fix(T0 + 1)], [])

    async def events(*sorts: str, **how: object) -> list[HistoryEntry]:
        return await everything(lambda after: store.events(sorts, limit=3, after=after, **how))

    oldest = await events("crossing", "alarm", newest_first=False)
    assert [e.tst - T0 for e in oldest] == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 9, 9]
    assert await events("crossing", "alarm") == list(reversed(oldest))
    assert await events("crossing", newest_first=False) == crossings
    some = await events("alarm", since=T0 + 1.5, until=T0 + 2.5)
    assert some == [alarms[2], alarms[1]]
    assert await events("fix") == []  # tracks are asked for by thing
    assert await events() == []


SIGHTS = {
    "nothing": visitor(()).scope,
    "a grant of nobody": user_of("v", "viewer", Grants()).scope,
    "jane": user_of("v", "viewer", Grants(see=frozenset(("friend/jane",)))).scope,
    "one phone": user_of("v", "viewer", Grants(see=frozenset((OMAR,)))).scope,
    "friends": user_of("v", "viewer", Grants(see=frozenset(("friend",)))).scope,
    "friends and a robot": user_of("v", "viewer", Grants(see=frozenset(("friend", BOT)))).scope,
    "regions of jane's": user_of(
        "jane",
        "viewer",
        Grants(own=frozenset(("friend/jane",)), see=frozenset(("region/work",))),
        owners=("jane", "friend/jane/phone", "omar"),
    ).scope,
    "robots": user_of("o", "operator", Grants(see=frozenset(("probot",)))).scope,
    "all": user_of("v", "viewer", Grants(see=frozenset("*"))).scope,
    "everything": EVERYTHING,
}
REGIONS = (None, "home", "work", "jane/a", "omar/b", "friend/jane/phone/c", "friend/omar/x/d")


@pytest.mark.parametrize("scope", SIGHTS.values(), ids=list(SIGHTS))
@pytest_twisted.ensureDeferred
async def test_of_events_that_are_hidden_nothing_is_given_nor_counted_nor_marked(store, scope):
    dice = random.Random(7)
    things = (JANE, "friend/jane/watch", "friend/jan/e", "friend/jane2/phone", OMAR, BOT)
    entries = []
    many = 40 if isinstance(store, DynamoStore) else 152  # each page there is dozens of requests
    for n in range(many):
        thing, region = dice.choice(things), dice.choice(REGIONS)
        sort = dice.choice(
            ("transition", "crossing") if "friend/" in thing else ("drive", "crossing")
        )
        said = {"n": n} if region is None else {"n": n, "region": region}
        tst = T0 + dice.randrange(many // 4)  # several at the same time
        entries.append(entry(thing, sort, tst, tst, json.dumps(said).encode()))
    await store.write(entries, [])
    sorts = ("transition", "crossing", "drive")
    every = await everything(lambda after: store.events(sorts, limit=50, after=after))
    assert len(every) == many
    wanted = [e for e in every if shows(scope, e)]
    for limit in (1, 7, 1000):
        told: list[HistoryEntry] = []
        after: str | None = None
        while True:
            page = await store.events(sorts, limit=limit, after=after, scope=scope)
            told += page.entries
            # As full as if there were nothing else, and one more page just when there is more.
            assert len(page.entries) == min(limit, len(wanted) - len(told) + len(page.entries))
            assert (page.more is None) == (len(told) == len(wanted))
            if (after := page.more) is None:
                break
            assert cursors.event(after)[2] == page.entries[-1].thing
        assert told == wanted
    rising = await everything(
        lambda after: store.events(sorts, newest_first=False, limit=7, after=after, scope=scope)
    )
    assert rising == wanted[::-1]
    # A mark that somebody made up gives no more than that.
    page = await store.events(sorts, after=f"{T0 + many // 8!r}_0_transition_x", scope=scope)
    assert list(page.entries) == [e for e in wanted if e.tst < T0 + many // 8]


@pytest_twisted.ensureDeferred
async def test_entries_are_counted_by_the_day(store):
    day = 86400
    await store.write([fix(T0 + n) for n in (0, 1, day - 1, day, 3 * day)], [])
    bounds = [T0 + n * day for n in range(5)]
    assert list(await store.counts(JANE, "fix", bounds)) == [3, 1, 0, 1]
    assert list(await store.counts(BOT, "fix", bounds)) == [0, 0, 0, 0]


@pytest_twisted.ensureDeferred
async def test_what_is_hidden_is_shown_to_nobody_until_it_is_undone(store):
    fixes = [fix(T0 + n) for n in range(5)]
    await store.write(fixes, [])
    keys = [(e.tst, e.digest) for e in fixes[3:]]
    assert await store.hide(JANE, "fix", keys, "one") == 2
    assert await store.hide(JANE, "fix", [(fixes[2].tst, fixes[2].digest), *keys], "two") == 1
    assert await track(store) == fixes[:2]
    assert [e.tst for e in (await store.scene("fix", T0 + 9)).entries] == [T0 + 1]
    assert list(await store.counts(JANE, "fix", [T0, T0 + 10])) == [2]
    every = await track(store, hidden=True)
    assert [e.hidden for e in every] == [False, False, True, True, True]
    # It comes again from the broker: it stays hidden.
    await store.write(fixes, [])
    assert await track(store) == fixes[:2]
    assert await store.unhide(OMAR, "one") == 0
    assert await store.unhide(JANE, "one") == 2
    assert await track(store) == [*fixes[:2], *fixes[3:]]
    assert await store.unhide(JANE, "one") == 0
    assert await store.unhide(JANE, "two") == 1
    assert await track(store) == fixes


@pytest_twisted.ensureDeferred
async def test_an_erased_thing_leaves_nothing(store):
    await store.write([fix(T0), fix(T0, OMAR), event(T0)], [LastState(JANE, T0, b"{}")])
    await store.hide(JANE, "fix", [(T0, fix(T0).digest)], "one")
    assert await store.erase([JANE, "friend/nobody/x"]) == 1
    assert list(await store.things()) == sorted([OMAR, BOT])
    assert await track(store, hidden=True) == []
    assert (await store.last_states())[0] == []
    assert await store.unhide(JANE, "one") == 0
    # What it sends from now on is a new thing's.
    assert await store.write([fix(T0)], []) == 1
    assert await track(store) == [fix(T0)]


@pytest_twisted.ensureDeferred
async def test_what_is_old_is_removed_each_sort_and_thing_by_its_own_time(store):
    await store.write([fix(T0 + n) for n in range(6)], [])
    await store.write([*(fix(T0 + n, OMAR) for n in range(6)), event(T0)], [])
    removed = 0
    while count := await store.purge("fix", T0 + 4, {OMAR: T0 + 1}, most=2):
        assert count <= 2
        removed += count
    assert removed == 5
    assert [e.tst - T0 for e in await track(store)] == [4, 5]
    assert [e.tst - T0 for e in await track(store, OMAR)] == [1, 2, 3, 4, 5]
    assert len((await store.events(["alarm"])).entries) == 1
    assert await store.purge("nothing", T0) == 0


@pytest_twisted.ensureDeferred
async def test_the_present_states_are_kept_the_latest_of_each(store):
    await store.write([], [LastState(JANE, T0, b'{"a":1}'), LastState(JANE, T0 + 1, b'{"a":2}')])
    await store.write([], [LastState(OMAR, T0, b"{}"), LastState(BOT, T0, b"{}")])
    await store.write([], [LastState(OMAR, T0 + 5, None)])
    some, more = await store.last_states(limit=1)
    assert some == [LastState(JANE, T0 + 1, b'{"a":2}')]
    rest, more = await store.last_states(limit=1, after=more)
    assert (rest, more) == ([LastState(BOT, T0, b"{}")], None)


@pytest_twisted.ensureDeferred
async def test_a_state_and_its_removal_in_one_write_leave_nothing(store):
    await store.write([], [LastState(JANE, T0, b"{}"), LastState(JANE, T0, None)])
    assert (await store.last_states())[0] == []


@pytest_twisted.ensureDeferred
async def test_a_thousand_at_once_are_as_good_as_one_by_one(store):
    fixes = [fix(T0 + n, f"friend/u{n % 7}/p") for n in range(1234)]
    assert await store.write(fixes, []) == 1234
    found = await everything(lambda after: store.page(Span("friend/u3/p", "fix"), 50, after))
    assert found == fixes[3::7]
    figures = await store.figures()
    assert figures.rows in (1234, None)
    assert figures.oldest in (T0, None)
    assert figures.newest in (T0 + 1233, None)


@pytest.mark.parametrize("mark", ["", "x", "1_", "1_zz", "nan_1", "1e300_1", "1_-5", "1_2_3"])
@pytest_twisted.ensureDeferred
async def test_a_mark_that_is_not_ours_is_refused(store, mark):
    with pytest.raises(BadCursor):
        await store.page(Span(JANE, "fix"), 10, mark)


@pytest_twisted.ensureDeferred
async def test_pages_hold_everything_written_once(store):
    dice = random.Random(7)
    expected: dict[object, HistoryEntry] = {}
    for _ in range(4 if store.name == "dynamodb" else 20):  # there a page is two HTTP requests
        batch = []
        for _ in range(dice.randrange(20)):
            body = dice.choice([b"1", b"2", b"3"])
            thing, tst = dice.choice([JANE, OMAR]), T0 + dice.randrange(40) / 4
            batch.append(HistoryEntry(thing, "fix", tst, T0, body, digest(body)))
        before = len(expected)
        new = await store.write(batch, [])
        for one in batch:
            expected.setdefault(one.key, one)
        assert new == len(expected) - before
        for thing in (JANE, OMAR):
            limit, newest = dice.randrange(1, 6), dice.random() < 0.5
            span = Span(thing, "fix", newest_first=newest)
            found = await everything(lambda after, s=span, n=limit: store.page(s, n, after))
            wanted = sorted((e for e in expected.values() if e.thing == thing), key=lambda e: e.key)
            assert found == (wanted[::-1] if newest else wanted)


@pytest_twisted.ensureDeferred
async def test_what_is_believed_is_marked_until_that_is_undone_and_every_act_is_listed(store):
    fixes = [fix(T0 + n) for n in range(5)]
    await store.write(fixes, [])
    keys = [(e.tst, e.digest) for e in fixes]
    assert await store.hide(JANE, "fix", keys[1:3], "b", believed=True) == 2
    assert await store.hide(JANE, "fix", keys[2:4], "c", believed=True) == 1
    assert [e.believed for e in await track(store)] == [False, True, True, True, False]
    assert [e.hidden for e in await track(store)] == [False] * 5
    assert list(await store.counts(JANE, "fix", [T0, T0 + 10])) == [5]
    assert [e.tst for e in (await store.scene("fix", T0 + 3)).entries] == [T0 + 3]
    assert await store.hide(JANE, "fix", keys[:2], "a") == 2  # to hide counts for more
    assert await track(store) == [msgspec.structs.replace(e, believed=n < 2) for n, e in
                                  enumerate(fixes[2:])]  # fmt: skip
    assert await store.hide(JANE, "fix", keys[:1], "d", believed=True) == 0
    acts = await store.acts(JANE)
    assert [act.undo for act in acts if act.undo in "abc"] == ["a", "b", "c"]
    assert (acts[0].entries, acts[0].first, acts[0].last) == (2, T0, T0 + 1)
    assert await store.acts(OMAR) == []
    await store.write(fixes, [])  # they come again, and stay as they are
    assert await store.unhide(JANE, "c") == 1
    assert [e.believed for e in await track(store)] == [True, False, False]
    for undo in "abd":
        await store.unhide(JANE, undo)
    assert await store.acts(JANE) == []
    assert not any(e.hidden for e in await track(store))


@pytest_twisted.ensureDeferred
async def test_the_neighbours_of_a_time_are_found_for_many_things_at_once(store):
    mine, his = [fix(T0 + 10 * n) for n in range(6)], [fix(T0 + 25, OMAR)]
    await store.write([*mine, *his], [])
    await store.hide(JANE, "fix", [(mine[1].tst, mine[1].digest)], "one")
    found = await store.around([OMAR, JANE, BOT], "fix", T0 + 30, 3, 1)
    assert [list(some) for some in found] == [his, [mine[0], mine[2], mine[3], mine[4]], []]
