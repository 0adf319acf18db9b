from __future__ import annotations

import pytest

from sightline.live.world import World, WorldEntry, WorldFull
from states import Says, spot


def keys(world: World, since: int = 0) -> list[str]:
    return [entry.key for entry in world.since(since)]


def test_each_change_takes_the_next_number_and_moves_its_thing_to_the_end():
    world = World("e")
    world.put("a/1", spot(1))
    world.put("a/2", spot(2))
    world.put("a/1", spot(3))
    assert [(entry.key, entry.seq) for entry in world.since(0)] == [("a/2", 2), ("a/1", 3)]


def test_what_changed_since_n_is_only_what_changed_since_n():
    world = World("e")
    for number in range(5):
        world.put(f"a/{number}", spot())
    assert keys(world, since=3) == ["a/3", "a/4"]
    assert keys(world, since=5) == []


def test_an_equal_repeat_is_no_change():
    world = World("e")
    assert world.fold(Says("a/1", 7))
    assert not world.fold(Says("a/1", 7))
    assert world.seq == 1


def test_a_thing_that_is_gone_leaves_a_tombstone_and_may_come_back():
    world = World("e")
    world.fold(Says("a/1", 7))
    world.fold(Says("a/1", None))
    assert "a/1" not in world
    assert len(world) == 0
    assert [entry.state for entry in world.since(1)] == [None]
    world.fold(Says("a/1", 8))
    assert world.state("a/1") == spot(8)
    assert len(world) == 1
    assert keys(world) == ["a/1"]


def test_removing_what_is_not_there_changes_nothing():
    world = World("e")
    world.remove("a/1")
    world.fold(Says("a/1", None))
    assert world.seq == 0


def test_old_tombstones_are_dropped_and_older_cursors_reach_no_more():
    world = World("e", horizon=2)
    for number in range(4):
        world.put(f"a/{number}", spot())
    for number in range(3):
        world.remove(f"a/{number}")
    assert keys(world) == ["a/3", "a/1", "a/2"]
    assert not world.reaches("e", 4)
    assert world.reaches("e", 5)
    assert not world.reaches("other", 5)
    assert not world.reaches("e", 8)


def test_a_full_world_takes_changes_but_no_new_things():
    world = World("e", capacity=1)
    world.put("a/1", spot(1))
    world.put("a/1", spot(2))
    with pytest.raises(WorldFull):
        world.put("a/2", spot(1))
    assert world.seq == 2
    world.remove("a/1")
    world.put("a/2", spot(1))
    with pytest.raises(WorldFull):
        world.put("a/1", spot(1))
    assert dict(world) == {"a/2": spot(1)}


def test_a_thing_is_encoded_once_and_only_when_wanted():
    world = World("e")
    world.put("friend/jane/phone", spot(3))
    (entry,) = world.since(0)
    assert entry.wire == b'{"k":"friend","id":"jane/phone","s":1,"presence":"live","value":3}'
    assert entry.wire is entry.wire


def test_who_watches_a_kind_is_told_of_each_of_its_changes_and_may_change_others():
    world, told = World("e"), []

    def watch(key, before, after):
        told.append((key, before, after))
        world.put("b/1", spot(9))

    world.watch("a", watch)
    world.put("a/1", spot(1))
    world.put("a/1", spot(2))
    world.put("c/1", spot(3))
    world.remove("a/1")
    world.remove("a/1")
    assert told == [("a/1", None, spot(1)), ("a/1", spot(1), spot(2)), ("a/1", spot(2), None)]
    assert dict(world) == {"b/1": spot(9), "c/1": spot(3)}


def test_what_comes_back_is_not_looked_for_among_all_that_is_gone(monkeypatch):
    looks = []

    def equal(self: WorldEntry, other: object) -> bool:
        looks.append(other)
        return self is other

    monkeypatch.setattr(WorldEntry, "__eq__", equal)
    world = World("e", horizon=1000)
    for number in range(1000):
        world.put(f"a/{number}", spot())
    for number in range(1000):
        world.remove(f"a/{number}")
    world.put("a/999", spot())
    world.put("a/500", spot())
    assert looks == []
    assert (len(world), keys(world)[-2:]) == (2, ["a/999", "a/500"])
    assert world.reaches("e", 0)
    for number in (500, 999, *range(3)):
        world.remove(f"a/{number}")
    world.put("b/1", spot())
    world.remove("b/1")
    assert not world.reaches("e", 1000)  # one tombstone too many: the oldest was let go
    assert "a/0" not in keys(world)
