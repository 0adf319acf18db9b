"""Who is inside of what: circles, polygons, and how sure that is.

Covers geometry/grid.py.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.geometry.geofences import Change, Geofences, Position, Rules
from sightline.geometry.shapes import Circle, Polygon

JANE, BOB, ROBOT = "friend/jane/phone", "friend/bob/phone", "probot/ProBot1"
HOME = Circle(48.5, 2.25, 100)
M = 1 / 111_200  # degrees of latitude in a metre, here


class Scene:
    def __init__(self, **rules: float) -> None:
        self.fences = Geofences(Rules(**({"margin": 30} | rules)))  # type: ignore[arg-type]
        self.fences.put("home", HOME)
        self.now = 0.0
        self.when = 1000.0

    def at(
        self, beyond: float, acc: float = 5, *, thing: str = JANE, after: float = 10
    ) -> Sequence[Change]:
        """A fix so many m outside of home's border."""
        self.now += after
        self.when += after
        return self.fences.fix(
            thing, Position(48.5 + (100 + beyond) * M, 2.25, self.when, acc), self.now
        )

    def walks(self, *beyonds: float, acc: float = 5, thing: str = JANE) -> list[str]:
        return [change.event for each in beyonds for change in self.at(each, acc, thing=thing)]

    def inside(self, thing: str = JANE, region: str = "home") -> bool:
        return self.fences.since(thing, region) is not None


def test_two_fixes_in_a_row_make_a_crossing_and_the_first_says_when():
    scene = Scene()
    assert scene.walks(500, -50) == []
    (change,) = scene.at(-60)
    assert change == Change(JANE, "home", "enter", 1020.0, 5, True)
    assert scene.fences.since(JANE, "home") == 1020.0
    assert scene.walks(400) == []
    (change,) = scene.at(500)
    assert change == Change(JANE, "home", "leave", 1040.0, 5, True)
    assert not scene.inside()


def test_how_the_first_fix_finds_things_is_no_crossing():
    scene = Scene()
    (change,) = scene.at(-50)
    assert (change.event, change.crossed) == ("enter", False)
    assert scene.inside()


def test_within_the_margin_nothing_changes():
    scene = Scene()
    assert scene.walks(500, 10, 20, 5, 29) == []
    assert scene.walks(-5, -5) == ["enter"]
    assert scene.walks(10, 25, 1, 29, 15) == []
    assert scene.walks(35, 40) == ["leave"]


def test_a_single_fix_that_jumps_away_is_not_believed():
    scene = Scene()
    scene.walks(500, -50, -50)
    assert scene.walks(800, -50, 900, -40, 700, -50) == []
    assert scene.inside()


def test_what_nothing_speaks_against_for_the_dwell_is_believed():
    scene = Scene(dwell=60)
    scene.walks(500, -50)
    assert scene.fences.tick(scene.now + 59) == []
    assert [change.event for change in scene.fences.tick(scene.now + 60)] == ["enter"]
    assert scene.fences.tick(scene.now + 600) == []


def test_fixes_that_are_apart_for_the_dwell_are_enough_however_many_are_asked_for():
    scene = Scene(fixes=9, dwell=60)
    assert scene.walks(500, -50, -50) == []
    assert [change.event for change in scene.at(-50, after=50)] == ["enter"]


def test_a_vague_fix_tells_only_of_what_it_holds_or_misses_as_a_whole():
    scene = Scene(fixes=1)
    scene.walks(5000)
    assert scene.walks(-90, acc=2000) == []
    assert scene.walks(-90, acc=150) == ["enter"]
    assert scene.walks(1000, acc=2000) == []  # may well be inside
    assert scene.walks(3000, acc=2000) == ["leave"]


def test_the_error_counts_towards_the_margin():
    scene = Scene(fixes=1)
    scene.walks(500, -50)
    assert scene.walks(60, acc=80) == []
    assert scene.walks(60, acc=50) == ["leave"]


def test_a_late_fix_does_not_undo_a_newer_one():
    scene = Scene(fixes=1)
    scene.walks(500, -50)
    late = Position(48.6, 2.25, scene.when - 5, 5)
    assert not scene.fences.fix(JANE, late, scene.now + 1)
    assert scene.inside()


def test_the_same_fix_again_is_no_second_proof():
    scene = Scene()
    scene.walks(500, -50)
    assert not scene.at(-50, after=0)
    assert not scene.inside()


def test_whoever_has_a_position_counts_a_robot_too():
    scene = Scene()
    assert scene.walks(500, -50, -50, thing=ROBOT) == ["enter"]
    assert scene.inside(ROBOT)
    assert not scene.inside(JANE)


def test_a_new_or_changed_region_finds_who_is_in_it_and_nobody_crossed():
    scene = Scene()
    scene.walks(500, 500)
    scene.fences.put("far", Circle(48.5 + 600 * M, 2.25, 50))
    (change,) = scene.fences.survey("far", scene.fences.things)
    assert (change.event, change.crossed) == ("enter", False)
    assert scene.inside(region="far")
    scene.fences.put("far", Circle(48.5 + 6000 * M, 2.25, 50))
    (change,) = scene.fences.survey("far", scene.fences.things)
    assert (change.event, change.crossed) == ("leave", False)
    assert scene.fences.survey("far", scene.fences.things) == []


def test_a_region_that_is_gone_was_left_by_nobody():
    scene = Scene()
    scene.walks(500, -50, -50)
    scene.walks(400)  # about to leave
    scene.fences.drop("home")
    assert not scene.inside()
    assert scene.fences.tick(1e6) == []
    assert scene.walks(500) == []


def test_a_region_of_one_thing_matters_to_that_alone():
    scene = Scene()
    scene.fences.put("bobs", HOME, only=BOB)
    for thing in (JANE, BOB):
        scene.walks(500, -50, -50, thing=thing)
    assert scene.inside(BOB, "bobs")
    assert not scene.inside(JANE, "bobs")
    assert scene.fences.survey("bobs", [JANE]) == []
    scene.fences.drop("bobs")
    assert not scene.inside(BOB, "bobs")


def test_what_stood_before_a_restart_stands_and_is_no_news():
    scene = Scene()
    scene.fences.remember(JANE, "home", 900.0)
    scene.fences.remember(BOB)
    assert scene.walks(-50, -50) == []
    assert scene.fences.since(JANE, "home") == 900.0
    assert scene.walks(-50, -50, thing=BOB) == ["enter"]  # was outside when we last looked
    assert scene.fences.remember(JANE, "gone", 900.0) is None


def test_a_fix_from_before_somebody_came_does_not_take_them_away():
    scene = Scene(fixes=1)
    scene.fences.remember(JANE, "home", 5000.0)
    assert scene.walks(900) == []
    assert scene.inside()


def test_what_is_forgotten_is_met_anew():
    scene = Scene()
    scene.walks(500, -50, -50)
    scene.fences.forget(JANE)
    assert not scene.inside()
    assert JANE not in scene.fences.known
    assert [change.crossed for change in scene.at(-50)] == [False]


def test_somebody_who_crosses_the_antimeridian_and_the_pole_is_followed():
    fences = Geofences(Rules(fixes=1))
    fences.put("fiji", Polygon([(-19, 177), (-19, -178), (-16, -178), (-16, 177)]))
    fences.put("pole", Polygon([(85, -180), (85, -90), (85, 0), (85, 90)]))
    found = []
    for n, (lat, lon) in enumerate(
        [
            (-17, 176),
            (-17, 179.9),
            (-17, -179.9),
            (-17, -177),
            (84, 10),
            (89, 10),
            (89, -170),
            (80, -170),
        ]
    ):
        found += [(n, c.event, c.region) for c in fences.fix(JANE, Position(lat, lon, n), n)]
    assert found == [
        (1, "enter", "fiji"),
        (3, "leave", "fiji"),
        (5, "enter", "pole"),
        (7, "leave", "pole"),
    ]


@given(
    st.floats(-150, 400),
    st.lists(st.floats(-15, 15), min_size=1, max_size=60),
    st.sampled_from([1, 2, 3]),
)
def test_who_stands_still_never_crosses_twice_however_the_fix_jitters(spot, jitter, fixes):
    """As long as it jumps about by less than the margin. Anywhere, also right on the border."""
    scene = Scene(fixes=fixes, dwell=20)
    events = scene.walks(500, *(spot + each for each in jitter))
    events += [change.event for change in scene.fences.tick(scene.now + 1000)]
    assert events in ([], ["enter"])


@given(
    st.lists(st.tuples(st.floats(-200, 400), st.floats(0, 300), st.floats(-100, 100)), max_size=50),
    st.sampled_from([1, 2, 3]),
)
def test_comings_and_goings_take_turns_and_time_never_runs_backwards(fixes, needed):
    scene = Scene(fixes=needed)
    changes: list[Change] = []
    for beyond, acc, after in fixes:
        changes += scene.at(beyond, acc, after=after)
    inside, when = False, 0.0
    for change in changes:
        assert (change.event == "enter") is not inside
        assert change.when >= when
        inside, when = not inside, change.when
    assert scene.inside() == inside


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_index_changes_nothing_but_the_time_it_takes(chance: random.Random):
    """Many regions, looked at with the index and one by one."""
    shapes = {
        f"r{n}": Circle(chance.uniform(48, 49), chance.uniform(-1, 1), chance.uniform(10, 30_000))
        for n in range(40)
    }
    together = Geofences(Rules(fixes=1))
    alone = {name: Geofences(Rules(fixes=1)) for name in shapes}
    for name, shape in shapes.items():
        together.put(name, shape)
        alone[name].put(name, shape)
    for n in range(30):
        fix = Position(chance.uniform(48, 49), chance.uniform(-1, 1), n)
        found = {c for c in together.fix(JANE, fix, n)}
        assert found == {c for fences in alone.values() for c in fences.fix(JANE, fix, n)}


@pytest.mark.parametrize("beyond", [-50, 15, 60])
def test_how_far_outside_is_told_where_that_is_clear(beyond):
    scene = Scene()
    scene.walks(beyond)
    found = scene.fences.beyond(JANE, "home")
    if beyond == 15:
        assert found is None
    else:
        assert found is not None
        assert found[0] == pytest.approx(beyond, abs=0.5)
