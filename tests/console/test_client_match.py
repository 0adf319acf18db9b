from __future__ import annotations

import pytest

from sightline.console.client_match import ClientMatcher
from sightline.kinds.friends.model import Friend
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
