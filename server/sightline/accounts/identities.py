"""Keep who somebody is at a provider, and which sessions came by that, in the accounts' database.

Plain functions for within a change. When an account is removed its identities stay, without an
account: anybody who is known so stays out until an admin decides otherwise.
"""

from __future__ import annotations

import secrets
from typing import Any

from sightline.accounts.database import Database
from sightline.accounts.oidc.decision import Identity, Refuse, decide_link
from sightline.accounts.oidc.flow import KEY_BYTES
from sightline.auth.account import AuditEvent
from sightline.contract.errors import Refused
from sightline.database.engine import Engine

MOST = 20
"""Identities of one account."""
_COLUMNS = "id, issuer, subject, account, label, created, used"
_KEY = "sign-in elsewhere"


def identity_of(sql: Engine, issuer: str, subject: str) -> Identity | None:
    """Return who is known by this subject of this issuer; None: nobody."""
    row = sql.execute(
        f"SELECT {_COLUMNS} FROM provider_identity WHERE issuer = ? AND subject = ?",
        (issuer, subject),
    ).fetchone()
    return None if row is None else _identity(row)


def identities_in(sql: Engine, account: str | None = None) -> list[Identity]:
    """Return the identities of an account, oldest first; None: all there are."""
    if account is None:
        rows = sql.execute(f"SELECT {_COLUMNS} FROM provider_identity ORDER BY created, id")
    else:
        rows = sql.execute(
            f"SELECT {_COLUMNS} FROM provider_identity WHERE account = ? ORDER BY created, id",
            (account,),
        )
    return [_identity(row) for row in rows.fetchall()]


def link(database: Database, issuer: str, subject: str, account: str, label: str) -> str:
    """Let this subject come in with the account; return the identity's id."""
    known = identity_of(database.sql, issuer, subject)
    if known is not None:
        database.sql.execute(
            "UPDATE provider_identity SET account = ?, label = ? WHERE id = ?",
            (account, label, known.id),
        )
        return known.id
    number = secrets.token_hex(6)
    database.sql.execute(
        f"INSERT INTO provider_identity ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, NULL)",
        (number, issuer, subject, account, label, database.now()),
    )
    return number


def link_here(
    database: Database,
    who: str,
    address: str,
    account: str,
    issuer: str,
    subject: str,
    label: str,
) -> None:
    """Link an account within a change, and write it down. Raises `Refused`."""
    known = identity_of(database.sql, issuer, subject)
    decided = decide_link(known, account, database.read_cache().accounts)
    if isinstance(decided, Refuse):
        raise decided.refused()
    mine = identities_in(database.sql, account)
    if len(mine) >= MOST and (known is None or known.account != account):
        raise Refused("taken", f"An account has at most {MOST} of these.")
    number = link(database, issuer, subject, account, label)
    more = f"identity {number}: {issuer} subject {subject}"
    database.write(AuditEvent(who, address, "link sign-in", f"account/{account}", more=more))


def unlink(database: Database, number: str) -> None:
    """Forget an identity; the sessions that came by it end."""
    with database.change():
        rows = database.sql.execute("SELECT session FROM came_by WHERE identity = ?", (number,))
        database.sign_out([row[0] for row in rows.fetchall()])
        database.sql.execute("DELETE FROM provider_identity WHERE id = ?", (number,))


def used(database: Database, number: str, session: str) -> None:
    """Note that a session, which was just made, came by this identity."""
    with database.change():
        database.sql.execute(
            "UPDATE provider_identity SET used = ? WHERE id = ?", (database.now(), number)
        )
        database.sql.execute(
            "INSERT INTO came_by (session, identity) VALUES (?, ?)", (session, number)
        )


def issuer_of_session(sql: Engine, session: str) -> str:
    """Return by which issuer a session came; "" when it came another way."""
    row = sql.execute(
        "SELECT issuer FROM came_by JOIN provider_identity AS known ON known.id = came_by.identity"
        " WHERE came_by.session = ?",
        (session,),
    ).fetchone()
    return "" if row is None else str(row[0])


def flow_key(database: Database) -> bytes:
    """Return the key that seals sign-ins under way; it is made when there is none."""
    database.sql.execute(
        "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        (_KEY, secrets.token_bytes(KEY_BYTES)),
    )
    (key,) = database.sql.execute("SELECT value FROM secret WHERE name = ?", (_KEY,)).fetchone()
    return bytes(key)


def _identity(row: tuple[Any, ...]) -> Identity:
    return Identity(*row)
