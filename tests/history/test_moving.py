"""A history goes from a file to PostgreSQL and back, whole, and goes on where it was cut off."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from postgres import database, needs_postgres
from sightline.database import migrations
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.history import tables
from sightline.history.moving import Mark, PostgresEnd, SqliteEnd, carry, digests
from sightline.history.postgres.schema import PART
from sightline.history.record import LastState, entry
from sightline.history.writing import StoreWriter

pytestmark = needs_postgres
T0 = 1_795_235_000.0
DAY = 86_400.0
COUNT = 5000


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with database() as url:
        made = Postgres(StoreOptions(url), answer=60.0)
        made.open()
        migrations.prepare(made, (PART,))
        yield made
        made.close()


@pytest.fixture
def source(tmp_path: Path) -> Iterator[SqliteEnd]:
    writer = StoreWriter(tables.opened(tmp_path / tables.FILE))
    dice = random.Random(3)
    entries = []
    for n in range(COUNT):
        tst = T0 - dice.choice((0, 0, 1, 2, 3, 900)) * DAY + dice.randrange(10**9) / 1e6
        sort = dice.choice(("fix", "transition", "region"))
        body = json.dumps({"n": n, "ü": "✓"}, ensure_ascii=False).encode()
        entries.append(entry(f"friend/u{n % 9}/x", sort, tst, T0 + n / 8, body))
    writer.write(entries, [LastState(f"friend/u{n}/x", T0 + n, b'{"a":1}') for n in range(9)])
    for number, believed in ((1, False), (2, True)):
        some = [e for e in entries if e.thing == f"friend/u{number}/x" and e.sort == "fix"][:40]
        keys = [(e.tst, e.digest) for e in some]
        writer.hide(f"friend/u{number}/x", "fix", keys, f"act{number}", believed)
    writer.close()
    end = SqliteEnd(tmp_path / tables.FILE)
    yield end
    end.close()


class CutOff(Exception):
    pass


def test_everything_arrives_though_it_was_cut_off_and_comes_back_the_same(
    source: SqliteEnd, postgres: Postgres, tmp_path: Path
):
    target = PostgresEnd(postgres)
    marks: list[Mark] = []

    def cut_off(count: int, mark: Mark) -> None:
        marks.append(mark)
        raise CutOff

    with pytest.raises(CutOff):
        carry(source, target, None, cut_off)
    assert 0 < target.count() < COUNT
    moved: list[int] = []
    carry(source, target, marks[0], lambda count, mark: moved.append(count))
    assert sum(moved) < COUNT
    seen: list[int] = []
    there = digests(source, seen.append)
    assert sum(seen) == COUNT
    assert there["entries"].count == COUNT
    assert (there["marks"].count, there["present states"].count) == (2, 9)
    assert digests(target, seen.append) == there
    # Twice changes nothing.
    carry(source, target, None, lambda count, mark: None)
    assert digests(target, seen.append) == there

    back = SqliteEnd(tmp_path / "back.db", made=True)
    with pytest.raises(CutOff):
        carry(target, back, None, cut_off)
    carry(target, back, marks[1], lambda count, mark: None)
    assert digests(back, seen.append) == there
    back.close()


def test_a_body_that_differs_is_noticed(source: SqliteEnd, postgres: Postgres):
    target = PostgresEnd(postgres)
    carry(source, target, None, lambda count, mark: None)
    there: dict[str, Any] = digests(source, lambda count: None)
    with postgres.lend() as sql:
        sql.execute("UPDATE history.entry SET body = '{}' WHERE ctid = '(0,1)'")
    assert digests(target, lambda count: None)["entries"] != there["entries"]
