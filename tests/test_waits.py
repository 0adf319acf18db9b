"""The waits of the tests: a fact ends them, a deadline fails them and says what was missed."""

from __future__ import annotations

import greenlet
import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, succeed

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
async def test_what_has_to_be_awaited_is_and_may_be_false_where_another_thing_counts():
    looks = iter([3, 2, 0])

    async def look() -> int:
        return next(looks)

    assert await until(look, such=lambda found: found < 3) == 2
    assert await until(lambda: succeed(next(looks)), such=lambda found: found < 1) == 0
    with pytest.raises(AssertionError, match=r"in vain for more; found \[5\]"):
        await until(lambda: succeed([5]), "more", within=0, such=lambda found: len(found) > 1)


def test_a_wait_without_a_reactor_is_told_what_counts_too():
    looks = iter([3, 2, 0])
    assert wait_until(lambda: next(looks), pause=lambda: None, such=lambda n: n < 1) == 0
    with pytest.raises(AssertionError, match="in vain for less; found 5"):
        wait_until(lambda: 5, "less", within=0, such=lambda n: n < 5)


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
