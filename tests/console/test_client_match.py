from __future__ import annotations

import pytest

from sightline.console.client_match import ClientMatcher
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.names import Alias, DeviceNames
from sightline.kinds.probots.model import ProBot
from sightline.live.world import World


@pytest.fixture
def world() -> World:
    world = World("e")
    for key in ("jane/phone", "joe/phone", "joe/tablet"):
        world.put(f"friend/{key}", Friend(presence="live"))
    for name, ip in (("ProBot1", "10.0.0.1"), ("ProBot2", "10.0.0.2"), ("ProBot3", "10.0.0.2")):
        world.put(f"probot/{name}", ProBot(presence="live", ip=ip))
    return world


@pytest.fixture
def ties(world: World) -> ClientMatcher:
    ties = ClientMatcher(world)
    ties.look()
    return ties


@pytest.mark.parametrize(
    ("client", "user", "address", "thing"),
    [
        ("anything", "jane", None, "friend/jane/phone"),
        ("anything", "joe", None, None),
        ("joetablet", "joe", None, "friend/joe/tablet"),
        ("x", "ProBot1", None, "probot/ProBot1"),
        ("ProBot2", None, None, "probot/ProBot2"),
        ("janephone", None, None, "friend/jane/phone"),
        ("Joe-Tablet", None, None, "friend/joe/tablet"),
        ("auto-1", None, "10.0.0.1:5000", "probot/ProBot1"),
        ("auto-2", None, "10.0.0.2:5000", None),
        ("auto-3", "mallory", "10.0.0.1:5000", None),
        ("auto-4", None, None, None),
    ],
)
def test_a_client_is_tied_to_the_one_thing_it_can_only_feed(ties, client, user, address, thing):
    assert ties.feeds(client, user, address) == thing


def test_what_is_gone_is_fed_by_nobody_and_a_robot_may_move(world, ties):
    world.remove("friend/jane/phone")
    world.put("probot/ProBot1", ProBot(presence="live", ip="10.0.0.9"))
    world.remove("probot/ProBot3")
    ties.look()
    assert ties.feeds("janephone", None, None) is None
    assert ties.feeds("a", "jane", None) is None
    assert ties.feeds("a", None, "10.0.0.1:1") is None
    assert ties.feeds("a", None, "10.0.0.9:1") == "probot/ProBot1"
    assert ties.feeds("a", None, "10.0.0.2:1") == "probot/ProBot2"


def test_a_client_id_that_fits_two_is_tied_to_neither_and_told():
    world = World("e")
    for key in ("friend/ab/c", "friend/a/bc", "friend/zoë/phone"):
        world.put(key, Friend(presence="live"))
    ties = ClientMatcher(world)
    ties.look()
    assert ties.feeds("abc", None, None) is None
    assert ties.fitting("ABC", None, None) == {"friend/ab/c", "friend/a/bc"}
    assert ties.feeds("ZOE\u0308phone", None, None) == "friend/zoë/phone", "in any Unicode form"
    world.remove("friend/a/bc")
    ties.look()
    assert ties.feeds("abc", None, None) == "friend/ab/c"


def test_a_client_is_known_by_any_name_of_its_device():
    world, names = World("e"), DeviceNames()
    for key in ("jane/phone", "jane/tablet"):
        world.put(f"friend/{key}", Friend(presence="live"))
    ties = ClientMatcher(world, names)
    names.set_aliases([Alias("jane/phone", "zoe/mobile", "rename", 1)])
    world.put("friend/zoe/mobile", Friend(presence="live"))
    world.remove("friend/jane/phone")
    ties.look()
    assert ties.feeds("janephone", None, None) == "friend/zoe/mobile"
    assert ties.feeds("janephone", "jane", None) == "friend/zoe/mobile"
    assert ties.feeds("x-tablet", "jane", None) == "friend/jane/tablet"


def test_who_moves_is_known_by_new_names_and_not_after_being_removed(world):
    names = DeviceNames()
    ties = ClientMatcher(world, names)
    ties.look()
    world.put("friend/jane/phone", Friend(presence="live", lat=1.0))
    ties.look()
    assert ties.feeds("janephone", None, None) == "friend/jane/phone"
    names.set_aliases([Alias("jane/old", "jane/phone", "merge")])
    world.put("friend/jane/phone", Friend(presence="live", lat=2.0))
    ties.look()
    assert ties.feeds("janeold", None, None) == "friend/jane/phone"
    world.remove("friend/jane/phone")
    ties.look()
    assert ties.feeds("janeold", None, None) is None


def test_many_new_things_are_known_piece_by_piece_as_they_are_at_the_end():
    world = World("e")
    for n in range(1_200):
        world.put(f"friend/u{n}/phone", Friend(presence="live"))
    ties = ClientMatcher(world)
    pieces = ties.look_in_pieces()
    next(pieces)
    assert ties.feeds("u0phone", None, None) == "friend/u0/phone"
    assert ties.feeds("u1199phone", None, None) is None
    world.remove("friend/u1198/phone")
    world.put("friend/u1199/phone", Friend(presence="live", lat=1.0))
    assert list(pieces)
    ties.look()
    assert ties.feeds("u1198phone", None, None) is None
    assert ties.feeds("u1199phone", None, None) == "friend/u1199/phone"
