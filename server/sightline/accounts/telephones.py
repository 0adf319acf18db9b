"""Store the telephone numbers of people, beside their accounts."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.database.engine import Engine


def telephones_in(sql: Engine) -> dict[str, str]:
    """Return all numbers, by account."""
    return dict(sql.execute("SELECT account, number FROM telephone").fetchall())


def set_telephone(sql: Engine, account: str, number: str) -> None:
    """Store the number of an account; an empty one is removed."""
    sql.execute("DELETE FROM telephone WHERE account = ?", (account,))
    if number:
        sql.execute("INSERT INTO telephone (account, number) VALUES (?, ?)", (account, number))


def forget_telephones(sql: Engine, things: Iterable[str]) -> None:
    """Remove the numbers of the accounts whose own these things, or their groups, are."""
    for word in sorted({word for thing in things for word in (thing, thing.rpartition("/")[0])}):
        sql.execute(
            "DELETE FROM telephone WHERE account IN"
            " (SELECT account FROM given WHERE verb = 'own' AND what = ?)",
            (word,),
        )
