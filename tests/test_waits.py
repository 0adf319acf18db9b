"""The waits of the tests: a fact ends them, a deadline fails them and says what was missed."""

from __future__ import annotations

import greenlet
import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from waits import Watch, until, wait_until


def test_a_wait_returns_what_it_found():
    looks = iter([None, 0, "found"])
    assert wait_until(lambda: next(looks), pause=lambda: None) == "found"


def test_a_wait_in_vain_says_for_what_and_how_things_stand():
    with pytest.raises(AssertionError, match="in vain for the broker: 3 lost"):
        wait_until(lambda: False, lambda: f"the broker: {3} lost", within=0)


@pytest_twisted.ensureDeferred
async def test_a_coroutine_waits_in_the_same_way():
    looks = iter([None, "found"])
    assert await until(lambda: next(looks)) == "found"
    with pytest.raises(AssertionError, match="in vain for it"):
        await until(lambda: False, "it", within=0)


@pytest_twisted.ensureDeferred
async def test_whoever_watches_goes_on_at_once_when_something_was_heard():
    watch, heard = Watch(), []
    heard.append(1)
    await watch.until(lambda: heard, "the first")
    waiting = watch.until(lambda: len(heard) == 2, "the second")

    going = Deferred.fromCoroutine(waiting)
    watch.look()
    assert not going.called
    heard.append(2)
    watch.look()
    assert going.called


@pytest_twisted.ensureDeferred
async def test_when_nothing_more_can_be_heard_a_watch_fails_with_the_reason():

    watch = Watch()
    going = Deferred.fromCoroutine(watch.until(lambda: False, "it"))
    watch.fail(ValueError("hung up"))
    with pytest.raises(ValueError, match="hung up"):
        await going


def test_a_test_that_waits_for_nothing_runs_outside_the_reactors_greenlet():
    """Else nothing could be waited for in it, and hypothesis would call it through the reactor."""

    assert greenlet.getcurrent().parent is None
