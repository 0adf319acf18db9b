"""Keep which browsers were signed out by somebody, for what they have elsewhere in the server.

A session that ends by its age is no such thing: a phone in a pocket is told of alerts for weeks
without its page being open. Plain functions for within a change.
"""

from __future__ import annotations

from collections.abc import Iterable

from sightline.auth.account import SignOut, session_id
from sightline.database.engine import Engine

LASTING = 90 * 86_400.0
"""s for which the end of a single session is kept; that of all of them stays with its account."""


def sign_outs_in(sql: Engine) -> tuple[SignOut, ...]:
    """Return all that are kept."""
    rows = sql.execute("SELECT account, session, at, stays FROM sign_out ORDER BY account, session")
    return tuple(SignOut(*row) for row in rows)


def note_everywhere(sql: Engine, account: str, at: float, but: str | None) -> None:
    """Note that an account was signed out everywhere at ``at`` (epoch s).

    ``but``: the key of the session that stays.
    """
    sql.execute("DELETE FROM sign_out WHERE account = ?", (account,))
    sql.execute(
        "INSERT INTO sign_out (account, session, at, stays)"
        " SELECT name, '', ?, ? FROM account WHERE name = ?",
        (at, session_id(but or ""), account),
    )


def note_sessions(sql: Engine, keys: Iterable[str], at: float) -> None:
    """Note that the sessions with these keys are ended at ``at`` (epoch s)."""
    sql.executemany(
        "INSERT INTO sign_out (account, session, at, stays)"
        " SELECT account, ?, ?, '' FROM session WHERE key = ? AND account IS NOT NULL"
        " ON CONFLICT DO NOTHING",
        [(session_id(key), at, key) for key in keys],
    )


def tidy(sql: Engine, now: float) -> None:
    """Forget the ends of single sessions of long ago."""
    sql.execute("DELETE FROM sign_out WHERE session <> '' AND at < ?", (now - LASTING,))
