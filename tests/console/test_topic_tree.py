from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sightline.console.topic_tree import HEAD, TopicTree
from sightline.model.kind import Arrival

NOW = 1000.0


def came(topic: str | bytes, payload: bytes = b"x", at: float = NOW, **more: Any) -> Arrival:
    return Arrival(topic, payload, more.get("retain", False), more.get("qos", 0), at)


@pytest.fixture
def tree() -> TopicTree:
    tree = TopicTree()
    tree.feed([came("a/b/c", b"one"), came("a/b/c", b"three", qos=1), came("a/d"), came("e")])
    return tree


def names(page: Any) -> list[str]:
    return [child.name for child in page.children]


def test_a_page_is_one_nodes_children_by_name(tree):
    page = tree.page([], NOW)
    assert names(page) == ["a", "e"]
    assert page.total == 2
    assert page.after is None
    branch, leaf = page.children
    assert (branch.messages, branch.bytes, branch.children) == (3, 9, 2)
    assert branch.topics == 2
    assert branch.count == 0
    assert (leaf.count, leaf.last, leaf.size) == (1, "x", 1)


def test_a_leaf_shows_its_newest_message(tree):
    (leaf,) = tree.page(["a", "b"], NOW).children
    assert msgspec.to_builtins(leaf) == {
        "name": "c",
        "messages": 2,
        "bytes": 8,
        "rate": 0.2,
        "at": NOW,
        "count": 2,
        "size": 5,
        "qos": 1,
        "last": "three",
    }


def test_a_rate_fades_when_nothing_comes(tree):
    assert tree.page([], NOW).node.rate == 0.4
    assert tree.page([], NOW + 20).node.rate < 0.1
    assert tree.page([], NOW + 200).node.rate == 0


def test_a_steady_stream_shows_its_rate():
    tree = TopicTree()
    for n in range(1000):
        tree.feed([came("a", at=NOW + n / 10)])
    assert tree.page([], NOW + 100).node.rate == pytest.approx(10, rel=0.02)


def test_a_topic_may_be_a_branch_too(tree):
    tree.feed([came("a/b", b"both")])
    (b, _) = tree.page(["a"], NOW).children
    assert (b.count, b.last, b.children, b.messages) == (1, "both", 1, 3)
    assert tree.topics == 4


def test_pages_go_on_where_the_last_ended():
    tree = TopicTree()
    tree.feed(came(f"n{n:03}") for n in range(25))
    first = tree.page([], NOW, most=10)
    second = tree.page([], NOW, after=first.after, most=10)
    third = tree.page([], NOW, after=second.after, most=10)
    assert names(first) + names(second) + names(third) == [f"n{n:03}" for n in range(25)]
    assert third.after is None
    assert names(tree.page([], NOW, find="N01")) == [f"n01{n}" for n in range(10)]


def test_what_finds_no_room_is_counted_and_the_rest_goes_on():
    tree = TopicTree(topics=2)
    tree.feed([came("a"), came("b"), came("c"), came("a"), came("c")])
    assert (tree.topics, tree.messages, tree.cut) == (2, 3, 2)
    tight = TopicTree(nodes=3)
    tight.feed([came("a/b/c"), came("a/b"), came("a/d")])
    assert (tight.nodes, tight.topics, tight.cut) == (3, 2, 1)


def test_monstrous_topics_are_cut():
    tree = TopicTree()
    tree.feed([came("/".join("x" * 40)), came("y" * 300)])
    assert (tree.topics, tree.cut) == (0, 2)


def test_empty_levels_and_broken_text_have_their_place():
    tree = TopicTree()
    tree.feed([came("/a"), came("a/"), came(b"\xff")])
    assert names(tree.page([], NOW)) == ["", "a", "\ufffd"]
    assert names(tree.page([""], NOW)) == ["a"]
    assert names(tree.page(["a"], NOW)) == [""]


def test_a_last_value_is_text_or_hex_and_never_long():
    tree = TopicTree()
    tree.feed([came("t", "ä".encode() * 500), came("b", b"\x00\xff"), came("c", b"a\nb\x1b")])
    binary, control, text = tree.page([], NOW).children
    assert binary.hex == "00 ff"
    assert control.last == "a\ufffdb\ufffd"
    assert text.last == "ä" * (HEAD // 2)
    assert text.size == 1000


def test_what_is_not_there_has_no_page(tree):
    assert tree.page(["x"], NOW) is None
    assert tree.page(["a", "b", "c", "d"], NOW) is None
    assert tree.at(["x"]) == 0
    assert tree.at(["a"]) == NOW


def test_a_retained_message_is_known_until_an_empty_one_takes_it_away(tree):
    tree.feed([came("a/b/c", b"kept", retain=True), came("a/d", b"kept", retain=True)])
    assert tree.page([], NOW).node.retained == 2
    (b, d) = tree.page(["a"], NOW).children
    assert (b.retained, d.retained, d.retain) == (1, 1, True)
    tree.feed([came("a/d", b"newer"), came("a/d", b"kept", retain=True)])  # a subscriber's view
    assert tree.page(["a"], NOW).node.retained == 2
    tree.feed([came("a/d", b""), came("a/d", b""), came("e", b"")])
    assert tree.page([], NOW).node.retained == 1
    assert tree.page(["a"], NOW).children[1].retained == 0
