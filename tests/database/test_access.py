"""The way to a part's database that is away at first, and whose changes are followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred

from sightline.database.access import DatabaseAccess
from sightline.model.faults import Unavailable
from waits import until

reactor: Any = _reactor


class Store:
    """Rows, and whether they were let go of."""

    def __init__(self) -> None:
        self.rows = ["one"]
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Common:
    """What several servers share, as far as a part asks for it."""

    def __init__(self) -> None:
        self.heard: dict[str, Callable[[], None]] = {}

    def hear(self, topic: str, changed: Callable[[], None]) -> None:
        self.heard[topic] = changed

    def when_back(self, back: Callable[[], None]) -> None:
        self.back = back


class Rows(DatabaseAccess[Store]):
    """A part whose database can be opened at the second try."""

    def __init__(self, common: Any) -> None:
        super().__init__(reactor, "rows", common, "rows")
        self.tries = 0
        self.followed = 0
        self.goes_on: Deferred[None] | None = None

    async def enter(self, common: Any) -> None:
        self.tries += 1
        if self.tries == 1:
            raise Unavailable("it is away")
        self._store = Store()

    async def follow(self) -> None:
        self.followed += 1
        if self.goes_on is not None:
            await self.goes_on


@pytest.fixture
def rows() -> Iterator[Rows]:
    made = Rows(Common())
    made.startService()
    yield made
    if made.running:
        pytest_twisted.blockon(made.stopService())


@pytest_twisted.ensureDeferred
async def test_it_is_opened_as_soon_as_it_can_be_and_says_so_until_then(rows):
    with pytest.raises(Unavailable, match="the rows of all servers are not known yet"):
        await rows.work(lambda store: store.rows)
    await rows.ready
    assert rows.tries == 2
    assert await rows.work(lambda store: list(store.rows)) == ["one"]
    store = rows._store
    await rows.stopService()
    assert store.closed


@pytest_twisted.ensureDeferred
async def test_what_fails_is_said_until_it_works_again(rows):
    await rows.ready

    def away(store: Store) -> None:
        raise Unavailable("no route")

    with pytest.raises(Unavailable, match="no route"):
        await rows.work(away)
    assert rows.away == "no route"
    await rows.work(lambda store: None)
    assert rows.away == ""


@pytest_twisted.ensureDeferred
async def test_changes_that_come_while_others_are_followed_are_followed_once_more(rows):
    await rows.ready
    rows.goes_on = Deferred()
    told = rows._common.heard["rows"]
    for _ in range(3):
        told()
    assert rows.followed == 1
    goes_on, rows.goes_on = rows.goes_on, None
    goes_on.callback(None)
    await until(lambda: rows.followed == 2, "the second look")
