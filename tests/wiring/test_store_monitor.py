"""The page is told how the common database answers, and why when it does not."""

from __future__ import annotations

from typing import Any

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import Clock

from postgres import database, needs_postgres
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.model.server import SharedDatabase
from sightline.wiring.store_monitor import StoreMonitor
from waits import until

pytestmark = needs_postgres


@pytest_twisted.ensureDeferred
async def test_it_looks_every_few_seconds():
    clock = Clock()

    def told() -> SharedDatabase:
        found: Any = monitor.gauges()["database"]
        return found

    with database() as url:
        postgres = Postgres(StoreOptions(url))
        postgres.open()
        monitor = StoreMonitor(reactor, postgres, clock=clock)
        assert told().answer is None
        monitor.startService()
        await until(lambda: told().answer is not None)
        assert (told().why, told().open, told().standbys) == (None, 1, 0)
        postgres.close()
        clock.advance(5)
        await until(lambda: told().why)
        assert told().answer is None
        monitor.stopService()
