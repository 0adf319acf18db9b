"""Groups of keys are what sets by word would be."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from sightline.model.groups import Groups

STEPS = st.lists(st.tuples(st.booleans(), st.sampled_from("abc"), st.sampled_from(["x", "y", "z"])))


@given(STEPS)
def test_groups_are_what_sets_by_word_would_be(steps):
    groups, sets = Groups(), defaultdict(set)
    for adds, word, key in steps:
        if adds:
            assert groups.add(word, key) == (key not in sets[word])
            sets[word].add(key)
        else:
            groups.discard(word, key)
            sets[word].discard(key)
    there = {word: keys for word, keys in sets.items() if keys}
    assert set(groups) == set(there)
    assert len(groups) == len(there)
    for word in "abc":
        assert groups.of(word) == there.get(word, set())
        assert (word in groups) == (word in there)


def test_what_was_given_does_not_change_with_the_group():
    groups = Groups()
    groups.add("a", "x")
    groups.add("a", "y")
    before = groups.of("a")
    groups.discard("a", "x")
    assert before == {"x", "y"}
    assert groups.of("a") == {"y"}
