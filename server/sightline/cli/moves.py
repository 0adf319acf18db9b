"""Carry accounts, regions and history between files and PostgreSQL, and compare both ends."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from sightline.accounts.schema import PART as ACCOUNTS
from sightline.channels.schema import PART as CHANNELS
from sightline.cli.accounts_db import CommandFailed
from sightline.cli.progress import ProgressBar
from sightline.database.copying import Digest, copy, digest, is_empty, tables_of
from sightline.database.postgres import Postgres
from sightline.database.postgres_engine import PostgresEngine
from sightline.database.schema import Part
from sightline.database.sqlite_engine import SqliteEngine
from sightline.history.moving import HistoryEnd, Mark, PostgresEnd, SqliteEnd, carry, digests
from sightline.regions.schema import PART as REGIONS
from sightline.rules.schema import PART as RULES
from sightline.wiring import members

_PARTS: tuple[tuple[str, Part], ...] = (
    (members.ACCOUNTS, ACCOUNTS),
    (members.REGIONS, REGIONS),
    (members.RULES, RULES),
    (members.CHANNELS, CHANNELS),
)
_PASSES = 3  # over the history: it is carried, and read at both ends


class Note:
    """What was done of a move to ``target``, in a file, so that it can go on.

    A file about another move is an error, said when the first thing is asked.
    """

    def __init__(self, path: Path, target: str) -> None:
        self._path = path
        self._target = target
        try:
            known: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        except FileNotFoundError:
            known = {"target": target, "done": [], "mark": None}
        except msgspec.DecodeError as why:
            raise CommandFailed(f"{path} is damaged ({why}); remove it to begin anew") from why
        if known["target"] != target:
            raise CommandFailed(
                f"{path} is of a move to {known['target']} that was cut off: go on with that one,"
                " or remove the file"
            )
        self.begun: list[str] = known["done"]
        self.mark: Mark | None = tuple(known["mark"]) if known["mark"] else None

    def begin(self, what: str) -> None:
        """Write down that this was begun: what there is of it at the other end is ours."""
        if what not in self.begun:
            self.begun.append(what)
            self._write()

    def carried(self, mark: Mark) -> None:
        """Write down how far the history came."""
        self.mark = mark
        self._write()

    def _write(self) -> None:
        told = {"target": self._target, "done": self.begun, "mark": self.mark}
        part = self._path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(msgspec.json.encode(told) + b"\n")
        part.replace(self._path)

    def end(self) -> None:
        """Forget it: all is done."""
        self._path.unlink(missing_ok=True)


class Move:
    """One move. ``server`` is the name of the server whose own notes go along."""

    def __init__(
        self,
        postgres: Postgres,
        note: Note,
        server: str,
        bar: Callable[[float], ProgressBar] = ProgressBar,
    ) -> None:
        self._postgres = postgres
        self._note = note
        self._server = server
        self._make_bar = bar
        self.found: dict[str, int] = {}
        """What was compared and is the same, and how many there are."""

    def there(self, state: Path, folder: Path, names: Sequence[str]) -> None:
        """Carry the files of ``state`` into the database; ``folder`` is for copies."""
        target = PostgresEngine(self._postgres)
        for name, part in _PARTS:
            if name in names:
                with _copied(state / name, folder / name, part) as source:
                    self._carry_tables(part.name, source, target)
        if members.HISTORY in names:
            history = SqliteEnd(state / members.HISTORY)
            try:
                self._carry_history(history, PostgresEnd(self._postgres))
            finally:
                history.close()
        self._note.end()

    def back(self, folder: Path) -> None:
        """Carry the database into new files of ``folder``, which get their names at the end."""
        source = PostgresEngine(self._postgres)
        for name, part in _PARTS:
            target = SqliteEngine(folder / f"{name}.new", part)
            try:
                self._carry_tables(part.name, source, target, own=self._server)
            finally:
                target.close()
        history = SqliteEnd(folder / f"{members.HISTORY}.new", made=True)
        try:
            self._carry_history(PostgresEnd(self._postgres), history)
        finally:
            history.close()
        for name in members.ALL:
            (folder / f"{name}.new").rename(folder / name)
        members.sync(folder)
        self._note.end()

    def _carry_tables(
        self,
        name: str,
        source: SqliteEngine | PostgresEngine,
        target: SqliteEngine | PostgresEngine,
        own: str | None = None,
    ) -> None:
        """Copy the tables of a part in one transaction, unless that was done, and compare them."""
        file = source if isinstance(source, SqliteEngine) else target
        tables = tables_of(file)
        if is_empty(target, tables):
            self._note.begin(name)
            copy(source, target, tables, "" if own is not None else self._server, own)
        elif name not in self._note.begun:
            raise CommandFailed(f"there are {name} in the database already; name an empty one")
        total = 0
        for table in tables:
            there = digest(target, table)
            _compare(f"the table {table.name}", digest(source, table, own), there)
            total += there.count
        self.found[f"{name}, rows"] = total

    def _carry_history(self, source: HistoryEnd, target: HistoryEnd) -> None:
        whole = source.count()
        if target.count() and "history" not in self._note.begun:
            raise CommandFailed("there is a history in the database already; name an empty one")
        self._note.begin("history")
        bar = self._make_bar(max(1, whole * _PASSES))
        done = min(target.count(), whole) if self._note.mark else 0

        def moved(count: int, mark: Mark) -> None:
            nonlocal done
            done += count
            bar.at(done, "entries are carried")
            self._note.carried(mark)

        def read(count: int) -> None:
            nonlocal done
            done += count
            bar.at(done, "entries are compared")

        try:
            carry(source, target, self._note.mark, moved)
            done = whole
            here, there = digests(source, read), digests(target, read)
        finally:
            bar.end()
        for what, each in here.items():
            _compare(f"the history's {what}", each, there[what])
            self.found[f"history, {what}"] = each.count


def _compare(what: str, here: Digest, there: Digest) -> None:
    if here != there:
        raise CommandFailed(
            f"{what} differ: {here.count:,} here, {there.count:,} there"
            f"{'' if here.count != there.count else ', and not the same'}. Did anybody write"
            " meanwhile? Nothing of the original was changed"
        )


@contextmanager
def _copied(path: Path, target: Path, part: Part) -> Iterator[SqliteEngine]:
    """Open a copy of a file, brought up to date."""
    sql = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        sql.execute("VACUUM INTO ?", (str(target),))
    finally:
        sql.close()
    engine = SqliteEngine(target, part)
    try:
        yield engine
    finally:
        engine.close()
