"""Keep invitations, and links for a new password, in the accounts' database.

Plain functions for within a change. Secrets are kept as digests only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sightline.accounts.database_file import DatabaseFile
from sightline.auth.account import Account
from sightline.auth.invitation import Invitation
from sightline.auth.permissions import Grants
from sightline.database.engine import Engine

MOST = 500
"""Invitations that are listed, open ones and those that ended lately."""
_LISTED = 30 * 86400.0  # s an invitation is listed after it ended
_APART = "\n"  # between the words of a list; no grant holds one
_COLUMNS = (
    "id, key, owner, account, label, role, sees, drives, owns, adds_phone,"
    " created, ends, used, revoked"
)


def invitations_in(sql: Engine) -> Mapping[str, Invitation]:
    """Return all invitations by their ids."""
    rows = sql.execute(f"SELECT {_COLUMNS} FROM invitation")
    return {row[0]: _invitation(row) for row in rows}


def put_invitation(sql: Engine, invitation: Invitation) -> None:
    """Add a new invitation."""
    grants = invitation.grants
    sql.execute(
        f"INSERT INTO invitation ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            invitation.id,
            invitation.key,
            invitation.owner,
            invitation.account,
            invitation.label,
            invitation.role,
            _listed(grants.see),
            _listed(grants.drive),
            _listed(grants.own),
            int(invitation.adds_phone),
            invitation.created,
            invitation.ends,
            invitation.used,
            invitation.revoked,
        ),
    )


def use(database: DatabaseFile, number: str) -> None:
    """Use an invitation up."""
    database.sql.execute("UPDATE invitation SET used = ? WHERE id = ?", (database.now(), number))


def withdraw(database: DatabaseFile, number: str) -> None:
    """Withdraw an invitation that is open."""
    database.sql.execute(
        "UPDATE invitation SET revoked = ? WHERE id = ? AND used IS NULL AND revoked IS NULL",
        (database.now(), number),
    )


def end_resets(database: DatabaseFile, account: str) -> None:
    """Withdraw the links by which this account's password could be chosen anew."""
    database.sql.execute(
        "UPDATE invitation SET revoked = ? WHERE account = ? AND used IS NULL AND revoked IS NULL",
        (database.now(), account),
    )


def tidy(database: DatabaseFile) -> None:
    """Forget invitations that ended long ago."""
    horizon = database.now() - _LISTED
    database.sql.execute(
        "DELETE FROM invitation WHERE ends < ? OR used < ? OR revoked < ?", (horizon,) * 3
    )


def forget(sql: Engine, things: Iterable[str]) -> None:
    """Let no invitation name a friend that is erased."""
    gone = frozenset(things)
    for number, *lists in sql.execute("SELECT id, sees, drives, owns FROM invitation").fetchall():
        words = [_words(text) for text in lists]
        if not gone.isdisjoint(frozenset().union(*words)):
            left = [_listed(each - gone) for each in words]
            sql.execute(
                "UPDATE invitation SET sees = ?, drives = ?, owns = ? WHERE id = ?",
                (*left, number),
            )


def counts(invitation: Invitation, accounts: Mapping[str, Account]) -> bool:
    """Tell whether who made an invitation may still invite: an admin, or the command line."""
    if invitation.owner is None:
        return True
    owner = accounts.get(invitation.owner)
    return owner is not None and owner.role == "admin" and not owner.disabled


def _invitation(row: tuple[Any, ...]) -> Invitation:
    number, key, owner, account, label, role, sees, drives, owns, adds_phone, *times = row
    return Invitation(
        number,
        key,
        owner,
        account,
        label,
        role if role in ("operator", "admin") else "viewer",  # an unknown one becomes the least
        Grants(_words(sees), _words(drives), _words(owns)),
        bool(adds_phone),
        *times,
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split(_APART)) if text else frozenset()


def _listed(words: Iterable[str]) -> str:
    return _APART.join(sorted(words))
