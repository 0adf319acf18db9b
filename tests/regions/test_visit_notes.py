"""Who is where is written down behind the crossings of history, and of nobody who is erased."""

from __future__ import annotations

import pytest_twisted
from twisted.internet.defer import Deferred

from regions.scene import BOB, JANE, Scene


async def comes_home(scene: Scene) -> Deferred[None]:
    """Jane and Bob come, and history has it only when the returned fires."""
    await scene.draws()
    for who in (JANE, BOB):
        scene.is_at(500, of=who)
    assert await inside(scene) == []
    waiting: Deferred[None] = Deferred()
    scene.recorded = lambda: waiting
    for who in (JANE, BOB):
        scene.is_at(0, of=who)
    scene.passes(0.1)
    assert [each.event for each in scene.crossed] == ["enter", "enter"]
    return waiting


async def inside(scene: Scene) -> list[str]:
    """The things that are in a region by the file, once all is written that can be."""
    for _ in range(4):
        scene.passes(0.1)
        _, visits = await scene.regions.work(lambda store: store.visits())
    return sorted(each.thing for each in visits if each.since is not None)


@pytest_twisted.ensureDeferred
async def test_a_note_waits_until_history_has_the_crossing(scenes):
    scene = await scenes()
    history = await comes_home(scene)
    assert await inside(scene) == []
    history.callback(None)
    assert await inside(scene) == [BOB, JANE]


@pytest_twisted.ensureDeferred
async def test_who_is_erased_while_a_note_waits_is_in_no_note(scenes):
    scene = await scenes()
    history = await comes_home(scene)
    await scene.geofence_monitor.erase(JANE)
    history.callback(None)
    assert await inside(scene) == [BOB]
    data = b"".join(path.read_bytes() for path in scene.folder.glob("regions.db*"))
    assert b"jane" not in data


@pytest_twisted.ensureDeferred
async def test_a_stop_writes_how_it_is_then_and_no_older_note_comes_behind(scenes):
    scene = await scenes()
    history = await comes_home(scene)
    scene.is_at(500)
    await scene.geofence_monitor.stopService()
    assert await inside(scene) == [BOB]
    history.callback(None)
    assert await inside(scene) == [BOB]
