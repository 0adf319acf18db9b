"""Several servers write the same history, and each entry is there once."""

from __future__ import annotations

import random

import pytest_twisted
from twisted.internet.defer import gatherResults

from postgres import needs_postgres
from postgres_scene import T0, fix, kept
from sightline.history.record import LastState

pytestmark = needs_postgres


@pytest_twisted.ensureDeferred
async def test_two_servers_that_write_the_same_at_once_keep_it_once(servers):
    dice = random.Random(5)
    servers = [await servers(), await servers()]
    fixes = [fix(T0 + n // 7, f"friend/u{n % 7}/x", n) for n in range(700)]
    new = []
    for at in range(0, 700, 100):
        writes = []
        for server in servers:
            some = fixes[at : at + 100]
            dice.shuffle(some)
            writes.append(server.write(some, [LastState(s.thing, T0, b"{}") for s in some]))
        new += await gatherResults(writes)
    assert sum(new) == 700
    assert not any(server.trouble for server in servers)
    assert [len(await kept(servers[0], f"friend/u{n}/x")) for n in range(7)] == [100] * 7
