"""How long a device is usually silent, learned from its own gaps."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from rules.scene import NOW
from sightline.rules.rhythm import (
    FACTOR,
    GROWTH,
    HALVED,
    LEAST,
    LEAST_LIMIT,
    LONGEST,
    UNKNOWN_LIMIT,
    Rhythm,
)

DAY = 86_400.0


def told(rhythm: Rhythm, begin: float, gap: float, count: int, moving: bool = False) -> float:
    at = begin
    for _ in range(count):
        rhythm.heard(at, moving)
        at += gap
    return at


def test_a_device_that_is_not_known_yet_is_judged_as_all():
    rhythm = Rhythm()
    told(rhythm, NOW, 60, LEAST)
    assert rhythm.usual() == (UNKNOWN_LIMIT, LEAST - 1, False)
    rhythm.heard(NOW + 60 * LEAST, False)
    assert rhythm.usual() == (LEAST_LIMIT, LEAST, True)


def test_what_is_usual_is_a_little_more_than_nearly_all_gaps():
    rhythm = Rhythm()
    told(rhythm, NOW, 1800, 400)
    seconds = rhythm.usual().seconds
    assert 1800 * FACTOR / GROWTH <= seconds <= 1800 * FACTOR * GROWTH


def test_rare_long_gaps_are_not_usual():
    rhythm, at, chance = Rhythm(), NOW, random.Random(1).random
    for _ in range(8000):
        rhythm.heard(at, False)
        at += 5 * 3600 if chance() < 0.003 else 300
    assert rhythm.usual().seconds < 1000


def test_nights_and_journeys_have_their_own_measure():
    rhythm = Rhythm()
    begin = NOW - NOW % DAY
    for day in range(30):
        midnight = begin + day * DAY
        at = told(rhythm, midnight + 0.1, 7000, 3)  # until 05:50
        at = told(rhythm, max(at, midnight + 8 * 3600), 60, 60, moving=True)
        told(rhythm, at, 900, 40)
    last = begin + 31 * DAY
    limits = {}
    for name, hour, moving in (("night", 2.5, False), ("way", 8.5, True), ("day", 13.5, False)):
        again = Rhythm.restored(rhythm.stored())
        again.heard(last + hour * 3600, moving)
        limits[name] = again.usual().seconds
    assert limits["way"] == LEAST_LIMIT
    assert 900 < limits["day"] < 2400
    assert 7000 < limits["night"] < 30_000


def test_a_device_with_new_habits_is_learned_anew():
    rhythm = Rhythm()
    at = told(rhythm, NOW, 3600, 40 * 24)
    for _ in range(24 * 60):
        at = told(rhythm, at, 60, 60)
    assert rhythm.usual().seconds < 1000


def test_what_was_off_for_long_or_not_listened_to_has_no_gap():
    rhythm = Rhythm()
    told(rhythm, NOW, 60, 30)
    gaps = rhythm.usual().gaps
    rhythm.heard(NOW + LONGEST + DAY, False)
    assert rhythm.usual().gaps == gaps
    rhythm.skip(NOW + LONGEST + 2 * DAY)
    rhythm.heard(NOW + LONGEST + 2 * DAY + 60, False)
    assert rhythm.usual().gaps == gaps + 1


@given(gaps=st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60), moving=st.booleans())
def test_what_is_kept_is_small_and_says_the_same(gaps, moving):
    rhythm, at = Rhythm(), NOW
    for gap in gaps:
        rhythm.heard(at, moving)
        at += gap
    again = Rhythm.restored(rhythm.stored())
    assert again.usual() == rhythm.usual()
    assert LEAST_LIMIT <= rhythm.usual().seconds <= LONGEST * FACTOR * GROWTH


def test_its_memory_does_not_grow():
    rhythm, chance = Rhythm(), random.Random(2).random
    at = NOW
    for _ in range(60_000):
        rhythm.heard(at, chance() < 0.5)
        at += 10 ** (5 * chance())
    contexts = rhythm.stored()["gaps"]
    assert len(contexts) <= 48
    assert all(len(pairs) < 140 for pairs in contexts.values())
    assert all(count <= HALVED for pairs in contexts.values() for count in pairs[1::2])
