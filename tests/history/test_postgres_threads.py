"""Answers are waited for so long and no longer; letting go of what is old may take its time."""

from __future__ import annotations

import pytest
import pytest_twisted
from twisted.internet import reactor

from postgres import needs_postgres
from postgres_scene import shared
from sightline.database.options import StoreOptions
from sightline.database.postgres import Connection, Postgres
from sightline.history.postgres.threads import StoreThreads
from sightline.model.faults import Unavailable

pytestmark = needs_postgres


def sleeps(sql: Connection, seconds: float) -> bool:
    sql.execute("SELECT pg_sleep(%s)", (seconds,))
    return True


@pytest_twisted.ensureDeferred
async def test_what_takes_too_long_is_given_up_and_the_next_is_done():
    threads = StoreThreads(reactor, Postgres(StoreOptions(shared()), answer=0.7), 0.7)
    threads.start()
    for ask in (threads.read, threads.write):
        with pytest.raises(Unavailable):
            await ask(sleeps, 30.0)
        assert await ask(sleeps, 0.0)
    assert await threads.upkeep(sleeps, 1.5)
    # The connection that was patient is none any more.
    for _ in range(5):
        with pytest.raises(Unavailable):
            await threads.read(sleeps, 30.0)
    waiting = threads.write(sleeps, 0.2)
    threads.close()
    with pytest.raises(Unavailable, match="closed"):
        await threads.write(sleeps, 0.0)
    await threads.stop()
    assert await waiting
