"""Describe the tables of a part, step by step, for both engines.

A step leads from the version before to the next. One that was released is never changed. Its
statements are written as SQLite takes them; what only one engine needs says so in its class.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sightline.database.dialect import table_definition

CHANNEL = "sightline"
"""The channel of NOTIFY; what is told there is a topic."""


@dataclass(frozen=True, slots=True)
class FixedRows:
    """Rows of ``table`` are never changed and never removed; ``what`` names it for people."""

    table: str
    what: str


@dataclass(frozen=True, slots=True)
class WatchedTables:
    """A change of these tables is told to the other servers as ``topic``.

    ``where`` is a condition on a new row (``changed.…``): then only such rows count.
    """

    tables: tuple[str, ...]
    topic: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class OnPostgres:
    """A statement for PostgreSQL alone, in its own words."""

    sql: str


@dataclass(frozen=True, slots=True)
class OnSqlite:
    """A statement for SQLite alone."""

    sql: str


Statement = str | FixedRows | WatchedTables | OnPostgres | OnSqlite


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """One step. ``additive``: servers that know only the steps before can work on beside it."""

    statements: tuple[Statement, ...]
    additive: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the store, with tables and a version of its own."""

    name: str
    steps: Sequence[SchemaStep]

    @property
    def version(self) -> int:
        """Return the version that we know."""
        return len(self.steps)

    @property
    def least(self) -> int:
        """Return the least version that a server must know to work with these tables."""
        breaking = [number for number, step in enumerate(self.steps, 1) if not step.additive]
        return max(breaking, default=1)


def for_sqlite(step: SchemaStep) -> Iterator[str]:
    """Yield the statements of a step, one by one: `executescript` would commit what came before."""
    for each in step.statements:
        if isinstance(each, str):
            yield from split(each)
        elif isinstance(each, OnSqlite):
            yield each.sql
        elif isinstance(each, FixedRows):
            for verb, name, done in (
                ("DELETE", "kept", "shortened"),
                ("UPDATE", "fixed", "changed"),
            ):
                yield (
                    f"CREATE TRIGGER {each.table}_is_{name} BEFORE {verb} ON {each.table}"
                    f" BEGIN SELECT RAISE(ABORT, '{each.what} is never {done}'); END;"
                )


def for_postgres(step: SchemaStep) -> Iterator[str]:
    """Yield the statements of a step in PostgreSQL's words."""
    for each in step.statements:
        if isinstance(each, str):
            yield from map(table_definition, split(each))
        elif isinstance(each, OnPostgres):
            yield each.sql
        elif isinstance(each, FixedRows):
            yield from _fixed(each)
        elif isinstance(each, WatchedTables):
            for table in each.tables:
                yield from _watched(table, each.topic, each.where)


def split(text: str) -> Iterator[str]:
    """Yield the statements of a text; each ends in a line of its own."""
    statement = ""
    for line in text.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _fixed(rows: FixedRows) -> Iterator[str]:
    # In one function: whether it was a change or a removal is known to the trigger.
    yield (
        f"CREATE FUNCTION {rows.table}_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{rows.what} is never changed' USING ERRCODE = 'integrity_constraint"
        "_violation'; END $$"
    )
    yield (
        f"CREATE TRIGGER {rows.table}_is_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON"
        f" {rows.table} FOR EACH STATEMENT EXECUTE FUNCTION {rows.table}_is_fixed()"
    )


def _watched(table: str, topic: str, where: str) -> Iterator[str]:
    """Yield triggers that count what is changed in a table, no matter who changes it, and notify.

    Statements that touch no row count nothing. The count is locked until the transaction ends, so
    that counts become visible in their order.
    """
    function = f"{table}_told_{topic}"
    condition = f" WHERE {where}" if where else ""
    yield (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
        f" SET search_path FROM CURRENT AS $$ BEGIN"
        f" IF EXISTS (SELECT 1 FROM changed{condition}) THEN"
        f" INSERT INTO feed (topic, n) VALUES ('{topic}', 1)"
        f" ON CONFLICT (topic) DO UPDATE SET n = feed.n + 1;"
        f" PERFORM pg_notify('{CHANNEL}', '{topic}');"
        f" END IF; RETURN NULL; END $$"
    )
    events = ("INSERT",) if where else ("INSERT", "UPDATE", "DELETE")
    for event in events:
        rows = "OLD" if event == "DELETE" else "NEW"
        yield (
            f"CREATE TRIGGER {function}_{event.lower()} AFTER {event} ON {table}"
            f" REFERENCING {rows} TABLE AS changed"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
