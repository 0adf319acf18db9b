"""Write and delete the rows of what waits for channels, and of what they took or never took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from sightline.channels.records import Channel
from sightline.database.engine import Engine
from sightline.model.notification import DeliveryReport, Notification

_encode = msgspec.json.encode
_notification = msgspec.json.Decoder(Notification).decode


class WaitingTable:
    """The tables ``channel_waiting``, ``channel_told`` and ``channel_dead``, row by row."""

    def __init__(self, sql: Engine) -> None:
        self._sql = sql

    def insert(
        self, channel: Channel, notification: Notification, state: str, due: float, now: float
    ) -> None:
        """Write down that a notification waits for a channel until it is ``due``."""
        self._sql.execute(
            "INSERT INTO channel_waiting (channel, id, account, thing, at, urgent, state, due,"
            " attempts, server, held, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0, ?)"
            " ON CONFLICT DO NOTHING",
            (
                *(
                    channel.id,
                    notification.id,
                    notification.account,
                    notification.thing,
                    now,
                    int(notification.urgent),
                ),
                *(state, due, _encode(notification)),
            ),
        )

    def note(self, channel: str, notification: Notification, now: float) -> None:
        """Note that a channel needs nothing more of a notification."""
        self._sql.execute(
            "INSERT INTO channel_told (channel, id, account, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (channel, notification.id, notification.account, now),
        )

    def worked(self, channel: str, now: float) -> None:
        """Note that a channel took something."""
        self._sql.execute("UPDATE channel SET last = ?, why = NULL WHERE id = ?", (now, channel))

    def failed(self, channel: str, why: str) -> None:
        """Note what a channel said when it did not take something."""
        self._sql.execute("UPDATE channel SET why = ? WHERE id = ?", (why, channel))

    def over(self, notifications: Iterable[Notification], why: str) -> Iterator[DeliveryReport]:
        """Yield those of which no channel took anything, nor is to be tried any more."""
        tables = ("channel_waiting", "channel_told")
        union = " UNION ALL ".join(f"SELECT id FROM {table} WHERE id = ?" for table in tables)
        for each in notifications:
            if self._sql.execute(union, (each.id, each.id)).fetchone() is None:
                yield delivered(each, "failed", why)

    def end(self, channel: str) -> list[Notification]:
        """Delete what waits for a channel that is no more; return it."""
        rows = self._sql.execute(
            "SELECT body FROM channel_waiting WHERE channel = ?", (channel,)
        ).fetchall()
        self._sql.execute("DELETE FROM channel_waiting WHERE channel = ?", (channel,))
        return [_notification(body) for (body,) in rows]

    def drop(self, channel: str, id: str) -> None:
        """Delete what waits for a channel."""
        self._sql.execute("DELETE FROM channel_waiting WHERE channel = ? AND id = ?", (channel, id))

    def bury(
        self, channel: str, id: str, why: str, now: float, attempts: int = 0
    ) -> Notification | None:
        """Give up what waits for a channel; return it, None: it was forgotten meanwhile."""
        row = self._sql.execute(
            "SELECT account, thing, body, attempts FROM channel_waiting"
            " WHERE channel = ? AND id = ?",
            (channel, id),
        ).fetchone()
        if row is None:
            return None
        account, thing, body, tried = row
        self.drop(channel, id)
        self._sql.execute(
            "INSERT INTO channel_dead (channel, id, account, thing, ended, attempts, why, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (channel, id, account, thing, now, attempts or tried, why, bytes(body)),
        )
        return _notification(body)


def delivered(
    notification: Notification, state: Any, why: str | None = None, at: float | None = None
) -> DeliveryReport:
    """Return how far a notification has got."""
    return DeliveryReport(
        id=notification.id, account=notification.account, state=state, at=at, why=why
    )
