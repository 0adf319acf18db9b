"""Keep the audit log, and for how long positions of friends are kept, in the accounts' database.

Friends go by pseudonyms there. Rows of the audit log are never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sightline.accounts.database_file import DatabaseFile
from sightline.auth.account import (
    AuditEvent,
    AuditRecord,
)
from sightline.database.dialect import like

_UNORDERED = 1000
"""Numbers of the log that may still be written by transactions that began earlier."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search in the audit log. Times in epoch s; ``before`` is a number of a record."""

    who: str = ""
    what: str = ""
    thing: str = ""
    text: str = ""
    since: float | None = None
    until: float | None = None
    before: int | None = None
    limit: int = 100


class AuditedDatabase(DatabaseFile):
    """The accounts' database with its audit log."""

    def write(self, event: AuditEvent, at: float | None = None) -> int:
        """Write down what was done, now or at ``at`` (epoch s); return its number.

        Friends go by a pseudonym, so that they can be erased.
        """
        (n,) = self._sql.execute(
            "INSERT INTO audit (at, who, address, what, thing, result, more)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING n",
            (
                self._wall() if at is None else at,
                event.who,
                event.address,
                event.what,
                self.pseudonyms.hide(event.thing),
                event.result,
                event.more,
            ),
        ).fetchall()[0]
        return int(n)

    def erased(self, after: int) -> list[tuple[int, str]]:
        """Return who was erased after that number of the log, by pseudonym, with the numbers.

        Numbers may appear out of their order, where several servers write: some before are told
        again.
        """
        rows = self._sql.execute(
            "SELECT n, thing FROM audit WHERE n > ? AND what = 'erase' AND result = 'ok'"
            " ORDER BY n",
            (after - _UNORDERED,),
        )
        return [(n, thing) for n, thing in rows]

    def last(self) -> int:
        """Return the last number of the log."""
        (last,) = self._sql.execute("SELECT coalesce(max(n), 0) FROM audit").fetchone()
        return int(last)

    def records(self, search: Search) -> list[AuditRecord]:
        """Return what was written down, newest first; hidden things by their pseudonyms."""
        wanted: list[tuple[str, object]] = []
        for column, value in (("who", search.who), ("what", search.what)):
            if value:
                wanted.append((f"{column} = ?", value))
        if search.thing:
            wanted.append(("thing = ?", self.pseudonyms.hide(search.thing)))
        for test, number in (
            ("at >= ?", search.since),
            ("at <= ?", search.until),
            ("n < ?", search.before),
        ):
            if number is not None:
                wanted.append((test, number))
        tests, values = [test for test, _ in wanted], [value for _, value in wanted]
        if search.text:
            columns = ("who", "address", "what", "thing", "result", "more")
            tests.append("(" + " OR ".join(f"lower({c}) LIKE ? ESCAPE '\\'" for c in columns) + ")")
            values += [like(search.text.lower())] * len(columns)
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        rows = self._sql.execute(
            f"SELECT n, at, who, address, what, thing, result, more FROM audit{where}"
            " ORDER BY n DESC LIMIT ?",
            (*values, search.limit),
        )
        return [AuditRecord(row[0], row[1], AuditEvent(*row[2:])) for row in rows]

    # -- privacy

    def retention(self, thing: str) -> int | None:
        """Return for how many days this friend's positions are kept; None: as the server's
        settings.
        """
        found = self._sql.execute(
            "SELECT days FROM retention WHERE thing = ?", (self.pseudonyms.hide(thing),)
        ).fetchone()
        return int(found[0]) if found else None

    def retentions(self, things: Iterable[str]) -> dict[str, int]:
        """Return the days for those of ``things`` that have an owner's decision."""
        kept = dict(self._sql.execute("SELECT thing, days FROM retention").fetchall())
        if not kept:
            return {}
        hidden = ((thing, self.pseudonyms.hide(thing)) for thing in things)
        return {thing: int(kept[hidden]) for thing, hidden in hidden if hidden in kept}

    def retain(self, thing: str, days: int | None) -> None:
        """Keep this friend's positions for so many days."""
        hidden = self.pseudonyms.hide(thing)
        with self.change():
            self._sql.execute("DELETE FROM retention WHERE thing = ?", (hidden,))
            if days is not None:
                self._sql.execute(
                    "INSERT INTO retention (thing, days) VALUES (?, ?)", (hidden, days)
                )
