"""Copy the tables of a part from one engine to the other, and compare what is there.

The tables are those of a new SQLite file of the part, so nothing is named here that a step of the
schema names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from sightline.database import dialect
from sightline.database.engine import Engine

_PAGE = 1000
_LOCAL = ("member",)  # of a file's own, whatever is in it
_encode = msgspec.json.Encoder().encode
_MODULUS = 1 << 128


@dataclass(frozen=True, slots=True)
class PartTable:
    """A table: its columns, those of its key, and the one that PostgreSQL numbers ("": none)."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    numbered: str = ""


@dataclass(slots=True)
class Digest:
    """How many rows there are, and a number that is the same whatever their order."""

    count: int = 0
    sum: int = 0

    def add(self, row: object) -> None:
        """Take a row in."""
        self.count += 1
        found = blake2b(_encode(row), digest_size=16).digest()
        self.sum = (self.sum + int.from_bytes(found)) % _MODULUS


def tables_of(file: Engine) -> list[PartTable]:
    """Return the tables of a part, by a SQLite file of it: those that others refer to first."""
    made = {
        name: sql
        for name, sql in file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if not name.startswith("sqlite_") and name not in _LOCAL
    }
    needs = {
        name: {row[2] for row in file.execute(f"PRAGMA foreign_key_list({name})")} for name in made
    }
    ordered: list[str] = []
    while len(ordered) < len(made):
        ordered += [n for n in sorted(made) if n not in ordered and needs[n] <= {n, *ordered}]
    return [_table(file, name, "AUTOINCREMENT" in made[name]) for name in ordered]


def _table(file: Engine, name: str, numbered: bool) -> PartTable:
    found = [(row[1], row[5]) for row in file.execute(f"PRAGMA table_info({name})")]
    key = tuple(column for column, place in sorted(found, key=lambda each: each[1]) if place)
    return PartTable(name, tuple(c for c, _ in found), key, key[0] if numbered else "")


def rows(engine: Engine, table: PartTable) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield all rows of a table, some at a time, in the order of its key."""
    columns, key = ", ".join(table.columns), ", ".join(table.key)
    places = [table.columns.index(column) for column in table.key]
    after: tuple[Any, ...] = ()
    while True:
        marks = ", ".join("?" * len(after))
        where = f"WHERE ({key}) > ({marks})" if after else ""
        found = engine.execute(
            f"SELECT {columns} FROM {table.name} {where} ORDER BY {key} LIMIT {_PAGE}", after
        ).fetchall()
        if not found:
            return
        yield [tuple(dialect.values(map(_plain, row))) for row in found]
        after = tuple(found[-1][place] for place in places)


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def is_empty(engine: Engine, tables: Sequence[PartTable]) -> bool:
    """Tell whether there is no row in any of the tables."""
    return not any(
        engine.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone() for table in tables
    )


def copy(
    source: Engine, target: Engine, tables: Sequence[PartTable], server: str, own: str | None = None
) -> None:
    """Copy all rows, in one transaction.

    What is one server's own becomes that of ``server``; if ``own`` is a name, of that one alone.
    """

    def work() -> None:
        for table in tables:
            marks = ", ".join("?" * len(table.columns))
            insert = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"
            for some in rows(source, table):
                target.executemany(insert, named(table, some, server, own))
            if table.numbered:
                _go_on_numbering(source, target, table)

    target.transact(work)


def named(
    table: PartTable, some: Sequence[tuple[Any, ...]], server: str, own: str | None
) -> list[tuple[Any, ...]]:
    """Return rows with the name of the server that they will be of, as `copy` does."""
    if "server" not in table.key:
        return list(some)
    place = table.columns.index("server")
    return [
        (*row[:place], server, *row[place + 1 :])
        for row in some
        if own is None or row[place] == own
    ]


def _go_on_numbering(source: Engine, target: Engine, table: PartTable) -> None:
    """Have the next number be one that was never given."""
    last = source.execute(f"SELECT coalesce(max({table.numbered}), 0) FROM {table.name}").fetchone()
    number = int(last[0])
    if source.several:
        given = source.execute(
            f"SELECT last_value FROM pg_sequences WHERE schemaname || '.' || sequencename ="
            f" pg_get_serial_sequence('{table.name}', '{table.numbered}')"
        ).fetchone()
    else:
        given = source.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)
        ).fetchone()
    if given and given[0]:
        number = max(number, int(given[0]))
    if not number:
        return
    if target.several:
        target.execute(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{table.numbered}'), ?)",
            (number,),
        )
    else:
        target.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
        insert = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)"
        target.execute(insert, (table.name, number))


def digest(engine: Engine, table: PartTable, own: str | None = None) -> Digest:
    """Return how many rows a table has, and what tells them from others.

    The server whose notes they are does not count; if ``own`` is a name, only its rows do.
    """
    found = Digest()
    for some in rows(engine, table):
        for row in named(table, some, "", own):
            found.add([value.hex() if isinstance(value, bytes) else value for value in row])
    return found
