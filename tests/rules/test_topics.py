"""Which rules look at the messages of a topic."""

from __future__ import annotations

from sightline.rules.topics import TopicNumbers


def test_names_and_filters_find_their_rules():
    topics = TopicNumbers()
    assert topics.rules("a/b") == ()
    topics.put("one", "a/b")
    topics.put("two", "a/#")
    topics.put("three", "#")
    assert topics.rules("a/b") == ("one", "two", "three")
    assert topics.rules("a/c") == ("two", "three")
    assert topics.rules("$SYS/x") == ()
    assert topics.filters() == ["#", "a/#", "a/b"]
    assert len(topics) == 3


def test_what_is_dropped_or_changed_is_found_no_more():
    topics = TopicNumbers()
    topics.put("one", "a/b")
    assert topics.rules("a/b") == ("one",)
    topics.put("one", "c")
    assert topics.rules("a/b") == ()
    assert topics.rules("c") == ("one",)
    topics.drop("one")
    topics.drop("none")
    assert topics.rules("c") == ()


def test_its_memory_does_not_grow_with_the_topics(monkeypatch):
    monkeypatch.setattr("sightline.rules.topics._MOST", 10)
    topics = TopicNumbers()
    topics.put("one", "+/x")
    for n in range(100):
        assert topics.rules(f"{n}/x") == ("one",)
        assert topics.rules(f"{n}/y") == ()
    assert len(topics._found) <= 10
