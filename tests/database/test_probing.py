"""How it is asked how the database is."""

from __future__ import annotations

from itertools import count

from postgres import database, needs_postgres
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.database.probing import ProbeAnswer, ask

pytestmark = needs_postgres


def test_an_answer_says_how_long_it_took_and_that_nobody_follows():
    clock = count(5)
    with database() as url:
        postgres = Postgres(StoreOptions(url))
        assert postgres.stats() == (0, 0, 0)
        postgres.open()
        assert ask(postgres, lambda: float(next(clock))) == ProbeAnswer(1.0, 0, None)
        assert postgres.stats() == (1, 0, 0)
        with postgres.lend():
            assert postgres.stats() == (1, 1, 0)
        postgres.close()
