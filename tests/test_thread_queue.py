"""Work on threads that must not overlap."""

from __future__ import annotations

import threading

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults

from sightline.live.thread_queue import ThreadQueue


@pytest_twisted.ensureDeferred
async def test_pieces_of_work_are_done_one_after_the_other_in_order() -> None:
    queue, at_once, most, done = ThreadQueue(reactor), [0], [0], []
    first = threading.Event()

    def work(number: int) -> int:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        if number == 0:
            assert first.wait(60)
        done.append(number)
        at_once[0] -= 1
        return number

    calls = [Deferred.fromCoroutine(queue.call(work, number)) for number in range(20)]
    assert queue.waiting == 19
    first.set()
    assert await gatherResults(calls) == done == list(range(20))
    assert (most[0], queue.waiting) == (1, 0)


@pytest_twisted.ensureDeferred
async def test_work_that_fails_says_so_and_holds_up_nothing() -> None:
    queue = ThreadQueue(reactor)
    with pytest.raises(ValueError, match="invalid literal"):
        await queue.call(int, "x")
    assert await queue.call(int, "7") == 7
