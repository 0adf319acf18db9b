"""The one mechanism, tested for its one promise: once quiet, every viewer's picture equals the
world it may see, whatever was cut, paused, resumed or restarted on the way."""

from __future__ import annotations

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from picture import Picture
from sightline.auth.permissions import EVERYTHING, NOTHING, VisibleScope
from sightline.live.cursor import Cursor
from sightline.live.world import World
from states import Says, spot


def take_all(cursor: Cursor, picture: Picture | None = None) -> Picture:
    picture = picture or Picture()
    while (frame := cursor.take()) is not None:
        picture.see(frame)
    return picture


def shown(world: World, scope: VisibleScope = EVERYTHING) -> dict[str, object]:
    """The world as a perfect picture would have it."""
    return {
        key: json.loads(entry.wire)["value"]
        for key, entry in ((entry.key, entry) for entry in world.since(0))
        if entry.state is not None and scope.sees(key)
    }


def values(picture: Picture) -> dict[str, object]:
    return {key: thing["value"] for key, thing in picture.things.items()}


@pytest.fixture
def world() -> World:
    return World("e")


def test_a_new_viewer_gets_everything_marked_whole(world):
    world.put("a/1", spot(1))
    frame = Cursor(world, EVERYTHING).take()
    assert frame is not None
    assert json.loads(frame) == {
        "t": "news",
        "seq": 1,
        "whole": True,
        "things": [{"k": "a", "id": "1", "s": 1, "presence": "live", "value": 1}],
    }


def test_an_empty_world_is_said_to_be_empty(world):
    frame = Cursor(world, EVERYTHING).take()
    assert frame == b'{"t":"news","seq":0,"whole":true,"things":[]}'


def test_a_level_cursor_has_nothing_to_send(world):
    cursor = Cursor(world, EVERYTHING)
    take_all(cursor)
    assert not cursor.behind
    assert cursor.take() is None


def test_a_resume_brings_only_what_changed(world):
    world.put("a/1", spot(1))
    world.put("a/2", spot(2))
    picture = take_all(Cursor(world, EVERYTHING))
    world.put("a/2", spot(3))
    cursor = Cursor(world, EVERYTHING)
    cursor.resume("e", picture.seq)
    frame = cursor.take()
    assert frame is not None
    assert [thing["id"] for thing in json.loads(frame)["things"]] == ["2"]
    assert "whole" not in json.loads(frame)


@pytest.mark.parametrize(("epoch", "seq"), [("other", 1), (None, 0), ("e", 99)])
def test_a_resume_from_another_numbering_brings_everything(world, epoch, seq):
    world.put("a/1", spot(1))
    cursor = Cursor(world, EVERYTHING)
    cursor.resume(epoch, seq)
    frame = cursor.take()
    assert frame is not None
    assert json.loads(frame)["whole"] is True


def test_a_slow_viewer_gets_the_newest_value_once(world):
    cursor = Cursor(world, EVERYTHING)
    picture = take_all(cursor)
    for value in range(100):
        world.put("a/1", spot(value))
    take_all(cursor, picture)
    assert picture.seen["a/1"] == [100]
    assert values(picture) == {"a/1": 99}


def test_a_large_snapshot_comes_in_pages_and_can_be_cut_anywhere(world):
    for number in range(50):
        world.put(f"a/{number}", spot(number))
    cursor = Cursor(world, EVERYTHING, page_bytes=500)
    picture = Picture()
    frames = 0
    while not picture.complete or frames == 0:
        frame = cursor.take()
        assert frame is not None
        assert len(frame) < 700
        picture.see(frame)
        frames += 1
        cursor = Cursor(world, EVERYTHING, page_bytes=500)
        cursor.resume("e", picture.seq)  # cut after every single page
    assert frames > 5
    assert values(picture) == shown(world)


def test_what_is_hidden_never_shows(world):
    world.put("a/1", spot(1))
    world.put("b/1", spot(2))
    scope = VisibleScope(kinds=frozenset("a"))
    assert values(take_all(Cursor(world, scope))) == {"a/1": 1}
    assert values(take_all(Cursor(world, NOTHING))) == {}


def test_one_thing_can_be_shown_of_a_hidden_kind(world):
    world.put("b/1", spot(1))
    world.put("b/2", spot(2))
    scope = VisibleScope(kinds=frozenset("a"), things=frozenset({"b/2"}))
    assert values(take_all(Cursor(world, scope))) == {"b/2": 2}


def test_a_change_of_something_hidden_sends_nothing(world):
    cursor = Cursor(world, VisibleScope(kinds=frozenset("a")))
    take_all(cursor)
    world.put("b/1", spot(1))
    assert cursor.take() is None
    assert not cursor.behind


def test_things_that_came_and_went_unseen_are_counted(world):
    cursor = Cursor(world, EVERYTHING)
    picture = take_all(cursor)
    for number in range(5):
        world.put(f"event/{number}", spot(number))
    for number in range(3):
        world.remove(f"event/{number}")
    take_all(cursor, picture)
    assert picture.missed == {"event": 3}
    assert values(picture) == {"event/3": 3, "event/4": 4}


def test_things_that_went_between_two_pages_are_counted_too(world):
    cursor = Cursor(world, EVERYTHING, page_bytes=100)
    picture = take_all(cursor)
    for number in range(10):
        world.put(f"event/{number}", spot(number))
    frame = cursor.take()
    assert frame is not None
    picture.see(frame)
    seen = len(picture.things)
    for number in range(9):
        world.remove(f"event/{number}")
    take_all(cursor, picture)
    assert picture.missed == {"event": 9 - seen}
    assert values(picture) == {"event/9": 9}


def test_a_cursor_that_slept_past_the_horizon_gets_everything_anew():
    world = World("e", horizon=1)
    cursor = Cursor(world, EVERYTHING)
    for number in range(4):
        world.put(f"a/{number}", spot(number))
    picture = take_all(cursor)
    for number in range(3):
        world.remove(f"a/{number}")
    take_all(cursor, picture)
    assert values(picture) == {"a/3": 3}


def test_newcomers_may_share_pages(world):
    for number in range(20):
        world.put(f"a/{number}", spot(number))
    first, second = Cursor(world, EVERYTHING, page_bytes=200), Cursor(world, EVERYTHING)
    pages = first.pages()
    one = first.take(pages)
    world.put("a/0", spot(99))
    assert second.take(pages) is one
    for cursor in (first, second):
        picture = Picture()
        assert one is not None
        picture.see(one)
        take_all(cursor, picture)
        assert values(picture) == shown(world)


class Cuts(RuleBasedStateMachine):
    """Random changes, removals, pauses, cuts, resumes, restarts, page sizes and sights."""

    viewers = Bundle("viewers")

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0
        self.world = World("0", horizon=3)
        self.all: list[dict] = []

    @rule(key=st.sampled_from(["a/1", "a/2", "b/1", "b/2", "event/1"]), value=st.integers(0, 3))
    def change(self, key, value):
        self.world.fold(Says(key, value))

    @rule(key=st.sampled_from(["a/1", "a/2", "b/1", "b/2", "event/1"]))
    def remove(self, key):
        self.world.fold(Says(key, None))

    @rule(
        target=viewers,
        scope=st.sampled_from(
            [
                EVERYTHING,
                NOTHING,
                VisibleScope(frozenset("a")),
                VisibleScope(frozenset(), frozenset({"b/1"})),
            ]
        ),
        page=st.sampled_from([1, 80, 10_000]),
    )
    def join(self, scope, page):
        viewer = {"scope": scope, "page": page, "picture": Picture()}
        self.all.append(viewer)
        self._connect(viewer)
        return viewer

    def _connect(self, viewer):
        picture = viewer["picture"]
        viewer["cursor"] = Cursor(self.world, viewer["scope"], page_bytes=viewer["page"])
        viewer["cursor"].resume(picture.epoch, picture.seq)
        # The page learns the epoch from the hello, before any news; whole news follow if it is new.
        if picture.epoch != self.world.epoch:
            picture.epoch = self.world.epoch
            picture.seq = 0
            viewer["cursor"].resume(None, 0)

    @rule(viewer=viewers, pages=st.integers(1, 3))
    def drain(self, viewer, pages):
        for _ in range(pages):
            frame = viewer["cursor"].take()
            if frame is not None:
                viewer["picture"].see(frame)

    @rule(viewer=viewers, lost=st.booleans())
    def cut_and_resume(self, viewer, lost):
        if lost:
            viewer["cursor"].take()  # a frame that never arrived
        self._connect(viewer)

    @rule()
    def restart(self):
        self.epoch += 1
        old = self.world
        self.world = World(str(self.epoch), horizon=3)
        for key, state in old:
            self.world.put(key, state)
        for viewer in self.all:
            self._connect(viewer)

    @invariant()
    def once_quiet_every_picture_equals_the_world(self):
        # Asked of copies, so that the machine itself goes on unquiet.
        for viewer in self.all:
            copy = Picture()
            copy.things = {key: dict(thing) for key, thing in viewer["picture"].things.items()}
            copy.seq = viewer["picture"].seq
            cursor = viewer["cursor"]
            twin = Cursor(self.world, viewer["scope"], page_bytes=viewer["page"])
            twin.__dict__.update(cursor.__dict__)
            take_all(twin, copy)
            assert values(copy) == shown(self.world, viewer["scope"])
            assert copy.complete or not copy.things


TestCuts = Cuts.TestCase
TestCuts.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
