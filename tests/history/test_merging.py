from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from sightline.history.merging import merged


async def slowly(numbers: list[int], wait: bool) -> AsyncIterator[int]:
    for number in numbers:
        if wait:
            await deferLater(reactor, 0)
        yield number


@pytest_twisted.ensureDeferred
async def test_sources_that_wait_are_one_in_order():
    sources = [slowly(numbers, True) for numbers in ([1, 4, 5], [], [2, 3, 9])]
    assert [n async for n in merged(sources, lambda n: n)] == [1, 2, 3, 4, 5, 9]
    sources = [slowly(numbers, True) for numbers in ([5, 4, 1], [9, 3, 2])]
    assert [n async for n in merged(sources, lambda n: n, newest_first=True)] == [9, 5, 4, 3, 2, 1]


@given(st.lists(st.lists(st.integers()).map(sorted), max_size=4))
def test_nothing_is_lost_or_twice(parts):
    found: list[int] = []

    async def read() -> None:
        found.extend([n async for n in merged([slowly(p, False) for p in parts], lambda n: n)])

    Deferred.fromCoroutine(read())
    assert found == sorted(number for part in parts for number in part)
