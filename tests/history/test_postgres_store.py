"""A database that is away or frozen: nothing acknowledged is lost, and all is written once."""

from __future__ import annotations

import psycopg
import pytest
import pytest_twisted

from postgres import needs_postgres
from postgres_scene import JANE, OMAR, T0, fix, kept
from sightline.history.record import HistoryEntry, LastState
from waits import until

pytestmark = needs_postgres


@pytest_twisted.ensureDeferred
async def test_while_it_is_away_or_frozen_all_is_kept_on_disk_and_written_once_later(
    servers, harmed
):
    with harmed.database() as url:
        store = await servers(url, writing=0.5)
        await store.write([fix(T0)], [LastState(JANE, T0, b"0")])
        harmed.pause()
        assert await store.write([fix(T0 + 1)], []) == 1
        assert store.spilled > 0
        assert "PostgreSQL" in store.trouble
        harmed.resume()
        await until(lambda: not store.spilling)
        harmed.kill()
        for n in range(2, 40):
            assert await store.write([fix(T0 + n)], [LastState(JANE, T0 + n, b"%d" % n)]) == 1
        # Another server, which was never away, writes what is newer.
        harmed.start()
        other = await servers(url)
        await other.write([], [LastState(JANE, T0 + 99, b"99"), LastState(OMAR, T0, b"{}")])
        await until(lambda: not store.spilling)
        assert store.trouble == ""
        assert await kept(store) == [fix(T0 + n) for n in range(40)]
        assert await store.write([fix(T0 + n) for n in range(41)], []) == 1
        states = (await other.last_states())[0]
        assert states == [LastState(JANE, T0 + 99, b"99"), LastState(OMAR, T0, b"{}")]
        await store.close()
        await other.close()


@pytest_twisted.ensureDeferred
async def test_a_start_without_it_keeps_what_comes(servers, harmed):
    with harmed.database() as url:
        harmed.kill()
        store = await servers(url)
        assert await store.write([fix(T0)], []) == 1
        harmed.start()
        await until(lambda: not store.spilling)
        assert await kept(store) == [fix(T0)]
        await store.close()


@pytest_twisted.ensureDeferred
async def test_an_entry_that_it_cannot_hold_harms_no_other(servers, harmed):
    with harmed.database() as url:
        store = await servers(url)
        bad = HistoryEntry(JANE, "fix", T0 + 1, T0, b'{"\x00":1}', 7)
        with pytest.raises(psycopg.DataError):  # the recorder writes the others one by one
            await store.write([fix(T0), bad], [])
        assert await kept(store) == []
        harmed.kill()
        await store.write([fix(T0), bad, fix(T0 + 2)], [LastState(JANE, T0, b"{}")])
        harmed.start()
        await until(lambda: not store.spilling)
        assert await kept(store) == [fix(T0), fix(T0 + 2)]
        assert (await store.last_states())[0] == [LastState(JANE, T0, b"{}")]
        await store.close()
