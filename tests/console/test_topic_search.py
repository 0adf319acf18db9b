from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.console.topic_search import TopicSearch, Wanted
from sightline.console.topic_tree import TopicTree
from sightline.model.kind import Arrival

NOW = 1000.0


def came(topic: str, payload: bytes = b"x", *, retain: bool = False) -> Arrival:
    return Arrival(topic, payload, retain, 0, NOW)


@pytest.fixture
def tree() -> TopicTree:
    tree = TopicTree()
    tree.feed(
        [
            came("house/kitchen/Temperature", b"21.5", retain=True),
            came("house/kitchen/humidity", b"40"),
            came("house/garden/temperature", b"7.5"),
            came("house/garden", b"temp sensors: 1"),
            came("other/lamp", b"on", retain=True),
        ]
    )
    return tree


def found(tree: TopicTree, **wanted: Any) -> list[str]:
    search = TopicSearch(tree, Wanted(**wanted))
    while search.some(2):
        pass
    topics, _ = search.page(NOW)
    return [topic.name for topic in topics]


def test_a_text_is_found_on_every_level_whatever_its_case(tree):
    assert found(tree, text="TEMP") == ["house/garden/temperature", "house/kitchen/Temperature"]
    assert found(tree, text="kitchen/t") == ["house/kitchen/Temperature"]
    assert found(tree, text="nothing") == []


def test_values_are_searched_where_that_is_asked(tree):
    assert found(tree, text="temp", values=True)[0] == "house/garden"
    assert found(tree, text="21.5") == []
    assert found(tree, text="21.5", values=True) == ["house/kitchen/Temperature"]


def test_without_a_text_all_topics_are_listed_and_branches_are_none(tree):
    assert found(tree) == [
        "house/garden",
        "house/garden/temperature",
        "house/kitchen/Temperature",
        "house/kitchen/humidity",
        "other/lamp",
    ]


def test_a_search_may_begin_below_the_top(tree):
    assert found(tree, path=("house", "garden")) == ["house/garden", "house/garden/temperature"]
    assert found(tree, path=("house",), text="humid") == ["house/kitchen/humidity"]
    assert found(tree, path=("nowhere",)) == []


def test_only_what_the_broker_keeps(tree):
    assert found(tree, retained=True) == ["house/kitchen/Temperature", "other/lamp"]
    assert found(tree, retained=True, text="lamp") == ["other/lamp"]


def test_what_is_found_says_what_it_holds_and_pages_go_on(tree):
    search = TopicSearch(tree, Wanted(), most=2)
    assert not search.some()
    (garden, leaf), after = search.page(NOW)
    assert (garden.last, garden.children) == ("temp sensors: 1", 1)
    assert (leaf.name, leaf.last, leaf.count) == ("house/garden/temperature", "7.5", 1)
    assert search.total == 5
    assert after == "house/garden/temperature"
    rest = TopicSearch(tree, Wanted(after=after), most=3)
    rest.some()
    shown, end = rest.page(NOW)
    assert [each.name for each in shown] == found(tree)[2:]
    assert (end, rest.total) == (None, 5)


def test_the_brokers_own_topics_come_last():
    tree = TopicTree()
    tree.feed([came("$SYS/uptime"), came("a"), came("z")])
    assert found(tree) == ["a", "z", "$SYS/uptime"]
    assert found(tree, after="z") == ["$SYS/uptime"]
    assert found(tree, after="$SYS/uptime") == []


def test_a_piece_looks_at_so_many_levels_and_no_more():
    tree = TopicTree()
    tree.feed(came(f"a/{n}") for n in range(100))
    search = TopicSearch(tree, Wanted(text="a/"))
    pieces = 1
    while search.some(10):
        assert search.total <= 10 * pieces
        pieces += 1
    assert pieces == 11  # 101 levels
    assert search.total == 100


def test_a_tree_may_grow_while_it_is_searched(tree):
    search = TopicSearch(tree, Wanted(text="temp"))
    n = 0
    while search.some(1):
        n += 1
        tree.feed([came(f"house/kitchen/temp{n}"), came(f"new{n}/temp")])
    topics, _ = search.page(NOW)
    assert {"house/garden/temperature", "house/kitchen/Temperature"} <= {t.name for t in topics}


_names = st.lists(
    st.lists(st.sampled_from(["a", "b", "ab", "", "$"]), min_size=1, max_size=4).map("/".join),
    max_size=30,
)


@given(_names, st.sampled_from(["", "a", "b", "a/b", "/"]), st.integers(1, 4), st.integers(1, 9))
def test_pages_together_are_all_that_a_plain_look_finds(names, text, most, piece):
    tree = TopicTree()
    tree.feed(came(name) for name in names)
    wanted = sorted(
        (name for name in set(names) if text in name), key=lambda name: (name[:1] == "$", name)
    )
    got: list[str] = []
    after = None
    while True:
        search = TopicSearch(tree, Wanted(text=text, after=after), most)
        while search.some(piece):
            pass
        assert search.total == len(wanted)
        shown, after = search.page(NOW)
        got += [each.name for each in shown]
        if after is None:
            break
    assert got == wanted
