"""Check how people are told outside the page: which channels did not take the last message."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sightline.channels.records import Channel
from sightline.channels.store import FILE
from sightline.cli.check.findings import Finding
from sightline.database.trouble import describe
from sightline.settings import Settings

_WHERE = "channels"
_MOST = 10
_TODO = "whoever has it opens My channels on the page and tests it"


def check(settings: Settings) -> Iterator[Finding]:
    """Look into the file of the channels, if there is one; nothing is changed in it."""
    path = Path(settings.server.state) / FILE
    if settings.store.url or not path.exists():
        return
    try:
        sql = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            rows = sql.execute("SELECT record, why FROM channel ORDER BY account, id").fetchall()
            (dead,) = sql.execute("SELECT count(*) FROM channel_dead").fetchone()
        finally:
            sql.close()
    except sqlite3.Error as why:
        yield Finding(_WHERE, "", "fail", f"{path} cannot be read: {describe(why)}")
        return
    if rows:
        yield from _judged(rows, dead)


def _judged(rows: list[tuple[bytes, str | None]], dead: int) -> Iterator[Finding]:
    failing = [(msgspec.json.decode(record, type=Channel), why) for record, why in rows if why]
    for channel, why in failing[:_MOST]:
        said = f"{channel.account}'s {channel.type} ({channel.host}) did not take the last: {why}"
        yield Finding(_WHERE, channel.type, "warn", said, _TODO)
    if len(failing) > _MOST:
        yield Finding(_WHERE, "", "warn", f"and {len(failing) - _MOST} more", _TODO)
    if not failing:
        told = f"{len(rows)} in use, all took the last message"
        yield Finding(_WHERE, "", "ok", f"{told}; {dead} were never taken" if dead else told)
