"""Keep what admins choose on the page instead of in the settings' file: texts by name.

They lie beside the accounts, so that all servers that share these know them.
"""

from __future__ import annotations

from sightline.database.engine import Engine

PUBLIC_URL = "public_url"
"""The address under which people and phones reach us."""


def chosen_in(sql: Engine) -> dict[str, str]:
    """Return everything that was chosen, by name."""
    return dict(sql.execute("SELECT name, value FROM chosen").fetchall())


def choose(sql: Engine, name: str, value: str) -> None:
    """Store a choice; an empty one is taken back."""
    if not value:
        sql.execute("DELETE FROM chosen WHERE name = ?", (name,))
        return
    sql.execute(
        "INSERT INTO chosen (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
