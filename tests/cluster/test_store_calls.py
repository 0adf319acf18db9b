"""Calls that nobody waits for: their trouble is known, and none keeps a stop waiting for long."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

from sightline.cluster.store_calls import StoreCalls
from sightline.model.faults import Unavailable


async def answers(waits: Deferred[Any]) -> Any:
    return await waits


@pytest.fixture
def logged():
    events: list[dict[str, Any]] = []
    globalLogPublisher.addObserver(events.append)
    yield events
    globalLogPublisher.removeObserver(events.append)


def test_trouble_is_known_until_the_store_answers_and_said_once(logged):
    calls = StoreCalls(Clock())
    done: list[str] = []
    for name in ("a", "b"):
        way: Deferred[Any] = Deferred()
        calls.begin(answers(way), lambda name=name: done.append(name))
        assert name not in done
        way.errback(Unavailable(f"it is away: {name}"))
    assert done == ["a", "b"]
    assert calls.trouble == "it is away: b"
    assert [event["why"] for event in logged if "why" in event] == ["it is away: a"]
    calls.answered()
    assert calls.trouble == ""


def test_a_fault_of_ours_is_logged_and_what_comes_after_is_done(logged):
    calls = StoreCalls(Clock())
    done: list[int] = []
    way: Deferred[Any] = Deferred()
    calls.begin(answers(way), lambda: done.append(1))
    way.errback(ZeroDivisionError("ours"))
    assert done == [1]
    assert calls.trouble == ""
    assert [event["log_failure"].type for event in logged if "log_failure" in event] == [
        ZeroDivisionError
    ]


def test_who_stops_waits_for_what_is_under_way_and_no_longer_than_it_says():
    clock = Clock()
    calls = StoreCalls(clock)
    quick: Deferred[Any] = Deferred()
    calls.begin(answers(quick))
    ended: list[object] = []
    calls.all_done(2.0).addCallback(ended.append)
    assert ended == []
    quick.callback(None)
    assert len(ended) == 1

    calls.begin(answers(Deferred()))
    calls.all_done(2.0).addCallback(ended.append)
    clock.advance(1.9)
    assert len(ended) == 1
    clock.advance(0.2)
    assert len(ended) == 2
