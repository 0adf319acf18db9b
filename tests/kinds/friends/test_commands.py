"""Commands in the words each app knows, and what an answer proves."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.friends import commands
from sightline.kinds.friends.model import Waypoint

HOME = Waypoint("Home", 52.1, 5.1, 80.4, 1700000000, "aaaaaaaa")
WORK = Waypoint("Work", 48.85, -179.9999999, 100.0, 1700000001, "bbbbbbbb")


@pytest.mark.parametrize(
    ("agent", "platform"),
    [
        ("Owntracks-Android/gms/2.5.0", "android"),
        ("owntracks-android/oss/2.4.12", "android"),
        ("OwnTracks/18.4.3 CFNetwork/1410 Darwin/22.6.0", "ios"),
        ("curl/8.5", "?"),
        ("", "?"),
    ],
)
def test_the_app_is_known_by_how_it_calls_itself(agent, platform):
    assert commands.platform_of(agent) == platform


@pytest.mark.parametrize("platform", ["android", "ios", "?"])
@pytest.mark.parametrize("do", ["locate", "status", "regions", "read", "clear"])
def test_no_phone_gets_an_action_its_app_does_not_know_or_a_radius_with_a_point(do, platform):
    for said in commands.messages(do, platform, [HOME, WORK], [HOME]):
        text = commands.encoded(said)
        assert json.loads(text)["action"] in commands.ACTIONS[platform]
        for one in said.get("waypoints", {}).get("waypoints", []):
            assert type(one["rad"]) is int
            assert one["rad"] > 0


def test_an_android_phone_is_cleared_before_it_is_told_because_it_never_removes():
    said = commands.messages("regions", "android", [HOME])
    assert [one["action"] for one in said] == ["clearWaypoints", "setWaypoints", "waypoints"]
    assert said[1]["waypoints"]["waypoints"] == [
        {
            "_type": "waypoint",
            "desc": "Home",
            "lat": 52.1,
            "lon": 5.1,
            "rad": 80,
            "tst": 1700000000,
            "rid": "aaaaaaaa",
        }
    ]
    none = commands.messages("regions", "android", [])
    assert [one["action"] for one in none] == ["clearWaypoints", "waypoints"]


def test_what_a_phones_user_made_is_told_anew_after_it_was_cleared():
    mine = Waypoint("Allotment", 1.0, 2.0, 30.0, 5)
    renamed = Waypoint("Office", 48.85, 2.29, 100.0, 6, WORK.rid)
    assert commands.own([HOME, mine, renamed], [HOME, WORK]) == [mine]
    said = commands.messages("regions", "android", [HOME], [mine])
    assert [one["desc"] for one in said[1]["waypoints"]["waypoints"]] == ["Home", "Allotment"]


def test_an_iphone_is_not_cleared_but_what_is_not_wanted_any_more_is_put_out_of_the_world():
    said = commands.messages("regions", "ios", [HOME], [HOME, WORK])
    assert [one["action"] for one in said] == ["setWaypoints", "waypoints"]
    home, work = said[0]["waypoints"]["waypoints"]
    assert home["lat"] == 52.1
    assert not -90 <= work["lat"] <= 90
    assert work["rid"] == "bbbbbbbb"
    assert [one["action"] for one in commands.messages("regions", "ios", [])] == ["waypoints"]


@pytest.mark.parametrize(
    ("has", "before", "state", "word"),
    [
        ([HOME, WORK], False, "confirmed", ""),
        ([WORK, HOME, Waypoint("mine", 1, 2, 3, 4)], False, "confirmed", ""),
        ([], False, "refused", "allowed"),
        ([HOME], False, "refused", "Work"),
        ([HOME], True, "drifted", "Work"),
        ([HOME, Waypoint("Work", 48.86, -179.9999999, 100.0, 5)], True, "drifted", "Work"),
        ([HOME, Waypoint("Work", 48.85, 180.0, 100.0, 5)], False, "confirmed", ""),
    ],
)
def test_what_a_phone_has_is_held_against_what_it_was_sent(has, before, state, word):
    found, why = commands.compared([HOME, WORK], has, before=before)
    assert found == state
    assert word in why


CIRCLES = st.lists(
    st.builds(
        Waypoint,
        st.sampled_from("abcdef"),
        st.floats(-90, 90),
        st.floats(-180, 180),
        st.floats(1, 1e6),
        st.integers(1, 2**40),
        st.none() | st.text(max_size=8),
    ),
    max_size=6,
    unique_by=lambda one: one.desc,
)


@given(CIRCLES)
def test_a_phone_that_says_back_what_it_was_told_has_confirmed_it(wanted):
    for said in commands.messages("regions", "android", wanted):
        if said["action"] == "setWaypoints":
            back = [
                Waypoint(one["desc"], one["lat"], one["lon"], float(one["rad"]), one["tst"])
                for one in said["waypoints"]["waypoints"]
            ]
            assert commands.compared(wanted, back, before=False) == ("confirmed", "")
