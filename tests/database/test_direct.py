"""The common database as a command line opens it: its tables are looked at once."""

from __future__ import annotations

import pytest

from postgres import database, needs_postgres
from sightline.database.direct import DirectStore
from sightline.database.options import StoreOptions
from sightline.database.schema import Part, SchemaStep
from sightline.model.faults import CannotOpen

pytestmark = needs_postgres
ONE = Part("x", (SchemaStep(("CREATE TABLE a (n INTEGER) STRICT;",)),))
TWO = Part("x", (*ONE.steps, SchemaStep(("CREATE TABLE b (n INTEGER) STRICT;",))))


def test_an_empty_database_gets_its_tables_and_an_older_one_is_refused():
    with database() as url:
        store = DirectStore(StoreOptions(url), (ONE,))
        store.open()
        assert store.fingerprint == ""
        assert store.engine(()).execute("SELECT n FROM a").fetchall() == []
        assert len(store.fingerprint) == 16
        store.close()
        newer = DirectStore(StoreOptions(url), (TWO,))
        newer.open()
        with pytest.raises(CannotOpen, match="sightline store upgrade"):
            newer.engine(())
        newer.close()
