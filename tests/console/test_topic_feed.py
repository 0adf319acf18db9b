"""Messages wait for the next look at the topic tree, and are in it then."""

from __future__ import annotations

from sightline.console.topic_feed import LARGEST, MOST, TopicFeed
from sightline.model.kind import Arrival


def came(topic: str, payload: bytes = b"x", at: float = 1.0) -> Arrival:
    return Arrival(topic, payload, False, 0, at, "main")


def test_whoever_looks_sees_every_message_in_its_order():
    feed = TopicFeed()
    for n in range(MOST + 10):
        feed.take([came("a/b", b"%d" % n, at=float(n)), came("c")])
        if n in (0, 3, MOST):
            assert feed.tree.messages == 2 * (n + 1)
    tree = feed.tree
    assert (tree.topics, tree.messages) == (2, 2 * (MOST + 10))
    leaf = tree.find(("a", "b"))
    assert leaf is not None
    assert (leaf.count, leaf.head, leaf.at) == (MOST + 10, b"%d" % (MOST + 9), MOST + 9)


def test_what_waits_is_bounded_in_number_and_in_bytes():
    feed = TopicFeed()
    for _ in range(MOST - 1):
        feed.take([came("a")])
    tree = feed._tree
    assert tree.messages == 0
    feed.take([came("a")])
    assert tree.messages == MOST
    feed.take([came("b", bytes(LARGEST - 1))])
    assert tree.messages == MOST
    feed.take([came("b")])
    assert tree.messages == MOST + 2


def test_the_brokers_log_stays_out_of_it():
    feed = TopicFeed()
    feed.take([came("$SYS/broker/log/N", b"client x from 10.0.0.1"), came("$SYS/broker/uptime")])
    assert feed.tree.find(("$SYS", "broker", "log")) is None
    assert feed.tree.topics == 1
