"""Keep accounts in one SQLite file, which is read and written here and nowhere else.

Plain functions that wait for the disk: the server calls them on a thread of their own, the command
line directly. Both may have the file open at once (WAL). What is committed survives a power cut
(synchronous=FULL). Secrets are kept as hashes only; rows of the audit log are never changed. Where
there are several servers, the file is a copy of their journal (`sightline.journal`).
"""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightline.accounts import schema
from sightline.accounts.aliases import aliases_in, forget_names
from sightline.accounts.pseudonyms import Pseudonyms
from sightline.accounts.schema import STEPS as _STEPS
from sightline.auth.account import (
    Account,
    AccountCache,
    AuditEvent,
    AuditRecord,
    Session,
    Share,
    Token,
)
from sightline.auth.permissions import GRANT_VERBS, Grants, Role
from sightline.journal.copy import Copy
from sightline.journal.recording import RecordingConnection
from sightline.journal.trouble import said

FILE = "accounts.db"
_BUSY = 10.0  # s to wait for somebody else's transaction
_ROOM = 1_000_000  # bytes that must be free again before we believe it
_LISTED = 30 * 86400.0  # s a link is listed after it ended

CACHED_TABLES = frozenset(("account", "given", "person", "session", "token", "share", "alias"))
"""The tables of which the cache is made."""
_MOST_SESSIONS = 200  # of one account or link; the oldest ends
_APART = "\n"  # between the words of a list; no grant, scope or thing holds one


class BadDatabase(Exception):
    """The accounts cannot be read; the message says why and what to do."""


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


class Database:
    """The open file. ``wall`` gives epoch s."""

    def __init__(self, folder: Path, wall: Callable[[], float], busy: float = _BUSY) -> None:
        """Open it, make it where it is missing, bring it up to date.

        ``busy`` s are waited for somebody else's transaction. Raises `BadDatabase`.
        """
        self.path = folder / FILE
        self.fresh = not self.path.exists()
        """Whether the file was made just now."""
        self._wall = wall
        self._busy = busy
        try:
            # The file is made before SQLite can make it readable by others; -wal and -shm follow.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self.path.chmod(0o600)
            self._sql = sqlite3.connect(
                self.path,
                timeout=busy,
                isolation_level=None,
                check_same_thread=False,
                factory=RecordingConnection,
            )
            for setting in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "secure_delete=ON",
                "trusted_schema=OFF",
            ):
                self._sql.execute(f"PRAGMA {setting}")
            schema.keep_copy(self._sql, self.path)
            self.copy = Copy(self._sql, self.path, wall, self._upgrade)
            self.copy.upgrade()
        except (OSError, sqlite3.Error) as why:
            raise BadDatabase(f"{self.path}: {said(why)}") from why

    def _upgrade(self) -> None:
        with self.change():
            self._migrate()
            self.pseudonyms = Pseudonyms(self._pseudonym_key())

    def _migrate(self) -> None:
        (version,) = self._sql.execute("PRAGMA user_version").fetchone()
        if version > len(_STEPS):
            raise BadDatabase(
                f"{self.path}: was written by a newer Sightline (version {version} of the tables,"
                f" this one knows {len(_STEPS)})"
            )
        for number in range(version, len(_STEPS)):
            # Not executescript(), which would commit what came before.
            for statement in schema.statements(_STEPS[number]):
                self._sql.execute(statement)
            self._sql.execute(f"PRAGMA user_version = {number + 1}")

    def _pseudonym_key(self) -> bytes:
        found = self._sql.execute("SELECT value FROM secret WHERE name = 'veil'").fetchone()
        if found:
            return bytes(found[0])
        key = secrets.token_bytes(32)
        self._sql.execute("INSERT INTO secret VALUES ('veil', ?)", (key,))
        return key

    def now(self) -> float:
        """Return the time, epoch s."""
        return self._wall()

    def close(self) -> None:
        """Close the file of the database."""
        self._sql.close()

    def change(self) -> AbstractContextManager[None]:
        """Do all that is done within, or nothing of it."""
        return self.copy.change()

    def probe(self) -> None:
        """Find out quickly whether the file can be written. Raises `OSError`, `sqlite3.Error`."""
        found = os.statvfs(self.path.parent)
        if found.f_bavail * found.f_frsize < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        (version,) = self._sql.execute("PRAGMA user_version").fetchone()
        self._sql.execute("PRAGMA busy_timeout = 100")
        try:
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                self._sql.execute(f"PRAGMA user_version = {version}")  # a page, as it was
            finally:
                self._sql.execute("COMMIT" if self._sql.in_transaction else "SELECT 1")
        finally:
            self._sql.execute(f"PRAGMA busy_timeout = {round(self._busy * 1000)}")

    @property
    def sql(self) -> sqlite3.Connection:
        """Return the connection, for what has a table of its own (`sightline.accounts.aliases`)."""
        return self._sql

    @property
    def version(self) -> int:
        """Return a number that changes when another process has changed the file."""
        (version,) = self._sql.execute("PRAGMA data_version").fetchone()
        return int(version)

    # -- reading

    def read_cache(self) -> AccountCache:
        """Return all accounts, sessions, tokens and links, as a cache of them."""
        grants: dict[str, dict[str, set[str]]] = {}
        with self._reading():
            for account, verb, what in self._sql.execute("SELECT account, verb, what FROM given"):
                grants.setdefault(account, {}).setdefault(verb, set()).add(what)
            accounts = {
                name: Account(
                    name,
                    _role(role),
                    Grants(**{v: frozenset(w) for v, w in grants.get(name, {}).items()}),
                    password,
                    bool(disabled),
                    created,
                    seen,
                    display or "",
                )
                for name, role, password, disabled, created, seen, display in self._sql.execute(
                    "SELECT name, role, password, disabled, created, seen, display"
                    " FROM account LEFT JOIN person ON person.account = account.name"
                )
            }
            aliases = aliases_in(self._sql)
            sessions = {
                row[0]: Session(*row)
                for row in self._sql.execute(
                    "SELECT key, account, share, created, seen, address, agent FROM session"
                )
            }
            tokens = {
                row[0]: _token(row)
                for row in self._sql.execute(
                    "SELECT id, account, label, key, scopes, things, created, expires, used"
                    " FROM token"
                )
            }
            shares = {
                row[0]: _share(row)
                for row in self._sql.execute(
                    "SELECT id, key, owner, label, things, created, starts, ends, revoked"
                    " FROM share"
                )
            }
        return AccountCache(accounts, sessions, tokens, shares, aliases)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Return one picture, whatever others write meanwhile."""
        if self._sql.in_transaction:
            yield
            return
        self._sql.execute("BEGIN")
        try:
            yield
        finally:
            self._sql.execute("COMMIT")

    # -- accounts

    def put_account(self, account: Account) -> None:
        """Make an account, or change all of it but its sessions, tokens and links."""
        with self.change():
            self._sql.execute(
                "INSERT INTO account (name, role, password, disabled, created, seen)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " role = excluded.role, password = excluded.password,"
                " disabled = excluded.disabled, seen = excluded.seen",
                (
                    account.name,
                    account.role,
                    account.password,
                    account.disabled,
                    account.created,
                    account.seen,
                ),
            )
            self._sql.execute("DELETE FROM person WHERE account = ?", (account.name,))
            if account.display:
                person = (account.name, account.display)
                self._sql.execute("INSERT INTO person VALUES (?, ?)", person)
            self._sql.execute("DELETE FROM given WHERE account = ?", (account.name,))
            self._sql.executemany(
                "INSERT INTO given VALUES (?, ?, ?)",
                [
                    (account.name, verb, what)
                    for verb in GRANT_VERBS
                    for what in sorted(getattr(account.grants, verb))
                ],
            )
            if account.disabled:
                self.end_sessions(account.name)

    def rehash(self, name: str, old: str, new: str) -> None:
        """Store a new hash of the same password; do nothing if it was changed meanwhile."""
        self._sql.execute(
            "UPDATE account SET password = ? WHERE name = ? AND password = ?", (new, name, old)
        )

    def remove_account(self, name: str) -> None:
        """Remove an account with its sessions, tokens and links."""
        self._sql.execute("DELETE FROM account WHERE name = ?", (name,))

    def account(self, name: str) -> Account | None:
        """Return the account of this name; None: there is none."""
        return self.read_cache().accounts.get(name)

    # -- sessions, tokens, links

    def put_session(self, session: Session) -> None:
        """Add the session of a browser that signed in."""
        with self.change():
            self._sql.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    session.key,
                    session.account,
                    session.link,
                    session.created,
                    session.seen,
                    session.address,
                    session.agent,
                ),
            )
            # Who signs in again and again without signing out does not fill the disk.
            self._sql.execute(
                "DELETE FROM session WHERE account IS ? AND share IS ? AND key NOT IN"
                " (SELECT key FROM session WHERE account IS ? AND share IS ?"
                " ORDER BY created DESC, key LIMIT ?)",
                (session.account, session.link) * 2 + (_MOST_SESSIONS,),
            )
            if session.account is not None:
                self._sql.execute(
                    "UPDATE account SET seen = ? WHERE name = ?", (session.seen, session.account)
                )

    def end_sessions(self, account: str, *, but: str | None = None) -> None:
        """Sign an account out everywhere, or everywhere else."""
        self._sql.execute("DELETE FROM session WHERE account = ? AND key IS NOT ?", (account, but))

    def drop_sessions(self, keys: Iterable[str]) -> None:
        """Remove sessions that have ended."""
        with self.change():
            self._sql.executemany("DELETE FROM session WHERE key = ?", [(key,) for key in keys])

    def put_token(self, token: Token) -> None:
        """Add a new token."""
        self._sql.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                token.id,
                token.account,
                token.label,
                token.key,
                _listed(token.scopes),
                _listed(token.things),
                token.created,
                token.expires,
                token.used,
            ),
        )

    def drop_token(self, number: str) -> None:
        """Remove a token, so that it lets nobody in."""
        self._sql.execute("DELETE FROM token WHERE id = ?", (number,))

    def end_tokens(self, account: str) -> int:
        """End all API tokens of an account; return how many there were."""
        return self._sql.execute("DELETE FROM token WHERE account = ?", (account,)).rowcount

    def put_share(self, share: Share) -> None:
        """Add a new link."""
        self._sql.execute(
            "INSERT INTO share VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                share.id,
                share.key,
                share.owner,
                share.label,
                _listed(share.things),
                share.created,
                share.starts,
                share.ends,
                share.revoked,
            ),
        )

    def revoke_share(self, number: str) -> None:
        """Revoke a link; visitors who came by it must go."""
        with self.change():
            self._sql.execute(
                "UPDATE share SET revoked = ? WHERE id = ? AND revoked IS NULL",
                (self._wall(), number),
            )
            self._sql.execute("DELETE FROM session WHERE share = ?", (number,))

    def used(
        self,
        sessions: Iterable[tuple[float, str]],
        tokens: Iterable[tuple[float, str]],
    ) -> None:
        """Store when sessions (by key) and tokens (by id) were last used, epoch s."""
        sessions = list(sessions)
        with self.change():
            self._sql.executemany("UPDATE session SET seen = ? WHERE key = ?", sessions)
            self._sql.executemany(
                "UPDATE account SET seen = ? WHERE name ="
                " (SELECT account FROM session WHERE key = ?)",
                sessions,
            )
            self._sql.executemany("UPDATE token SET used = ? WHERE id = ?", list(tokens))

    def tidy(self) -> None:
        """Forget links and tokens that ended long ago."""
        horizon = self._wall() - _LISTED
        with self.change():
            self._sql.execute("DELETE FROM share WHERE ends < ? OR revoked < ?", (horizon, horizon))
            self._sql.execute("DELETE FROM token WHERE expires < ?", (horizon,))

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
                self._sql.execute("INSERT INTO retention VALUES (?, ?)", (hidden, days))

    def erase(self, *things: str) -> None:
        """Let nothing here name this friend any more, but for the accounts themselves.

        ``things`` are its keys, under all its names.
        """
        with self.change():
            for thing in things:
                self.retain(thing, None)
                self._sql.execute("DELETE FROM given WHERE what = ?", (thing,))
            forget_names(self._sql, things)
            for table in ("token", "share"):
                for number, listed in self._sql.execute(
                    f"SELECT id, things FROM {table}"  # of the two names above
                ).fetchall():
                    if not (words := _words(listed)).isdisjoint(things):
                        self._sql.execute(
                            f"UPDATE {table} SET things = ? WHERE id = ?",
                            (_listed(words.difference(things)), number),
                        )
            self._sql.execute(
                "UPDATE share SET revoked = ? WHERE things = '' AND revoked IS NULL",
                (self._wall(),),
            )

    # -- the audit log

    def write(self, event: AuditEvent, at: float | None = None) -> None:
        """Write down what was done, now or at ``at`` (epoch s).

        Friends go by a pseudonym, so that they can be erased.
        """
        with self.change():
            self._sql.execute(
                "INSERT INTO audit (at, who, address, what, thing, result, more)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    self._wall() if at is None else at,
                    event.who,
                    event.address,
                    event.what,
                    self.pseudonyms.hide(event.thing),
                    event.result,
                    event.more,
                ),
            )

    def erased(self, after: int) -> tuple[int, list[str]]:
        """Return the last number of the log, and who was erased after that one, by pseudonym."""
        (last,) = self._sql.execute("SELECT coalesce(max(n), 0) FROM audit").fetchone()
        if last <= after:
            return last, []
        rows = self._sql.execute(
            "SELECT thing FROM audit WHERE n > ? AND what = 'erase' AND result = 'ok'", (after,)
        )
        return last, [thing for (thing,) in rows]

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
            tests.append("(" + " OR ".join(f"instr(lower({c}), ?) > 0" for c in columns) + ")")
            values += [search.text.lower()] * len(columns)
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        rows = self._sql.execute(
            f"SELECT n, at, who, address, what, thing, result, more FROM audit{where}"
            " ORDER BY n DESC LIMIT ?",
            (*values, search.limit),
        )
        return [AuditRecord(row[0], row[1], AuditEvent(*row[2:])) for row in rows]


def _role(text: str) -> Role:
    """Return a stored role; an unknown one becomes the least (fail closed)."""
    return text if text in ("viewer", "operator", "admin") else "viewer"  # type: ignore[return-value]


def _token(row: tuple[Any, ...]) -> Token:
    number, account, label, key, scopes, things, *times = row
    return Token(number, account, label, key, _words(scopes), _words(things), *times)


def _share(row: tuple[Any, ...]) -> Share:
    number, key, owner, label, things, *times = row
    return Share(number, key, owner, label, _words(things), *times)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split(_APART)) if text else frozenset()


def _listed(words: Iterable[str]) -> str:
    return _APART.join(sorted(words))
