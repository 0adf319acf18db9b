"""Keep passkeys, authenticator apps and recovery codes in the accounts' database.

Plain functions for within a change. Of passkeys the public half is kept, of recovery codes the
digests, and of apps the secret under the server's key (`sightline.database.key_file`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sightline.accounts.database_file import DatabaseFile
from sightline.auth.passkeys import Passkey
from sightline.auth.second_factor import AuthenticatorApp
from sightline.database.engine import Engine

_PASSKEY = "id, account, label, key, rp, count, synced, transports, created, used"


def passkeys_in(sql: Engine) -> Mapping[str, Passkey]:
    """Return all passkeys by their ids."""
    found = {}
    for number, account, label, key, rp, count, synced, transports, created, used in sql.execute(
        f"SELECT {_PASSKEY} FROM passkey"
    ):
        found[number] = Passkey(
            number,
            account,
            label,
            key,
            rp,
            count,
            bool(synced),
            tuple(transports.split()),
            created,
            used,
        )
    return found


def apps_in(sql: Engine) -> Mapping[str, AuthenticatorApp]:
    """Return all authenticator apps by their accounts, with the digests of recovery codes."""
    codes: dict[str, set[str]] = {}
    for account, key in sql.execute("SELECT account, key FROM recovery_code"):
        codes.setdefault(account, set()).add(key)
    rows = sql.execute("SELECT account, sealed, step, created, used FROM authenticator_app")
    return {
        account: AuthenticatorApp(
            account, sealed, step, created, used, frozenset(codes.get(account, ()))
        )
        for account, sealed, step, created, used in rows
    }


# -- passkeys


def put_passkey(sql: Engine, passkey: Passkey) -> None:
    """Store a new passkey of an account."""
    sql.execute(
        f"INSERT INTO passkey ({_PASSKEY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            passkey.id,
            passkey.account,
            passkey.label,
            passkey.key,
            passkey.rp,
            passkey.count,
            int(passkey.synced),
            " ".join(passkey.transports),
            passkey.created,
            passkey.used,
        ),
    )


def rename_passkey(sql: Engine, number: str, label: str) -> None:
    """Call a passkey by another name."""
    sql.execute("UPDATE passkey SET label = ? WHERE id = ?", (label, number))


def passkey_used(sql: Engine, number: str, count: int, synced: bool, now: float) -> bool:
    """Store that a passkey was used; return False if it is there no more."""
    changed = sql.execute(
        "UPDATE passkey SET count = ?, synced = ?, used = ? WHERE id = ?",
        (count, int(synced), now, number),
    )
    return bool(changed.rowcount)


def drop_passkey(sql: Engine, number: str) -> None:
    """Remove a passkey, so that nobody signs in by it."""
    sql.execute("DELETE FROM passkey WHERE id = ?", (number,))


# -- the app and its recovery codes


def put_app(sql: Engine, app: AuthenticatorApp) -> None:
    """Store an account's app, in the place of the one before, with its recovery codes."""
    sql.execute("DELETE FROM authenticator_app WHERE account = ?", (app.account,))
    sql.execute(
        "INSERT INTO authenticator_app (account, sealed, step, created, used)"
        " VALUES (?, ?, ?, ?, ?)",
        (app.account, app.sealed, app.step, app.created, app.used),
    )
    put_recovery(sql, app.account, app.recovery)


def put_recovery(sql: Engine, account: str, digests: Iterable[str]) -> None:
    """Store recovery codes in the place of those before."""
    sql.execute("DELETE FROM recovery_code WHERE account = ?", (account,))
    sql.executemany(
        "INSERT INTO recovery_code (account, key) VALUES (?, ?)",
        [(account, key) for key in sorted(digests)],
    )


def code_used(sql: Engine, account: str, step: int, now: float) -> bool:
    """Store that the code of a step was used; return False if it, or a later one, was before."""
    changed = sql.execute(
        "UPDATE authenticator_app SET step = ?, used = ? WHERE account = ? AND step < ?",
        (step, now, account, step),
    )
    return bool(changed.rowcount)


def recovery_used(sql: Engine, account: str, key: str) -> bool:
    """Use a recovery code up; return False if it was before."""
    changed = sql.execute("DELETE FROM recovery_code WHERE account = ? AND key = ?", (account, key))
    return bool(changed.rowcount)


def drop_app(sql: Engine, account: str) -> None:
    """Remove an account's app with its recovery codes."""
    sql.execute("DELETE FROM authenticator_app WHERE account = ?", (account,))
    sql.execute("DELETE FROM recovery_code WHERE account = ?", (account,))


def reset(sql: Engine, account: str) -> tuple[int, bool]:
    """Remove all passkeys of an account and its app; return how many, and whether there was one."""
    passkeys = sql.execute("DELETE FROM passkey WHERE account = ?", (account,)).rowcount
    found = sql.execute("SELECT 1 FROM authenticator_app WHERE account = ?", (account,)).fetchone()
    drop_app(sql, account)
    return passkeys, found is not None


# -- what is good once


def spend(sql: Engine, key: str, ends: float) -> bool:
    """Write down that a ceremony was completed; return False if it was before."""
    done = sql.execute(
        "INSERT INTO spent (key, ends) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, ends)
    )
    return bool(done.rowcount)


def tidy(database: DatabaseFile) -> None:
    """Forget completed ceremonies whose time is over in any case."""
    database.sql.execute("DELETE FROM spent WHERE ends < ?", (database.now(),))
