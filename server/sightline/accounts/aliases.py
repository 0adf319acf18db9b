"""Keep the aliases of devices in the accounts' file, so that all servers have the same.

The rules are in `sightline.kinds.friends.names`. What is kept is flat: an alias leads to a
canonical name, never to another alias.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from sightline.accounts.database_audit import AuditedDatabase
from sightline.database.engine import Engine, Queries
from sightline.kinds.friends.names import Alias, How
from sightline.model.kind import id_of

MOST = 20_000
"""Aliases in all. What is seen beyond is understood, but not noted."""
_HOW = frozenset(get_args(How))


def aliases_in(sql: Queries) -> Mapping[str, Alias]:
    """Return all aliases by their spellings; one of a kind that we do not know is left out."""
    rows = sql.execute("SELECT spelling, device, how, at FROM alias")
    return {row[0]: Alias(*row) for row in rows if row[2] in _HOW}


def note_seen(database: AuditedDatabase, found: Iterable[Alias]) -> None:
    """Note spellings that were seen, unless somebody has decided about them meanwhile."""
    known = aliases_in(database.sql)
    for alias in found:
        if len(known) >= MOST:
            return
        # Two servers may see two spellings in another order: the first note counts.
        if alias.spelling in known or alias.device in known:
            continue
        if any(each.device == alias.spelling for each in known.values()):
            continue
        _put(database.sql, alias)
        known = {**known, alias.spelling: alias}


def lead(database: AuditedDatabase, old: str, new: str, how: How) -> None:
    """Let the device ``old`` be known as ``new`` from now on, with all its further names.

    An owner's decision on how long positions are kept goes along; of two the shorter one counts.
    """
    sql = database.sql
    with database.change():
        days = [database.retention(f"friend/{name}") for name in (old, new)]
        said = [each for each in days if each is not None]
        sql.execute("DELETE FROM alias WHERE spelling = ?", (new,))
        sql.execute("UPDATE alias SET device = ? WHERE device = ?", (new, old))
        sql.execute("DELETE FROM alias WHERE spelling = ?", (old,))
        _put(sql, Alias(old, new, how, database.now()))
        database.retain(f"friend/{new}", min(said) if said else None)


def split(database: AuditedDatabase, spelling: str, alike: bool) -> None:
    """Let an alias be a device of its own again. ``alike``: its letters differ by case only."""
    sql = database.sql
    with database.change():
        sql.execute("DELETE FROM alias WHERE spelling = ?", (spelling,))
        if alike:
            _put(sql, Alias(spelling, spelling, "split", database.now()))


def forget_names(sql: Engine, things: Iterable[str]) -> None:
    """Forget all aliases of a friend that is erased."""
    for thing in things:
        name = id_of(thing)
        sql.execute("DELETE FROM alias WHERE spelling = ? OR device = ?", (name, name))


def _put(sql: Engine, alias: Alias) -> None:
    sql.execute("INSERT INTO alias (spelling, device, how, at) VALUES (?, ?, ?, ?)", alias)
