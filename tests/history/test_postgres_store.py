"""A database that is away or frozen: nothing acknowledged is lost, and all is written once."""

from __future__ import annotations

import psycopg
import pytest
import pytest_twisted
from logged_scene import logged

from postgres import needs_postgres
from postgres_scene import JANE, OMAR, T0, fix, kept
from sightline.history.record import LastState
from sightline.model.faults import Unavailable
from waits import until

pytestmark = needs_postgres


@pytest_twisted.ensureDeferred
async def test_while_it_is_away_or_frozen_all_is_safe_in_the_log_and_written_once_later(
    servers, harmed, tmp_path
):
    with harmed.database() as url:
        store = logged(tmp_path / "log", await servers(url, writing=0.5))
        await store.open()
        await store.write([fix(T0)], [LastState(JANE, T0, b"0")])
        assert await kept(store) == [fix(T0)]
        harmed.pause()
        assert await store.write([fix(T0 + 1)], []) == 1
        await until(lambda: "PostgreSQL" in store.trouble)
        assert store.indexer.behind == 1
        harmed.resume()
        await until(lambda: not store.indexer.behind and not store.trouble)
        harmed.kill()
        for n in range(2, 40):
            assert await store.write([fix(T0 + n)], [LastState(JANE, T0 + n, b"%d" % n)]) == 1
        await until(lambda: store.trouble)
        # Another server, which was never away, writes what is newer.
        harmed.start()
        other = await servers(url)
        await other.write([], [LastState(JANE, T0 + 99, b"99"), LastState(OMAR, T0, b"{}")])
        await until(lambda: not store.indexer.behind and not store.trouble)
        assert await kept(store) == [fix(T0 + n) for n in range(40)]
        states = (await store.last_states())[0]
        assert states == [LastState(JANE, T0 + 99, b"99"), LastState(OMAR, T0, b"{}")]
        await store.close()
        await other.close()


@pytest_twisted.ensureDeferred
async def test_a_write_without_it_fails_and_nothing_of_it_is_there(servers, harmed):
    with harmed.database() as url:
        store = await servers(url, writing=0.5)
        harmed.kill()
        with pytest.raises(Unavailable):
            await store.write([fix(T0)], [])
        harmed.start()
        assert await kept(store) == []
        await store.close()


@pytest_twisted.ensureDeferred
async def test_a_start_without_it_keeps_what_comes(servers, harmed, tmp_path):
    with harmed.database() as url:
        harmed.kill()
        inner = await servers(url)
        store = logged(tmp_path / "log", inner)
        await store.open()
        assert await store.write([fix(T0)], []) == 1
        harmed.start()
        await until(lambda: not store.indexer.behind and not store.trouble)
        assert await kept(store) == [fix(T0)]
        await store.close()


@pytest_twisted.ensureDeferred
async def test_an_entry_that_it_cannot_hold_harms_no_other(servers, harmed, tmp_path):
    with harmed.database() as url:
        inner = await servers(url)
        bad = fix(T0 + 1, "friend/ja\x00ne/phone")
        with pytest.raises(psycopg.DataError):  # the indexer writes the others one by one
            await inner.write([fix(T0), bad], [])
        assert await kept(inner) == []
        store = logged(tmp_path / "log", inner)
        await store.open()
        await store.write([fix(T0), bad, fix(T0 + 2)], [LastState(JANE, T0, b"{}")])
        assert await kept(store) == [fix(T0), fix(T0 + 2)]
        assert (await store.last_states())[0] == [LastState(JANE, T0, b"{}")]
        assert store.indexer.left_out == 1
        await store.close()
