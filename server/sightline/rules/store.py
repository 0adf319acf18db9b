"""Store rules, their alerts, what is yet to be told, and how far this server has watched.

Plain functions that wait for the disk; to be called on one thread. Where several servers share a
database the rules and alerts are one for all; how far it has watched each server notes for itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from sightline.database.engine import Engine, EngineSource
from sightline.database.sqlite_engine import SqliteEngine
from sightline.database.trouble import describe
from sightline.kinds.rules.model import Alert, Rule
from sightline.model.faults import CannotOpen
from sightline.model.notification import Notification
from sightline.rules.notice_table import NoticeTable, WatchTable
from sightline.rules.schema import PART, TOPICS

FILE = "rules.db"
SAME = 30.0
"""s between two findings of one event, made by two servers or before and after a restart."""
T = TypeVar("T")
Change = Callable[["AlertRow"], "AlertRow | None"]
"""Returns an alert as it shall be; None: it is right as it is."""


class BadRules(Exception):
    """The file cannot be used; the message says why."""


class StaleRule(Exception):
    """Another change came first; holds the rule's version now, 0: it was removed."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class AlertRow(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An alert as it is stored: of this ``firing``, found out at ``found`` (epoch s).

    ``reminded`` counts the reminders of it that were told.
    """

    alert: Alert
    firing: str
    found: float
    reminded: int = 0


@dataclass(frozen=True, slots=True)
class Editions:
    """Which rules and alerts there are: by their ids, with how often each was changed."""

    rules: Mapping[str, int] = field(default_factory=dict)
    alerts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredRules:
    """Which rules and alerts there are, and those that are new or were changed."""

    there: Editions
    rules: Mapping[str, Rule]
    alerts: Mapping[str, AlertRow]


class RuleStore:
    """The open database. ``server`` is ours among several.

    Raises `BadRules` when that is impossible, and `Unavailable` of PostgreSQL.
    """

    def __init__(self, place: Path | EngineSource, server: str = "") -> None:
        self._place = str(place / FILE) if isinstance(place, Path) else "the common database"
        self._sql: Engine = _opened(place)
        self.notices = NoticeTable(self._sql)
        self.watch = WatchTable(self._sql, server)

    @property
    def several(self) -> bool:
        """Tell whether other servers use it, too."""
        return self._sql.several

    def close(self) -> None:
        """Let go of the database."""
        self._sql.close()

    def transact(self, work: Callable[[], T], *, scrub: bool = False) -> T:
        """Return what ``work`` does, all or nothing; it may run again (`Engine.transact`)."""
        return self._sql.transact(work, scrub=scrub)

    def _change(self) -> AbstractContextManager[None]:
        return self._sql.change()

    def known(self, before: Editions) -> StoredRules:
        """Return what there is, and what is not as it was ``before``.

        So looking at what others changed does not read thousands of alerts.
        """
        with self._sql.reading():
            rules, changed = self._read("rule", before.rules, _rule)
            alerts, further = self._read("alert", before.alerts, _alert)
        return StoredRules(Editions(rules, alerts), changed, further)

    def _read(
        self, table: str, before: Mapping[str, int], decode: Callable[[bytes], T]
    ) -> tuple[dict[str, int], dict[str, T]]:
        rows = self._sql.execute(f"SELECT id, edition FROM {table}").fetchall()
        there = {id: int(edition) for id, edition in rows}
        found = {}
        for id in [id for id, edition in there.items() if before.get(id) != edition]:
            row = self._sql.execute(f"SELECT record FROM {table} WHERE id = ?", (id,)).fetchone()
            try:
                found[id] = decode(row[0])
            except msgspec.DecodeError as why:
                raise BadRules(f"{self._place}: {table} {id}: {why}") from why
        return there, found

    # -- rules

    def put(self, id: str, rule: Rule, expected: int) -> None:
        """Write a rule's next version; ``expected`` is the version before, 0: none.

        Raises `StaleRule`.
        """
        with self._change():
            self._expect(id, expected)
            self._sql.execute(
                "INSERT INTO rule (id, edition, fired, record) VALUES (?, 1, 0, ?)"
                " ON CONFLICT (id) DO UPDATE SET"
                " edition = rule.edition + 1, record = excluded.record",
                (id, _encode(rule)),
            )

    def remove(self, id: str, expected: int | None) -> None:
        """Remove a rule with its alerts; ``expected`` None: whatever its version is.

        Raises `StaleRule`.
        """
        with self._change():
            if expected is not None:
                self._expect(id, expected)
            self._drop_alerts("rule = ?", (id,))
            self._sql.execute("DELETE FROM rule WHERE id = ?", (id,))

    def revise(self, revised: Callable[[str, Rule], Rule | None]) -> None:
        """Change every rule to what ``revised`` makes of it; None: remove it."""
        with self._change():
            for id, data in self._sql.execute("SELECT id, record FROM rule").fetchall():
                rule = _rule(data)
                after = revised(id, rule)
                if after is None:
                    self.remove(id, None)
                elif after != rule:
                    self.put(id, replace(after, version=rule.version + 1), rule.version)

    def _expect(self, id: str, expected: int) -> None:
        found = self._sql.execute("SELECT record FROM rule WHERE id = ?", (id,)).fetchone()
        version = _rule(found[0]).version if found else 0
        if version != expected:
            raise StaleRule(version)

    # -- alerts

    def fire(
        self,
        rule: str,
        row: AlertRow,
        notices: Callable[[str], Iterable[Notification]],
        same: float = 0.0,
    ) -> str | None:
        """Write down that a rule fired, and what is to be told of it; return the alert's id.

        None: the rule is gone, or the same was written down already, ``same`` s before or after.
        """
        with self._change():
            alert = row.alert
            found = self._sql.execute(
                "SELECT 1 FROM alert WHERE firing = ?"
                " OR rule = ? AND thing = ? AND at BETWEEN ? AND ?",
                (row.firing, rule, alert.thing, alert.at - same, alert.at + same),
            ).fetchone()
            if found is not None:
                return None
            counted = self._sql.execute(
                "UPDATE rule SET fired = fired + 1 WHERE id = ? RETURNING fired", (rule,)
            ).fetchone()
            if counted is None:
                return None
            id = f"{rule}.{int(counted[0])}"
            self._sql.execute(
                "INSERT INTO alert (id, rule, firing, thing, at, edition, record)"
                " VALUES (?, ?, ?, ?, ?, 1, ?)",
                (id, rule, row.firing, alert.thing, alert.at, _encode(row)),
            )
            self.notices.add(notices(id))
            return id

    def change(
        self,
        id: str,
        change: Change,
        notices: Iterable[Notification] = (),
    ) -> AlertRow | None:
        """Change an alert, and write down what is to be told of that; return it as it is then.

        None: there is none, or ``change`` left it as it was.
        """
        with self._change():
            found = self._sql.execute("SELECT record FROM alert WHERE id = ?", (id,)).fetchone()
            after = None if found is None else change(_alert(found[0]))
            if after is None:
                return None
            self._sql.execute(
                "UPDATE alert SET edition = edition + 1, record = ? WHERE id = ?",
                (_encode(after), id),
            )
            self.notices.add(notices)
            return after

    def alert_of(self, firing: str) -> str | None:
        """Return the id of the alert of a firing."""
        found = self._sql.execute("SELECT id FROM alert WHERE firing = ?", (firing,)).fetchone()
        return None if found is None else str(found[0])

    def remove_alerts(self, ids: Iterable[str]) -> None:
        """Remove alerts, and what is yet to be told of them."""
        with self._change():
            for id in ids:
                self._drop_alerts("id = ?", (id,))

    def _drop_alerts(self, where: str, values: tuple[Any, ...]) -> None:
        self._sql.execute(
            f"DELETE FROM notice WHERE alert IN (SELECT id FROM alert WHERE {where})", values
        )
        self._sql.execute(f"DELETE FROM alert WHERE {where}", values)

    # -- erasing

    def forget(self, thing: str, record: bytes | None, at: float) -> None:
        """Delete all alerts of a thing, and whatever any server noted while it knew it.

        ``record`` is what our engine knows without the thing.
        """
        with self._change():
            self._drop_alerts("thing = ?", (thing,))
            for id, data in self._sql.execute("SELECT id, record FROM alert").fetchall():
                if _alert(data).alert.condition.other == thing:
                    self._drop_alerts("id = ?", (id,))
            self.notices.forget(thing)
            self.watch.forget_peers()
            if record is not None:
                self.watch.note(at, record)


_encode: Callable[[msgspec.Struct], bytes] = msgspec.json.encode
_rule = msgspec.json.Decoder(Rule).decode
_alert = msgspec.json.Decoder(AlertRow).decode


def _opened(place: Path | EngineSource) -> Engine:
    if not isinstance(place, Path):
        return place.engine(TOPICS)
    path = place / FILE
    try:
        return SqliteEngine(path, PART)
    except CannotOpen as why:
        raise BadRules(str(why)) from None
    except (OSError, sqlite3.Error) as why:
        raise BadRules(f"{path}: {describe(why)}") from why
