"""Check how people are told outside the page: which channels did not take the last message.

Nothing is changed in the file or in the common database, and nothing is waited for long.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from sightline.channels.records import Channel
from sightline.channels.store import FILE
from sightline.cli.check.findings import Finding
from sightline.database.trouble import describe
from sightline.model.faults import CannotOpen, Unavailable
from sightline.settings import Settings
from sightline.wiring.store import store_options

_WHERE = "channels"
_MOST = 10
_TODO = "whoever has it opens My channels on the page and tests it"
Found = tuple[list[tuple[bytes, str | None]], int]


def check(settings: Settings) -> Iterator[Finding]:
    """Look at the channels of the file, or of the database of ``[store] url``."""
    if settings.store.url:
        yield from _check_common(settings)
    else:
        yield from _check_file(Path(settings.server.state) / FILE)


def _check_file(path: Path) -> Iterator[Finding]:
    if not path.exists():
        return
    try:
        sql = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            found = _read(sql)
        finally:
            sql.close()
    except sqlite3.Error as why:
        yield Finding(_WHERE, "", "fail", f"{path} cannot be read: {describe(why)}")
        return
    yield from _judged(*found)


def _check_common(settings: Settings) -> Iterator[Finding]:
    from psycopg import Error  # loaded by those alone that want it

    from sightline.database.postgres import Postgres

    options = store_options(settings)
    try:
        sql = Postgres(options, most=1).connect()
    except (Unavailable, CannotOpen):
        return  # which is said of the store already
    try:
        # Before the first server came there are no tables, and no channels.
        there = sql.execute("SELECT to_regclass('channel_dead') IS NOT NULL").fetchone()
        found = _read(sql) if there is not None and there[0] else ([], 0)
    except Error as why:
        why_not = " ".join(str(why).split())
        yield Finding(_WHERE, "", "fail", f"{options.shown}: channels cannot be read: {why_not}")
        return
    finally:
        sql.close()
    yield from _judged(*found)


def _read(sql: Any) -> Found:
    """Return the channels with why the last try failed, and how many messages none ever took."""
    rows = sql.execute("SELECT record, why FROM channel ORDER BY account, id").fetchall()
    (dead,) = sql.execute("SELECT count(*) FROM channel_dead").fetchone()
    return [(bytes(record), why) for record, why in rows], dead


def _judged(rows: list[tuple[bytes, str | None]], dead: int) -> Iterator[Finding]:
    if not rows:
        return
    failing = [(msgspec.json.decode(record, type=Channel), why) for record, why in rows if why]
    for channel, why in failing[:_MOST]:
        said = f"{channel.account}'s {channel.type} ({channel.host}) did not take the last: {why}"
        yield Finding(_WHERE, channel.type, "warn", said, _TODO)
    if len(failing) > _MOST:
        yield Finding(_WHERE, "", "warn", f"and {len(failing) - _MOST} more", _TODO)
    if not failing:
        told = f"{len(rows)} in use, all took the last message"
        yield Finding(_WHERE, "", "ok", f"{told}; {dead} were never taken" if dead else told)
