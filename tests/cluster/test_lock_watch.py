"""The others' locks are looked at in time and never in haste; a server of our name is found."""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from sightline.cluster.lock_watch import LockWatch, TwinFinder
from sightline.cluster.locks import DEAD_AFTER, Lock
from sightline.cluster.store_calls import StoreCalls


class SlowStore:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Deferred[list[Lock]]] = []

    async def all(self) -> list[Lock]:
        self.asked.append(Deferred())
        return await self.asked[-1]

    def answers(self, *locks: Lock) -> None:
        self.asked[-1].callback(list(locks))


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.store = SlowStore()
        self.saw: list[Lock] = []
        calls = StoreCalls(self.clock)
        self.watch = LockWatch(self.clock, cast(Any, self.store), calls, self.saw.append)
        self.watch.begin()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_many_hints_are_one_more_look(scene):
    for _ in range(5):
        scene.watch.look()
    assert len(scene.store.asked) == 1
    scene.store.answers(Lock("a", "x/1"))
    assert [lock.name for lock in scene.saw] == ["a"]
    assert len(scene.store.asked) == 1  # not at once
    scene.clock.advance(0.06)
    assert len(scene.store.asked) == 2
    scene.store.answers()
    scene.clock.advance(60)
    assert len(scene.store.asked) == 2  # nobody asked for more


def test_who_has_ended_looks_no_more_and_may_begin_again(scene):
    scene.watch.look()
    scene.watch.look()
    scene.watch.end()
    scene.store.answers()
    scene.clock.advance(1)
    assert len(scene.store.asked) == 1
    scene.watch.begin()
    scene.watch.look()
    assert len(scene.store.asked) == 2
    scene.store.answers()
    scene.watch.end()  # while it rests
    assert scene.clock.getDelayedCalls() == []
    scene.watch.begin()
    scene.watch.look()
    assert len(scene.store.asked) == 3


def test_a_twin_is_who_beats_under_our_name_and_is_not_us_nor_what_we_were():
    twins = TwinFinder("a", "a/new")
    twins.begin(100.0)
    late = 100.0 + DEAD_AFTER
    for lock, now in (
        (Lock("duty", "a/old", beat=1), 101.0),  # may still be in the air
        (Lock("duty", "a/old", beat=2), 102.0),
        (Lock("duty", "a/new", beat=3), late),
        (Lock("duty", "b/other", beat=4), late),
        (Lock("duty", "a/old", beat=5), late),
        (Lock("probot/ProBot1", "a/old", beat=9), late),  # another lock, not a beat
    ):
        twins.saw(lock, now)
        assert not twins.found
    twins.saw(Lock("duty", "a/old", beat=6), late)
    assert twins.found
