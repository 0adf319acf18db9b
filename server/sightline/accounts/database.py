"""Keep accounts in one database, which is read and written here and nowhere else.

Plain functions that wait for the disk: the server calls them on a thread of their own, the command
line directly. Secrets are kept as hashes only; rows of the audit log are never changed. Each text
of SQL is for SQLite and PostgreSQL (`sightline.database.dialect`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sightline.accounts import factors, invitations, sign_outs
from sightline.accounts.admin_choices import chosen_in
from sightline.accounts.aliases import aliases_in, forget_names
from sightline.accounts.database_audit import AuditedDatabase
from sightline.accounts.telephones import forget_telephones, set_telephone, telephones_in
from sightline.auth.account import (
    Account,
    AccountCache,
    Session,
    Share,
    Token,
)
from sightline.auth.permissions import GRANT_VERBS, Grants, Role

_LISTED = 30 * 86400.0  # s a link is listed after it ended

_MOST_SESSIONS = 200  # of one account or link; the oldest ends
_APART = "\n"  # between the words of a list; no grant, scope or thing holds one


class Database(AuditedDatabase):
    """The accounts, sessions, tokens and links in the open file. ``wall`` gives epoch s."""

    # -- reading

    def read_cache(self) -> AccountCache:
        """Return all accounts, sessions, tokens and links, as a cache of them."""
        grants: dict[str, dict[str, set[str]]] = {}
        with self.reading():
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
            aliases, chosen = aliases_in(self._sql), chosen_in(self._sql)
            invited = invitations.invitations_in(self._sql)
            telephones = telephones_in(self._sql)
            passkeys, apps = factors.passkeys_in(self._sql), factors.apps_in(self._sql)
            signed_out = sign_outs.sign_outs_in(self._sql)
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
        return AccountCache(
            accounts,
            sessions,
            tokens,
            shares,
            aliases=aliases,
            chosen=chosen,
            invitations=invited,
            passkeys=passkeys,
            apps=apps,
            telephones=telephones,
            sign_outs=signed_out,
        )

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
                self._sql.execute("INSERT INTO person (account, display) VALUES (?, ?)", person)
            self._sql.execute("DELETE FROM given WHERE account = ?", (account.name,))
            self._sql.executemany(
                "INSERT INTO given (account, verb, what) VALUES (?, ?, ?)",
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

    def set_password(self, name: str, hashed: str | None) -> None:
        """Store the hash of a new password, or none; links by which it could be chosen end."""
        with self.change():
            self._sql.execute("UPDATE account SET password = ? WHERE name = ?", (hashed, name))
            invitations.end_resets(self, name)

    def set_telephone(self, name: str, number: str) -> None:
        """Store somebody's telephone number; an empty one is removed."""
        with self.change():
            set_telephone(self._sql, name, number)

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
                "INSERT INTO session (key, account, share, created, seen, address, agent)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
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
            column = "share" if session.account is None else "account"
            whose = session.link if session.account is None else session.account
            self._sql.execute(
                f"DELETE FROM session WHERE {column} = ? AND key NOT IN (SELECT key FROM session"
                f" WHERE {column} = ? ORDER BY created DESC, key LIMIT ?)",
                (whose, whose, _MOST_SESSIONS),
            )
            if session.account is not None:
                self._sql.execute(
                    "UPDATE account SET seen = ? WHERE name = ?", (session.seen, session.account)
                )

    def end_sessions(self, account: str, *, but: str | None = None) -> None:
        """Sign an account out everywhere, or everywhere else."""
        with self.change():
            sign_outs.note_everywhere(self._sql, account, self._wall(), but)
            # No key is empty.
            self._sql.execute(
                "DELETE FROM session WHERE account = ? AND key <> ?", (account, but or "")
            )

    def sign_out(self, keys: Collection[str]) -> None:
        """Sign these sessions out, as somebody wants it."""
        with self.change():
            sign_outs.note_sessions(self._sql, keys, self._wall())
            self.drop_sessions(keys)

    def drop_sessions(self, keys: Iterable[str]) -> None:
        """Remove sessions that have ended by themselves."""
        with self.change():
            self._sql.executemany("DELETE FROM session WHERE key = ?", [(key,) for key in keys])

    def put_token(self, token: Token) -> None:
        """Add a new token."""
        self._sql.execute(
            "INSERT INTO token (id, account, label, key, scopes, things, created, expires, used)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            "INSERT INTO share (id, key, owner, label, things, created, starts, ends, revoked)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            invitations.tidy(self)
            factors.tidy(self)
            sign_outs.tidy(self._sql, self._wall())

    def erase(self, *things: str) -> None:
        """Let nothing here name this friend any more, but for the accounts themselves.

        ``things`` are its keys, under all its names.
        """
        with self.change():
            forget_telephones(self._sql, things)  # before what is owned is forgotten
            for thing in things:
                self.retain(thing, None)
                self._sql.execute("DELETE FROM given WHERE what = ?", (thing,))
            forget_names(self._sql, things)
            invitations.forget(self._sql, things)
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
