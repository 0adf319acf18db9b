from __future__ import annotations

from itertools import combinations

from sightline import kinds


def test_no_two_kinds_answer_for_the_same() -> None:
    for one, other in combinations(kinds.ALL, 2):
        assert not one.roots & other.roots
        assert not {a.name for a in one.things} & {b.name for b in other.things}
