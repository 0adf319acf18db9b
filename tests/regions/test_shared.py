"""Regions of several servers: one map for all, and one region of what a phone says to all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import pytest_twisted

from cut import Network
from postgres import cluster, needs_postgres, prepared
from regions.scene import BOB, JANE, OPERATOR, Scene, waypoint

pytestmark = needs_postgres


@pytest.fixture
def store() -> Iterator[str]:
    with prepared() as url:
        yield url


@pytest.fixture
def network() -> Iterator[Network]:
    with Network(cluster().port) as made:
        yield made


async def looks(scene: Scene) -> None:
    await scene.regions.refresh()


@pytest_twisted.ensureDeferred
async def test_a_region_that_is_drawn_at_one_shows_at_the_other(scenes, store):
    one, two = [await scenes(folder=name, name=name, store=store) for name in ("one", "two")]
    id = await one.draws(name="Home")
    await looks(two)
    assert two.state(f"region/{id}") == one.state(f"region/{id}")
    assert two.changed == one.changed
    changed = await two.asks(
        OPERATOR,
        "region",
        thing=f"region/{id}",
        version=1,
        shared=True,
        **{"name": "House", "shape": "circle", "lat": 48.5, "lon": 2.25, "rad": 100},
    )
    assert changed["version"] == 2
    await looks(one)
    assert one.state(f"region/{id}").name == "House"
    gone = await one.asks(OPERATOR, "unregion", thing=f"region/{id}", version=2)
    assert gone["ok"], gone
    await looks(two)
    assert (one.keys("region"), two.keys("region")) == ([], [])
    assert two.changed == one.changed
    assert [change.edition for change in two.changed] == [1, 2, 3]


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize("when", ["before the regions are known", "after"])
async def test_a_restart_misses_nobody_who_came_and_announces_nobody_who_was_there(
    scenes, store, when
):
    one = await scenes(folder="one", name="one", store=store)
    id = await one.draws(name="Home")
    one.is_at(500)
    one.is_at(0, of=BOB)
    assert one.crossed == []

    def comes() -> None:
        assert not one.regions.ready.called or when == "after"
        one.is_at(0)
        one.is_at(3, of=BOB)

    if when == "after":
        await one.restarts()
        comes()
    else:
        await one.restarts(comes)
    assert [(each.thing, each.event) for each in one.crossed] == [(JANE, "enter")]
    assert one.keys("stay") == [f"stay/{BOB}/{id}", f"stay/{JANE}/{id}"]


@pytest_twisted.ensureDeferred
async def test_who_changes_what_another_has_changed_is_told(scenes, store):
    one, two = [await scenes(folder=name, name=name, store=store) for name in ("one", "two")]
    id = await one.draws()
    await looks(two)
    assert (await one.asks(OPERATOR, "unregion", thing=f"region/{id}", version=1))["ok"]
    late = await two.asks(OPERATOR, "unregion", thing=f"region/{id}", version=1)
    assert late["code"] == "unknown"
    await looks(two)
    assert two.keys("region") == []


@pytest_twisted.ensureDeferred
async def test_a_region_that_goes_over_to_another_owner_does_so_in_one_step(scenes, store):
    one, two = [await scenes(folder=name, name=name, store=store) for name in ("one", "two")]
    id = await one.draws(shared=False, name="Home")
    moved = await one.asks(
        OPERATOR,
        "region",
        thing=f"region/{id}",
        version=1,
        shared=True,
        **{"name": "Home", "shape": "circle", "lat": 48.5, "lon": 2.25, "rad": 100},
    )
    assert moved["ok"], moved
    await looks(two)
    assert two.keys("region") == one.keys("region") == [moved["thing"]]


@pytest_twisted.ensureDeferred
async def test_what_a_phone_says_to_both_is_one_region(scenes, store):
    one, two = [await scenes(folder=name, name=name, store=store) for name in ("one", "two")]
    for scene in (one, two):
        scene.tells(waypoint(desc="Gym"), waypoint(desc="Pool", tst=1_700_000_001, rid="abc"))
    for scene in (one, two):
        await scene.until(lambda scene=scene: len(scene.regions.of(JANE)) == 2)
        await scene.phones_are_read()
        await looks(scene)
    assert one.keys("region") == two.keys("region")
    for scene in (one, two):
        scene.passes(5)
        scene.tells(waypoint(desc="Gym", rad=90), waypoint(desc="Pool", tst=1_700_000_001))
    for scene in (one, two):
        await scene.phones_are_read()
    await looks(one)
    await looks(two)
    assert {record.region.version for _, record in one.regions.of(JANE)} == {1, 2}
    assert dict(one.regions.of(JANE)) == dict(two.regions.of(JANE))
    assert {record.region.rad for _, record in one.regions.of(JANE)} == {90.0, 60.0}


@pytest_twisted.ensureDeferred
async def test_what_a_phone_says_while_the_database_is_away_is_taken_over_later(
    network, scenes, store
):
    scene = await scenes(store=store.replace(str(cluster().port), str(network.port)))
    network.cut()
    scene.tells(waypoint(desc="Gym"))
    await scene.until(lambda: scene.regions.away)
    refused = await scene.asks(
        OPERATOR, "region", shared=True, name="A", shape="circle", lat=1.0, lon=1.0, rad=50
    )
    assert refused["code"] == "busy"
    network.heal()
    await scene.until(lambda: not scene.regions.away)
    await scene.until(lambda: JANE.removeprefix("friend/") in scene.phones._reports)
    scene.passes(5)
    await scene.until(lambda: len(scene.regions.of(JANE)) == 1)
    assert scene.phones.dropped == 0


@pytest_twisted.ensureDeferred
async def test_who_is_erased_leaves_no_region_on_any_server(scenes, store):
    one, two = [await scenes(folder=name, name=name, store=store) for name in ("one", "two")]
    one.tells(waypoint(desc="The doctor"))
    await one.until(lambda: len(one.regions.of(JANE)) == 1)
    ((doctors, _),) = one.regions.of(JANE)
    adopted = await one.asks(OPERATOR, "adopt", thing=f"region/{doctors}")
    await looks(two)
    assert two.state(adopted["thing"]).phone == "jane/phone"
    one.hub.erase([JANE])
    await one.geofence_monitor.erase(JANE)
    await looks(two)
    for scene in (one, two):
        assert scene.keys("region") == [adopted["thing"]]
        assert scene.state(adopted["thing"]).phone is None
    sql = one.regions._store._sql
    for table in ("region", "version", "met", "stood"):
        rows = sql.execute(f"SELECT * FROM {table}").fetchall()
        assert "jane" not in repr(rows), table


@pytest_twisted.ensureDeferred
async def test_after_a_restart_the_regions_are_those_of_all(scenes, store):
    one, two = [await scenes(folder=name, name=name, store=store) for name in ("one", "two")]
    await two.closes()
    id = await one.draws()
    two._make()
    await two.opens()
    assert two.keys("region") == [f"region/{id}"]


@pytest_twisted.ensureDeferred
async def test_each_server_notes_for_itself_who_is_where(scenes, store):
    one, two = [await scenes(folder=name, name=name, store=store) for name in ("one", "two")]
    await one.draws(name="Home")
    await looks(two)
    one.is_at(0)
    await one.geofence_monitor.stopService()
    noted = {
        scene.name: await scene.regions.work(lambda store: store.visits()) for scene in (one, two)
    }
    assert [thing for thing in noted["one"][0]] == [JANE]
    assert [visit.thing for visit in noted["one"][1]] == [JANE]
    assert noted["two"] == ([], [])
