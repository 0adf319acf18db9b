"""The simulated phone speaks as the OwnTracks app on Android does."""

from __future__ import annotations

import base64
import itertools
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.cli.simulate import face
from sightline.cli.simulate.actor import Message
from sightline.cli.simulate.friend import CLOCK_AHEAD, SimulatedFriend
from sightline.cli.simulate.people import NAMED, cast
from sightline.cli.simulate.travel import RoutePoint, distance
from sightline.kinds import friends
from sightline.model.kind import Arrival

WELL: frozenset[str] = frozenset()
NOW = 1_790_000_000.0
PEOPLE = {person.user: person for person in NAMED}


def friend(user: str = "amara") -> SimulatedFriend:
    return SimulatedFriend(PEOPLE[user], random.Random(7), NOW)


def said(message: Message) -> dict[str, Any]:
    value = msgspec.json.decode(message.payload)
    assert isinstance(value, dict)
    return value


def report(phone: SimulatedFriend, at: float, *faults: str) -> list[dict[str, Any]]:
    return [said(m) for m in phone.step(phone.interval, at, frozenset(faults))]


def test_a_fix_is_retained_on_the_topic_of_user_and_device():
    (message,) = friend().step(3, NOW, WELL)
    assert (message.topic, message.qos, message.retain) == ("owntracks/amara/pixel", 1, True)
    fix = said(message)
    assert fix["_type"] == "location"
    assert (fix["tst"], fix["created_at"]) == (NOW, NOW)
    assert (fix["tid"], fix["conn"], fix["source"], fix["m"]) == ("AO", "m", "fused", 2)
    assert set(fix) >= {"_id", "acc", "alt", "batt", "bs", "cog", "inregions", "vac", "vel"}


def test_its_will_is_an_lwt_with_the_time_of_its_first_connection():
    will = friend().will
    assert (will.topic, will.qos, will.retain) == ("owntracks/amara/pixel", 1, False)
    assert said(will) == {"_type": "lwt", "tst": NOW}


def test_on_connection_it_shows_its_card_with_a_face_and_where_it_is():
    card, fix, regions = friend().connected(NOW)
    assert (card.topic, card.qos, card.retain) == ("owntracks/amara/pixel/info", 1, True)
    assert said(card)["name"] == "Amara Okafor"
    assert base64.b64decode(said(card)["face"]).startswith(b"\x89PNG")
    assert said(fix)["_type"] == "location"
    assert regions.topic == "owntracks/amara/pixel/waypoints"
    named = [region.name for region in friend().person.regions]
    assert [each["desc"] for each in said(regions)["waypoints"]] == named != []


@pytest.mark.parametrize("user", ["amara", "mei", "noah", "sofia", "liam"])
def test_speed_and_heading_agree_with_the_movement(user):
    phone = friend(user)
    fixes = [report(phone, NOW + n)[0] for n in range(40)]
    reported = moved = 0.0
    for before, after in itertools.pairwise(fixes):
        assert 0 <= after["cog"] < 360
        reported += after["vel"] / 3.6 * phone.interval
        moved += distance(
            RoutePoint(before["lat"], before["lon"]), RoutePoint(after["lat"], after["lon"])
        )
    assert moved == pytest.approx(reported, rel=0.12)


def test_a_phone_that_lies_still_sends_pings_and_no_heading():
    phone = friend("jonas")
    (fix,) = report(phone, NOW)
    assert (fix["t"], fix["vel"], fix["conn"], fix["SSID"]) == ("p", 0, "w", "Speicherstadt 4")
    assert "cog" not in fix
    assert fix["inregions"] == ["Office"]


def test_regions_are_entered_and_left_on_the_way():
    phone = friend("amara")
    seen = {tuple(report(phone, NOW)[0]["inregions"]) for _ in range(8000)}
    assert seen == {(), ("St Pancras",), ("Lille",), ("Gare du Nord",)}


def test_the_battery_drains_and_is_charged_to_full():
    phone = friend()
    states = [(f["bs"], f["batt"]) for _ in range(16000) for f in report(phone, NOW)]
    assert {bs for bs, _ in states} == {1, 2, 3}
    assert min(batt for _, batt in states) >= 10
    assert max(batt for _, batt in states) == 100


def test_one_friend_was_last_seen_long_ago_and_says_no_more():
    phone = friend("tomas")
    _, fix, *_ = phone.connected(NOW)
    assert said(fix)["tst"] == NOW - 1500
    assert phone.interval == float("inf")


def test_asked_where_it_is_it_answers_at_once():
    phone = friend("jonas")
    topic = "owntracks/jonas/fairphone/cmd"
    assert phone.listens_to == (topic,)
    (answer,) = phone.received(topic, b'{"_type":"cmd","action":"reportLocation"}', NOW + 5)
    assert (said(answer)["t"], said(answer)["tst"]) == ("r", NOW + 5)


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"_type":"cmd","action":"restart"}'])
def test_other_commands_are_left_alone(payload):
    assert friend().received("owntracks/amara/pixel/cmd", payload, NOW) == []


def test_losing_the_connection_changes_nothing():
    phone = friend()
    phone.disconnected()
    assert not phone.off


def test_late_fixes_come_behind_a_newer_one():
    phone = friend()
    assert report(phone, NOW + 1, "late") == []
    assert report(phone, NOW + 2, "late") == []
    fixes = report(phone, NOW + 3)
    assert [f["tst"] - NOW for f in fixes] == [3, 1, 2]
    assert [f["created_at"] - NOW for f in fixes] == [3, 3, 3]
    assert len(report(phone, NOW + 4)) == 1


def test_a_clock_ahead_is_an_hour_ahead():
    (fix,) = report(friend(), NOW, "future")
    assert fix["tst"] == NOW + CLOCK_AHEAD


def test_the_named_people_come_first_then_as_many_as_asked_for():
    people = cast(20, random.Random(1))
    assert tuple(people[:8]) == NAMED
    assert len({person.user for person in people}) == 20
    assert cast(2, random.Random(1)) == list(NAMED[:2])


def test_faces_of_the_named_people_differ():
    cards = {said(friend(user).connected(NOW)[0])["face"] for user in PEOPLE}
    assert len(cards) == len(NAMED)
    assert all(len(base64.b64decode(c)) > len(face.png(0)) / 2 for c in cards)


@given(st.integers(0, 40), st.integers(0, 2**32), st.lists(st.floats(0, 1e5), max_size=10))
def test_whatever_happens_on_the_way_the_server_reads_all_of_it(number, seed, steps):
    rng = random.Random(seed)
    phone = SimulatedFriend(cast(number + 1, rng)[-1], rng, NOW)
    wall = NOW
    messages = [*phone.connected(wall), phone.will]
    for dt in steps:
        wall += dt
        messages += phone.step(dt, wall, WELL)
    for message in messages:
        arrival = Arrival(message.topic, message.payload, message.retain, 1, wall)
        readings = list(friends.KIND.decode(arrival))
        assert readings
        assert {reading.thing.partition("/")[2] for reading in readings} == {
            f"{phone.person.user}/{phone.person.device}"
        }
