"""Show what channels never took, try it again, or throw it away."""

from __future__ import annotations

import msgspec

from sightline.channels.options import DEAD_LASTS
from sightline.channels.records import DeadLetter
from sightline.database.engine import Engine
from sightline.model.notification import Notification

MOST = 200
"""What nobody took, of one account; the oldest go."""
_notification = msgspec.json.Decoder(Notification).decode


class UnsentNotifications:
    """The table of what no channel took."""

    def __init__(self, sql: Engine) -> None:
        self._sql = sql

    def of(self, account: str) -> list[DeadLetter]:
        """Return what the channels of an account never took, the newest first."""
        rows = self._sql.execute(
            "SELECT channel, body, why, attempts, ended FROM channel_dead WHERE account = ?"
            " ORDER BY ended DESC, channel, id LIMIT ?",
            (account, MOST),
        )
        return [
            DeadLetter(channel, _notification(body), why, attempts, ended)
            for channel, body, why, attempts, ended in rows
        ]

    def take(self, channel: str, id: str) -> Notification | None:
        """Remove and return what a channel never took; None: there is no such thing."""
        row = self._sql.execute(
            "DELETE FROM channel_dead WHERE channel = ? AND id = ? RETURNING body", (channel, id)
        ).fetchall()
        return _notification(row[0][0]) if row else None

    def clear(self, channel: str) -> None:
        """Delete all that a channel never took."""
        self._sql.execute("DELETE FROM channel_dead WHERE channel = ?", (channel,))

    def tidy(self, now: float) -> None:
        """Delete what is old, and what is too much."""
        self._sql.execute("DELETE FROM channel_dead WHERE ended < ?", (now - DEAD_LASTS,))
        full = self._sql.execute(
            "SELECT account FROM channel_dead GROUP BY account HAVING count(*) > ?", (MOST,)
        ).fetchall()
        for (account,) in full:
            row = self._sql.execute(
                "SELECT ended FROM channel_dead WHERE account = ? ORDER BY ended DESC"
                f" LIMIT 1 OFFSET {MOST}",
                (account,),
            ).fetchone()
            self._sql.execute(
                "DELETE FROM channel_dead WHERE account = ? AND ended <= ?", (account, row[0])
            )
