"""Who is shown to whom, and in which order, without looking at everybody."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from sightline.auth.permissions import Grants, VisibleScope, user_of
from sightline.kinds.friends.model import Friend
from sightline.live.world import World
from sightline.owntracks.latest import SEEDED_FOR, LatestPositions
from sightline.web.reads import SCAN

KEYS = [f"friend/{user}/{device}" for user in ("ann", "ben", "cat") for device in ("p", "q")]
WORDS = st.frozensets(st.sampled_from(["*", "friend", "friend/ann", "probot", *KEYS]), max_size=3)


def put(world: World, key: str, at: float) -> None:
    world.put(key, Friend(1.0, 2.0, at, at=at, presence="live"))


@given(st.lists(st.sampled_from(KEYS), max_size=20), WORDS, st.integers(1, 4))
def test_the_latest_are_those_one_may_see_and_no_others(heard, words, most):
    world = World("e")
    people = LatestPositions(world)
    for at, key in enumerate(heard, 1):
        put(world, key, float(at))
        people.note(key)
    scope = user_of("x", "viewer", Grants(see=words)).scope
    order = list(dict.fromkeys(reversed(heard)))
    wanted = [key for key in order if scope.sees(key)][:most]
    assert [key for key, _ in people.latest(scope, most, 0.0)] == wanted


def test_those_that_came_without_a_fix_are_found_in_time():
    world = World("e")
    people = LatestPositions(world)
    put(world, KEYS[0], 1.0)
    assert [key for key, _ in people.latest(VisibleScope(), 9, 0.0)] == [KEYS[0]]
    put(world, KEYS[1], 2.0)
    assert len(people.latest(VisibleScope(), 9, 1.0)) == 1
    assert len(people.latest(VisibleScope(), 9, SEEDED_FOR)) == 2
    people.forget(KEYS[0])
    people.forget(KEYS[0])
    assert [key for key, _ in people.latest(VisibleScope(), 9, SEEDED_FOR)] == [KEYS[1]]


def test_a_large_world_is_looked_through_in_pieces_the_latest_first():
    world = World("e")
    count = 3 * SCAN
    for n in range(count):
        world.put(f"friend/u{n}/p", Friend(presence="live", lat=1.0, lon=2.0, at=float(n)))
    later: list[Callable[[], object]] = []
    people = LatestPositions(world, later.append)
    people.note("friend/u7/p")

    def found(most: int) -> list[str]:
        return [key for key, _ in people.latest(VisibleScope(), most, 0.0)]

    wanted = ["friend/u7/p", f"friend/u{count - 1}/p", f"friend/u{count - 2}/p"]
    assert found(3) == wanted
    assert len(found(count)) == SCAN + 1
    people.note("friend/u9/p")  # while it is looked through
    while later:
        later.pop()()
    assert found(4) == ["friend/u9/p", *wanted]
    rest = [f"friend/u{n}/p" for n in reversed(range(count)) if n not in (7, 9)]
    assert found(count) == ["friend/u9/p", "friend/u7/p", *rest]
