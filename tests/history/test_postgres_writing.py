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


@pytest_twisted.ensureDeferred
async def test_what_is_said_beside_the_leader_replaces_nothing_that_is_newer(servers):
    server = await servers()
    one, two, three = (f"friend/u{n}/x" for n in range(3))
    await server.write([], [LastState(thing, T0 + 2, b"2") for thing in (one, two, three)])
    beside = [
        LastState(one, T0 + 1, b"1", beside=True),
        LastState(two, T0 + 1, None, beside=True),
        LastState(three, T0 + 3, b"3", beside=True),
    ]
    await server.write([], beside)
    states, _ = await server.last_states()
    assert [(each.thing, each.body) for each in states] == [(one, b"2"), (two, b"2"), (three, b"3")]
    await server.write([], [LastState(three, T0 + 4, None, beside=True)])
    states, _ = await server.last_states()
    assert [each.thing for each in states] == [one, two]
