"""The common database of a server: who has ears is told, and too new tables are left alone."""

from __future__ import annotations

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

from postgres import cluster, needs_postgres, prepared
from sightline.database.common import CommonStore
from sightline.database.options import StoreOptions
from sightline.model.faults import Unavailable
from sightline.wiring.store import PARTS
from waits import until

pytestmark = needs_postgres


@pytest_twisted.ensureDeferred
async def test_who_listens_is_told_and_nobody_works_with_tables_that_are_too_new():
    with prepared() as url:
        store = CommonStore(reactor, StoreOptions(url, name="a"), PARTS)
        told: list[str] = []
        store.hear("locks", lambda: told.append("locks"))
        store.hear("accounts", lambda: told.append("accounts"))
        store.privilegedStartService()
        store.startService()
        assert len(store.fingerprint) == 16
        engine = await deferToThread(store.engine, ("accounts",))
        await deferToThread(
            engine.execute, "INSERT INTO chosen (name, value) VALUES (?, ?)", ("a", "b")
        )
        await until(lambda: "accounts" in told, "the accounts")
        store.tell("locks")  # by now it listens
        await until(lambda: "locks" in told, "the locks")
        change = "UPDATE sightline.store_part SET least = version {} 1 WHERE name = 'regions'"
        for sign, refused in (("+", True), ("-", False)):
            with cluster().connect(url.rpartition("/")[2]) as sql:
                sql.execute(change.format(sign).encode())
            await until(lambda refused=refused: bool(store.postgres.refused) is refused, sign)
            if refused:
                with pytest.raises(Unavailable, match="newer Sightline"):
                    await deferToThread(engine.execute, "SELECT 1")
            else:
                await deferToThread(engine.execute, "SELECT 1")
        await store.stopService()
