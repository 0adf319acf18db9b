from __future__ import annotations

import pytest

from sightline.core.access import EVERYTHING, NOTHING, Role, Sight, User, may

ROBOT = "probot/ProBot1"


@pytest.mark.parametrize(
    ("verb", "role", "granted"),
    [
        ("see", "viewer", True),
        ("stop", "viewer", True),
        ("drive", "viewer", False),
        ("shutdown", "viewer", False),
        ("routine", "viewer", False),
        ("drive", "operator", True),
        ("stop", "operator", True),
        ("shutdown", "operator", False),
        ("routine", "operator", False),
        ("drive", "admin", True),
        ("shutdown", "admin", True),
        ("routine", "admin", True),
        ("anything", "admin", False),
    ],
)
def test_each_role_may_do_what_the_table_says(verb: str, role: Role, granted: bool):
    assert may(User("jane", role), verb, ROBOT) is granted


def test_nobody_may_do_anything_to_what_they_do_not_see():
    for verb in ("see", "stop", "drive", "shutdown"):
        assert not may(User("jane", "admin", NOTHING), verb, ROBOT)


def test_a_driver_may_be_bound_to_certain_robots():
    user = User("jane", "operator", drives=frozenset({"probot/ProBot2"}))
    assert not may(user, "drive", ROBOT)
    assert may(user, "drive", "probot/ProBot2")
    assert may(user, "stop", ROBOT)


def test_sight_is_by_kind_and_by_thing():
    sight = Sight(kinds=frozenset({"friend"}), things=frozenset({ROBOT}))
    assert sight.sees("friend/jane/phone")
    assert sight.sees(ROBOT)
    assert not sight.sees("probot/ProBot2")
    assert not sight.all
    assert EVERYTHING.all
