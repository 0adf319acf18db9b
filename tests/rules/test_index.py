"""Which things a rule looks at."""

from __future__ import annotations

from msgspec.structs import replace

from rules.scene import BOB, BROKER, JANE, ROBOT, rule
from sightline.kinds.rules.model import Condition
from sightline.rules.index import covers, exact, history_of, same_watch

LOW = Condition(type="battery", below=20)


def test_whose_history_a_back_test_needs():
    flaps = rule(Condition(type="flapping"), "client/main/esp")
    assert history_of(flaps, BROKER)
    assert not history_of(flaps, "broker/other")
    assert history_of(rule(Condition(type="flapping"), "broker"), BROKER)
    near = rule(Condition(type="near", other=BOB, metres=50), "friend/jane")
    assert [key for key in (JANE, BOB, "friend/ann/x", BROKER) if history_of(near, key)] == [
        JANE, BOB,
    ]  # fmt: skip
    assert history_of(rule(Condition(type="silent")), BROKER)
    assert not history_of(rule(LOW), BROKER)


def test_words_mean_whole_levels():
    assert covers("friend/jane", "friend/jane/phone")
    assert covers("friend", "friend/jane/phone")
    assert not covers("friend/jane", "friend/janet/phone")


def test_things_that_are_named_one_by_one_are_looked_at_before_they_are_heard():
    named = rule(LOW, "friend/jane", JANE, ROBOT, BROKER, "nothing")
    assert exact(named) == [JANE, ROBOT]
    assert exact(rule(Condition(type="disconnected"), BROKER)) == [BROKER]


def test_two_versions_that_look_at_the_same():
    one = rule(LOW)
    assert same_watch(one, replace(one, urgent=True, version=2, every=60.0))
    assert not same_watch(one, replace(one, about=(BOB,)))
    assert not same_watch(one, rule(Condition(type="battery", below=21)))
