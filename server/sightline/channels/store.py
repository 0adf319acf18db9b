"""Store the channels, what waits for them (`queue`), and what they never took (`letters`).

Plain functions that wait for the disk, to be called on one thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from sightline.channels.letters import UnsentNotifications
from sightline.channels.options import SENT_LASTS, ChannelOptions
from sightline.channels.queue import MessageQueue
from sightline.channels.records import Channel, ChannelStatus
from sightline.channels.schema import PART
from sightline.database.engine import Engine, EngineSource
from sightline.database.sqlite_engine import SqliteEngine
from sightline.database.trouble import describe
from sightline.model.faults import CannotOpen
from sightline.model.notification import DeliveryReport

FILE = "channels.db"
T = TypeVar("T")
_encode = msgspec.json.encode
_channel = msgspec.json.Decoder(Channel).decode


class BadChannels(Exception):
    """The file cannot be used; the message says why."""


class ChannelStore:
    """The open database. ``server`` is ours among several, "" if it is alone.

    Raises `BadChannels` when that is impossible, and `Unavailable` of PostgreSQL.
    """

    def __init__(
        self, place: Path | EngineSource, options: ChannelOptions, server: str = ""
    ) -> None:
        self._sql: Engine = _opened(place)
        self.queue = MessageQueue(self._sql, options, server or "-", self.of, self.get)
        self.letters = UnsentNotifications(self._sql)

    def close(self) -> None:
        """Let go of the database."""
        self._sql.close()

    def transact(self, work: Callable[[], T], *, scrub: bool = False) -> T:
        """Return what ``work`` does, all or nothing; it may run again (`Engine.transact`)."""
        return self._sql.transact(work, scrub=scrub)

    # -- keys

    def key(self, name: str, make: Callable[[], str], now: float) -> str:
        """Return a sealed key of all servers; the first that asks makes it."""
        found = self._key(name)
        if found is None:
            self._sql.execute(
                "INSERT INTO channel_key (name, sealed, made) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (name, make(), now),
            )
            found = self._key(name)
        assert found is not None
        return found

    def _key(self, name: str) -> str | None:
        row = self._sql.execute("SELECT sealed FROM channel_key WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    # -- channels

    def put(self, channel: Channel, secret: str | None) -> None:
        """Write a channel; without a ``secret`` it keeps the one it has."""
        record = _encode(channel)
        if secret is None:
            self._sql.execute(
                "UPDATE channel SET record = ?, mark = ? WHERE id = ?",
                (record, channel.mark, channel.id),
            )
            return
        self._sql.execute(
            "INSERT INTO channel (id, account, mark, record, secret) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET record = excluded.record, mark = excluded.mark,"
            " secret = excluded.secret, why = NULL",
            (channel.id, channel.account, channel.mark, record, secret),
        )

    def marked(self, mark: str) -> Channel | None:
        """Return the channel of a browser's subscription, whosever it is."""
        row = self._sql.execute("SELECT record FROM channel WHERE mark = ?", (mark,)).fetchone()
        return None if row is None else _channel(row[0])

    def of(self, account: str) -> list[Channel]:
        """Return the channels of an account, the oldest first."""
        rows = self._sql.execute("SELECT record FROM channel WHERE account = ?", (account,))
        return sorted((_channel(row) for (row,) in rows), key=lambda each: (each.made, each.id))

    def get(self, id: str) -> tuple[Channel, str] | None:
        """Return a channel and its sealed secret."""
        row = self._sql.execute("SELECT record, secret FROM channel WHERE id = ?", (id,)).fetchone()
        return None if row is None else (_channel(row[0]), str(row[1]))

    def subscribed(self) -> list[Channel]:
        """Return the channels of all browsers that subscribed."""
        rows = self._sql.execute("SELECT record FROM channel WHERE mark <> ''").fetchall()
        return [_channel(record) for (record,) in rows]

    def statuses(self, account: str | None = None) -> list[ChannelStatus]:
        """Return how the channels stand, of one account or of all."""
        where, given = ("", ()) if account is None else (" WHERE account = ?", (account,))
        rows = self._sql.execute(f"SELECT record, last, why FROM channel{where}", given).fetchall()
        waiting, dead = (
            dict(
                self._sql.execute(
                    f"SELECT channel, count(*) FROM {table}{where} GROUP BY channel", given
                ).fetchall()
            )
            for table in ("channel_waiting", "channel_dead")
        )
        found = []
        for record, last, why in rows:
            channel = _channel(record)
            id = channel.id
            found.append(ChannelStatus(channel, last, why, waiting.get(id, 0), dead.get(id, 0)))
        return sorted(found, key=lambda each: (each.channel.made, each.channel.id))

    def counts(self) -> tuple[int, int, int, int]:
        """Count channels, those that failed last, what waits, and what nobody took."""
        row = self._sql.execute(
            "SELECT (SELECT count(*) FROM channel),"
            " (SELECT count(*) FROM channel WHERE why IS NOT NULL),"
            " (SELECT count(*) FROM channel_waiting), (SELECT count(*) FROM channel_dead)"
        ).fetchone()
        channels, failing, waiting, dead = map(int, row)
        return channels, failing, waiting, dead

    def accounts(self) -> set[str]:
        """Return who has channels, or anything that waits."""
        tables = ("channel", "channel_waiting", "channel_dead")
        union = " UNION ".join(f"SELECT account FROM {table}" for table in tables)
        return {name for (name,) in self._sql.execute(union)}

    def remove(self, id: str, why: str) -> list[DeliveryReport]:
        """Remove a channel; return what is told by no other channel, therefore."""
        waiting = self.queue.end(id)
        self.letters.clear(id)
        self._sql.execute("DELETE FROM channel_told WHERE channel = ?", (id,))
        self._sql.execute("DELETE FROM channel WHERE id = ?", (id,))
        return list(self.queue.over(waiting, why))

    # -- forgetting

    def forget(self, thing: str) -> None:
        """Delete everything about a thing, and about what is within it."""
        within = f"{thing}/"
        for table in ("channel_waiting", "channel_dead"):
            self._sql.execute(
                f"DELETE FROM {table} WHERE thing = ? OR substr(thing, 1, ?) = ?",
                (thing, len(within), within),
            )

    def forget_account(self, account: str) -> None:
        """Delete the channels of an account, and all that was to be told to it."""
        for table in ("channel_waiting", "channel_dead", "channel_told", "channel"):
            self._sql.execute(f"DELETE FROM {table} WHERE account = ?", (account,))

    def tidy(self, now: float) -> None:
        """Delete what nobody asks for any more."""
        self._sql.execute("DELETE FROM channel_told WHERE at < ?", (now - SENT_LASTS,))
        self.letters.tidy(now)


def _opened(place: Path | EngineSource) -> Engine:
    if not isinstance(place, Path):
        return place.engine(())
    path = place / FILE
    try:
        return SqliteEngine(path, PART)
    except CannotOpen as why:
        raise BadChannels(str(why)) from None
    except (OSError, sqlite3.Error) as why:
        raise BadChannels(f"{path}: {describe(why)}") from why
