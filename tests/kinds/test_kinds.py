from __future__ import annotations

from itertools import combinations

from sightline import kinds


def test_no_two_kinds_answer_for_the_same() -> None:
    for one, other in combinations(kinds.ALL, 2):
        assert not one.roots & other.roots
        assert not one.things & other.things


def test_a_kind_is_patient_with_what_it_makes() -> None:
    for kind in kinds.ALL:
        assert kind.patience.keys() <= kind.things
