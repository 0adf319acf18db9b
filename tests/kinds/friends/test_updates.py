from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kinds.scene import NOW, arrival, location, read, world
from sightline.kinds.friends.message_types import MOST_WAYPOINTS
from sightline.kinds.friends.model import Face, Friend, Waypoint
from sightline.kinds.friends.updates import MOST_REGIONS, PhoneTransition, PhoneWaypoint, unheard
from sightline.model.kind import Arrival, State

T = int(NOW) - 1000  # some time ago
PHONE = "owntracks/jane/phone"
FRIEND = "friend/jane/phone"
FACE = "face/jane/phone"


def fix(tst: Any, at: float = NOW, *, retain: bool = False, **fields: Any) -> Arrival:
    return arrival(PHONE, location(tst=tst, **fields), at=at, retain=retain)


def crossing(event: str, desc: str, tst: int, **more: Any) -> Arrival:
    return arrival(
        PHONE + "/event", {"_type": "transition", "event": event, "desc": desc, "tst": tst}, **more
    )


def will(**more: Any) -> Arrival:
    return arrival(PHONE, {"_type": "lwt", "tst": T - 5000}, **more)


def card(**fields: Any) -> Arrival:
    return arrival(PHONE + "/info", {"_type": "card"} | fields, retain=True)


def friend(*arrivals: Arrival) -> Friend:
    found = world(*arrivals)[FRIEND]
    assert isinstance(found, Friend)
    return found


def then(before: State, *arrivals: Arrival) -> State | None:
    after: State | None = before
    for one in arrivals:
        for reading in read(one):
            if reading.thing == FRIEND:
                after = reading.onto(after)
    return after


def heard(what: Arrival) -> float | None:
    return read(what)[0].heard


# Which fix is now


def test_a_newer_fix_replaces_an_older_one() -> None:
    assert friend(fix(T, lat=1, acc=9), fix(T + 1, lat=2)) == friend(fix(T + 1, lat=2))


def test_a_late_fix_never_replaces_a_newer_one() -> None:
    before = friend(fix(T, lat=1))
    assert then(before, fix(T - 1, lat=2)) is before


def test_of_two_fixes_of_one_second_the_one_received_later_is_now() -> None:
    before = friend(fix(T, lat=1))
    assert then(before, fix(T, lat=2)).lat == 2


def test_an_equal_repeat_changes_nothing_but_when_it_was_heard() -> None:
    before = friend(fix(T), card(name="Jane"))
    assert then(before, fix(T, at=NOW + 60)) == replace(before, heard=NOW + 60)
    assert then(before, fix(T, at=NOW + 0.9)) is before


def test_an_equal_repeat_from_a_clock_ahead_changes_nothing_but_when_it_was_heard() -> None:
    before = friend(fix(int(NOW) + 3600, at=NOW))
    assert then(before, fix(int(NOW) + 3600, at=NOW + 60)) == replace(before, heard=NOW + 60)


def test_a_late_fix_is_a_sign_of_life_nevertheless() -> None:
    before = friend(fix(T), will())
    after = then(before, fix(T - 1))
    assert after == replace(before, presence="live", evidence=None)
    assert heard(fix(T - 1)) == NOW


def test_a_clock_ahead_is_told_and_the_receipt_trusted() -> None:
    ahead = friend(fix(int(NOW) + 3600, at=NOW))
    assert (ahead.ahead, ahead.at) == (3599.5, NOW)
    assert friend(fix(int(NOW) + 4)).ahead is None


def test_a_clock_that_was_ahead_does_not_freeze_a_friend() -> None:
    after = friend(fix(int(NOW) + 80000, at=NOW), fix(int(NOW) + 10, at=NOW + 11, lat=3))
    assert (after.lat, after.ahead) == (3, None)


def test_a_clock_still_ahead_but_less_does_not_freeze_a_friend() -> None:
    after = friend(fix(int(NOW) + 80000, at=NOW), fix(int(NOW) + 70000, at=NOW + 60, lat=3))
    assert after.lat == 3


def test_a_fix_from_before_the_one_of_a_fast_clock_is_late() -> None:
    before = friend(fix(int(NOW) + 80000, at=NOW))
    late = fix(int(NOW) - 20, at=NOW + 5, lat=3)
    assert then(before, late) == replace(before, heard=NOW + 5)


def test_the_tracker_id_stays_where_a_fix_has_none() -> None:
    assert friend(fix(T, tid="JP"), fix(T + 1, tid=...)).tid == "JP"
    assert friend(fix(T, tid=...)).tid == "ne"
    assert friend(fix(T, tid=None)).tid == "ne"


def test_a_name_outlives_every_fix() -> None:
    assert friend(card(name="Jane"), fix(T), fix(T + 1)).name == "Jane"


# Without a time


def test_an_untimed_fix_is_of_its_receipt() -> None:
    found = friend(fix(...))
    assert (found.tst, found.untimed, found.presence) == (NOW, True, "live")


def test_the_same_said_again_without_a_time_is_no_change() -> None:
    before = friend(card(name="Jane"), crossing("enter", "home", T), fix(...))
    after = then(before, fix(..., at=NOW + 60))
    assert after == replace(before, heard=NOW + 60)
    lost = replace(before, presence="stale", evidence="silence")
    assert then(lost, fix(..., at=NOW + 60)) == after


def test_another_place_said_without_a_time_is_newer() -> None:
    assert friend(fix(..., lat=1), fix(..., lat=2, at=NOW + 1)).lat == 2
    assert friend(fix(T, lat=1), fix(..., lat=2)).lat == 2


def test_the_same_place_without_a_time_after_one_with_is_a_fix_of_its_own() -> None:
    assert friend(fix(T), fix(...)).untimed


def test_a_retained_fix_without_a_time_proves_nothing() -> None:
    copy = fix(..., retain=True, lat=2)
    assert heard(copy) is None
    assert friend(copy).presence == "offline"
    before = friend(fix(T, lat=1))
    assert then(before, copy) is before


# Retained


@pytest.mark.parametrize(
    ("age", "presence"), [(10, "live"), (899, "live"), (900, "stale"), (3600, "offline")]
)
def test_a_retained_fix_tells_of_life_at_its_own_time(age: int, presence: str) -> None:
    copy = fix(int(NOW) - age, retain=True, at=int(NOW))
    assert heard(copy) == int(NOW) - age
    assert friend(copy).presence == presence
    assert friend(copy).evidence == (None if presence == "live" else "silence")


def test_a_retained_fix_from_the_future_is_of_now_at_most() -> None:
    assert heard(fix(int(NOW) + 60, retain=True)) == NOW


def test_a_retained_copy_of_what_we_know_changes_nothing() -> None:
    before = friend(fix(T), will())
    assert then(before, fix(T, at=NOW + 99, retain=True)) is before


def test_a_retained_copy_of_something_older_does_not_revive() -> None:
    before = friend(fix(T), will())
    assert then(before, fix(T - 5, retain=True)) is before


def test_a_newer_retained_fix_moves_a_friend_but_takes_no_life() -> None:
    live = friend(fix(T - 5000, at=NOW))
    after = friend(fix(T - 5000, at=NOW), fix(T - 4000, lat=7, retain=True))
    assert live.presence == "live"
    assert (after.lat, after.presence, after.evidence) == (7, "live", None)


def test_an_older_copy_from_a_fast_clock_does_not_pass_for_new() -> None:
    before = friend(fix(int(NOW) + 3600, at=NOW))
    assert then(before, fix(int(NOW) + 3590, at=NOW + 60, retain=True)) is before


def test_a_newer_copy_from_a_fast_clock_is_newer() -> None:
    copy = fix(int(NOW) + 3610, at=NOW + 60, retain=True, lat=7)
    assert friend(fix(int(NOW) + 3600, at=NOW), copy).lat == 7


# Wills


def test_a_will_makes_a_friend_offline_where_it_was() -> None:
    before = friend(fix(T))
    assert then(before, will()) == replace(before, presence="offline", evidence="will")
    assert heard(will()) is None


def test_a_will_counts_however_long_ago_it_was_written() -> None:
    # It is written when the phone connects: before every fix of that connection.
    assert friend(fix(T), will()).evidence == "will"


def test_a_retained_will_is_no_news_of_a_friend_who_is_known() -> None:
    # The broker tells it at each start; the fixes since were not retained (arrivals 11).
    before = friend(fix(T))
    assert then(before, will(retain=True)) is before
    assert friend(will(retain=True)).evidence == "will"


def test_a_will_is_worth_more_than_silence() -> None:
    silent = replace(friend(fix(T)), presence="offline", evidence="silence")
    assert then(silent, will()) == replace(silent, evidence="will")


def test_a_second_will_is_no_change() -> None:
    before = friend(fix(T), will())
    assert then(before, will()) is before


def test_a_message_after_the_will_undoes_it() -> None:
    after = friend(fix(T), will(), fix(T + 1))
    assert (after.presence, after.evidence) == ("live", None)


def test_a_friend_may_be_known_by_a_will_alone() -> None:
    assert friend(will()) == Friend(tid="ne", presence="offline", evidence="will")


# Regions


def test_a_transition_adds_and_removes_a_region() -> None:
    at_home = friend(fix(T), crossing("enter", "home", T + 1))
    assert at_home.inregions == ("home",)
    both = then(at_home, crossing("enter", "street", T + 2))
    assert isinstance(both, Friend)
    assert both.inregions == ("home", "street")
    assert then(both, crossing("leave", "home", T + 3)) == replace(
        both, inregions=("street",), inregions_tst=T + 3
    )


def test_two_transitions_of_one_second_both_count() -> None:
    after = friend(crossing("enter", "a", T), crossing("leave", "a", T), crossing("enter", "b", T))
    assert after.inregions == ("b",)


def test_a_friend_may_be_known_by_a_transition_alone() -> None:
    assert friend(crossing("enter", "home", T)) == Friend(
        tid="ne", inregions=("home",), inregions_tst=T, heard=NOW, presence="live"
    )
    assert friend(crossing("leave", "home", T)).inregions == ()


def test_the_list_of_a_fix_replaces_what_transitions_said() -> None:
    after = friend(crossing("enter", "home", T), fix(T + 1, inregions=["work"]))
    assert (after.inregions, after.inregions_tst) == (("work",), None)


def test_a_fix_without_a_list_leaves_the_list() -> None:
    after = friend(fix(T, inregions=["work"]), fix(T + 5))
    assert (after.inregions, after.inregions_tst) == (("work",), T)
    assert friend(fix(T), fix(T + 5)).inregions is None


def test_an_older_transition_never_undoes_a_newer_list() -> None:
    before = friend(fix(T, inregions=["work"]))
    assert then(before, crossing("leave", "work", T - 1)) is before
    later = friend(fix(T, inregions=["work"]), fix(T + 9))
    assert then(later, crossing("leave", "work", T - 1)) is later


def test_a_transition_newer_than_the_list_counts_though_it_is_older_than_the_fix() -> None:
    before = friend(fix(T, inregions=["work"]), fix(T + 9))
    after = then(before, crossing("leave", "work", T + 5))
    assert isinstance(after, Friend)
    assert after.inregions == ()


def test_a_fix_older_than_the_last_transition_leaves_the_list() -> None:
    after = friend(fix(T), crossing("enter", "home", T + 9), fix(T + 5, inregions=[]))
    assert (after.inregions, after.inregions_tst) == (("home",), T + 9)


def test_a_transition_from_the_future_does_not_freeze_the_list() -> None:
    before = friend(crossing("enter", "home", int(NOW) + 80000, at=NOW))
    assert before.inregions_tst == NOW
    assert isinstance(after := then(before, fix(int(NOW) + 9, at=NOW + 9, inregions=[])), Friend)
    assert after.inregions == ()


def test_a_transition_that_changes_nothing_is_no_change() -> None:
    before = friend(crossing("enter", "home", T))
    assert then(before, crossing("enter", "home", T + 1)) is before


def test_a_transition_is_a_sign_of_life() -> None:
    after = friend(fix(T), will(), crossing("leave", "home", T - 9))
    assert after.presence == "live"
    assert heard(crossing("enter", "home", T)) == NOW


def test_a_retained_transition_is_one_of_its_own_time() -> None:
    old = crossing("enter", "home", T, retain=True)
    assert heard(old) == T
    assert friend(old).presence == "offline"
    assert friend(will(), old).evidence == "will"


def test_regions_are_bounded() -> None:
    after = friend(*(crossing("enter", f"r{n}", T) for n in range(MOST_REGIONS + 3)))
    assert after.inregions == tuple(f"r{n}" for n in range(3, MOST_REGIONS + 3))


# Cards


PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n...").decode()


def test_a_card_names_a_friend_and_shows_a_face() -> None:
    things = world(fix(T), card(name="Jane", tid="JD", face=PNG))
    named = things[FRIEND]
    assert isinstance(named, Friend)
    assert (named.name, named.tid, named.presence) == ("Jane", "JD", "live")
    assert things[FACE] == Face(mime="image/png", data=base64.b64decode(PNG))


def test_a_card_is_no_sign_of_life() -> None:
    assert {reading.heard for reading in read(card(name="Jane", face=PNG))} == {None}
    assert friend(card(name="Jane")) == unheard("ne", "Jane")
    assert friend(fix(T), will(), card(name="Jane")).evidence == "will"


def test_what_a_card_leaves_out_stays() -> None:
    before = friend(fix(T, tid="JP"), card(name="Jane"))
    assert then(before, card()) is before
    assert then(before, card(name="Jane", tid="JP")) is before
    after = then(before, card(tid="JJ"))
    assert after == replace(before, tid="JJ")


def test_the_same_face_again_is_no_change() -> None:
    face = Face(mime="image/png", data=base64.b64decode(PNG))
    _, pictured = read(card(face=PNG))
    assert pictured.onto(face) is face


# Clearing


def cleared(part: str = "") -> Arrival:
    return arrival(PHONE + part, b"", retain=True)


def test_clearing_the_base_topic_removes_friend_and_face() -> None:
    assert world(fix(T), card(name="Jane", face=PNG), cleared()) == {}


def test_clearing_the_card_removes_name_and_face() -> None:
    things = world(fix(T), card(name="Jane", face=PNG), cleared("/info"))
    assert things == {FRIEND: friend(fix(T))}


def test_clearing_the_card_removes_a_friend_known_by_nothing_else() -> None:
    assert world(card(name="Jane", tid="JJ"), cleared("/info")) == {}
    assert world(will(), card(name="Jane"), cleared("/info")) == world(will())


def test_clearing_a_card_nobody_has_is_no_change() -> None:
    before = friend(fix(T))
    assert then(before, cleared("/info")) is before
    assert world(cleared("/info"), cleared(), cleared("/event")) == {}


# Whatever comes


MESSAGES = st.one_of(
    st.builds(
        fix,
        st.integers(T, T + 20) | st.just(...),
        at=st.floats(NOW, NOW + 20),
        retain=st.booleans(),
        lat=st.integers(0, 3),
        inregions=st.just(...) | st.lists(st.sampled_from("ab"), unique=True),
    ),
    st.builds(
        crossing, st.sampled_from(["enter", "leave"]), st.sampled_from("ab"), st.integers(T, T + 20)
    ),
    st.builds(will, retain=st.booleans()),
    st.builds(card, name=st.sampled_from(["Jane", "Joan"])),
)


@given(st.lists(MESSAGES, max_size=12), MESSAGES)
def test_the_same_message_twice_in_a_row_is_no_change(past: list[Arrival], last: Arrival) -> None:
    once = world(*past, last)
    assert then(once[FRIEND], last) is once[FRIEND]


@given(st.lists(st.builds(fix, st.integers(T, T + 99), lat=st.integers(0, 80)), min_size=1))
def test_in_whatever_order_fixes_come_the_newest_is_now(fixes: list[Arrival]) -> None:
    newest = max(tst for one in fixes if (tst := friend(one).tst) is not None)
    assert friend(*fixes).tst == newest


def waypoint(**fields: Any) -> dict[str, Any]:
    given = {
        "_type": "waypoint",
        "desc": "Home",
        "lat": 48.5,
        "lon": 2.25,
        "rad": 50,
        "tst": 1700000000,
    }
    return {name: value for name, value in (given | fields).items() if value is not ...}


def test_a_phone_tells_its_waypoints_and_the_friend_stays_as_it_was() -> None:
    (marked,) = read(arrival("owntracks/jane/phone/waypoint", waypoint(rid="a1b2c3")))
    assert isinstance(marked, PhoneWaypoint)
    assert marked.waypoints == (Waypoint("Home", 48.5, 2.25, 50.0, 1700000000, "a1b2c3"),)
    assert (marked.thing, marked.whole, marked.heard) == ("friend/jane/phone", False, None)
    assert marked.onto(None) is None


def test_what_is_no_circle_is_left_out_and_counted() -> None:
    bad = [
        waypoint(rad=0), waypoint(rad=...), waypoint(lat=91), waypoint(desc=""), waypoint(tst=...),
        waypoint(lon="x"), 7, waypoint(rad=1e9),
    ]  # fmt: skip
    said = {"_type": "waypoints", "waypoints": [*bad, waypoint(desc="Work")]}
    (marked,) = read(arrival("owntracks/jane/phone/waypoints", said))
    assert isinstance(marked, PhoneWaypoint)
    assert [each.desc for each in marked.waypoints] == ["Work"]
    assert (marked.whole, marked.dropped) == (True, len(bad))


def test_a_phone_has_so_many_waypoints_at_most() -> None:
    said = {"_type": "waypoints", "waypoints": [waypoint(tst=n + 1) for n in range(300)]}
    (marked,) = read(arrival("owntracks/jane/phone/waypoints", said))
    assert isinstance(marked, PhoneWaypoint)
    assert (len(marked.waypoints), marked.dropped) == (MOST_WAYPOINTS, 300 - MOST_WAYPOINTS)


def test_a_retained_copy_of_waypoints_tells_nothing() -> None:
    said = {"_type": "waypoints", "waypoints": [waypoint()]}
    assert read(arrival("owntracks/jane/phone/waypoints", said, retain=True)) == []


def test_a_transition_names_the_region_in_every_way_the_phone_does() -> None:
    said = {"_type": "transition", "event": "enter", "desc": "Home", "tst": 1700000100}
    said |= {"wtst": 1700000000, "rid": "a1b2c3", "acc": 12, "lat": 48.5, "lon": 2.25}
    (crossed,) = read(arrival("owntracks/jane/phone/event", said))
    assert isinstance(crossed, PhoneTransition)
    assert (crossed.rid, crossed.wtst, crossed.acc) == ("a1b2c3", 1700000000, 12)
