from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sightline.live.presence import Presence
from sightline.model.kind import Silence, State, Timeouts
from states import spot

# Times that add up without rounding: at the very moment of becoming stale both answers would do.
QUARTERS = st.integers(0, 16).map(lambda quarters: quarters / 4)


@pytest.fixture
def presence() -> Presence:
    return Presence({"robot": Timeouts(2, 5)})


def levels(presence: Presence, now: float, lost: frozenset[str] = frozenset()) -> list[tuple]:
    return [(s.thing, s.presence, s.evidence) for s in presence.silent(now, lost)]


def test_a_thing_that_is_heard_stays_live(presence):
    for second in range(20):
        presence.note("robot/1", second, "main")
        assert levels(presence, second + 0.9) == []


def test_silence_makes_a_thing_stale_then_offline_once(presence):
    presence.note("robot/1", 0, "main")
    assert levels(presence, 1.9) == []
    assert levels(presence, 2) == [("robot/1", "stale", "silence")]
    assert levels(presence, 3) == []
    assert levels(presence, 5) == [("robot/1", "offline", "silence")]
    assert levels(presence, 100) == []


def test_a_long_silence_goes_straight_to_offline(presence):
    presence.note("robot/1", 0, "main")
    assert levels(presence, 60) == [("robot/1", "offline", "silence")]


def test_a_thing_heard_again_starts_anew(presence):
    presence.note("robot/1", 0, "main")
    levels(presence, 3)
    presence.note("robot/1", 4, "main")
    assert levels(presence, 5.9) == []
    assert levels(presence, 6) == [("robot/1", "stale", "silence")]
    levels(presence, 100)
    presence.note("robot/1", 200, "main")
    assert levels(presence, 202) == [("robot/1", "stale", "silence")]


def test_the_loss_of_its_broker_is_named_as_the_evidence(presence):
    presence.note("robot/1", 0, "main")
    presence.note("robot/2", 0, "other")
    assert sorted(levels(presence, 2, frozenset({"main"}))) == [
        ("robot/1", "stale", "broker lost"),
        ("robot/2", "stale", "silence"),
    ]


def test_an_old_retained_fix_is_no_fresh_sign_of_life(presence):
    presence.note("robot/1", -3600, "main")
    assert levels(presence, 0) == [("robot/1", "offline", "silence")]


def test_an_old_retained_message_takes_no_life_away(presence):
    presence.note("robot/1", 10, "main")
    presence.note("robot/1", 2, "main")
    assert levels(presence, 11.9) == []


def test_silence_never_makes_anything_more_alive():
    gone = replace(spot(1), presence="offline", evidence="will")
    assert Silence("a/1", "stale", "silence").onto(gone) is gone
    stale = replace(spot(1), presence="stale", evidence="silence")
    assert Silence("a/1", "offline", "silence").onto(stale) != stale


def test_a_kind_without_patience_never_falls_silent(presence):
    presence.note("broker/main", 0, "main")
    assert levels(presence, 1e9) == []


def test_what_is_gone_is_not_missed(presence):
    presence.note("robot/1", 0, "main")
    presence.forget("robot/1")
    assert levels(presence, 10) == []


def test_a_silence_marks_a_state_and_leaves_others_alone():
    assert Silence("a/1", "stale", "silence").onto(spot(1)) != spot(1)
    assert Silence("a/1", "stale", "silence").onto(None) is None
    stateless = State()
    assert Silence("a/1", "stale", "silence").onto(stateless) is stateless


@given(st.lists(st.tuples(st.sampled_from("abc"), QUARTERS), max_size=40))
def test_whatever_was_heard_when_the_last_word_is_right(steps):
    presence = Presence({"r": Timeouts(2, 5)})
    now, heard, said = 0.0, {}, {}
    for name, pause in steps:
        now += pause
        for silence in presence.silent(now, ()):
            said[silence.thing] = silence.presence
        presence.note(f"r/{name}", now, "main")
        heard[f"r/{name}"], said[f"r/{name}"] = now, "live"
    now += 1
    for silence in presence.silent(now, ()):
        said[silence.thing] = silence.presence
    for thing, last in heard.items():
        silent = now - last
        expected = "live" if silent < 2 else "stale" if silent < 5 else "offline"
        assert said[thing] == expected
