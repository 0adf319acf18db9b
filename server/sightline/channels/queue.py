"""Keep what is to be told until a channel took it: accepted, held by one server, done or given up.

A notification is accepted once, whatever server is asked to tell it, and however often. From then
on it is told at least once. What one server holds that is gone is free again after `HELD`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from sightline.channels.options import ChannelOptions
from sightline.channels.quiet import quiet_until
from sightline.channels.records import Channel, Job
from sightline.channels.waiting import WaitingTable, delivered
from sightline.database.engine import Engine
from sightline.model.notification import DeliveryReport, Notification

HELD = 180.0
"""s for which what one server sends is no other's: several times what an attempt may take."""
MOST_AT_ONCE = 4
"""Channels of one account that are sent to at once."""
_TOO_MANY = "too many were waiting"
_notification = msgspec.json.Decoder(Notification).decode


class MessageQueue(WaitingTable):
    """What waits. ``of`` returns the channels of an account, ``get`` one with its sealed secret."""

    def __init__(
        self,
        sql: Engine,
        options: ChannelOptions,
        server: str,
        of: Callable[[str], Sequence[Channel]],
        get: Callable[[str], tuple[Channel, str] | None],
    ) -> None:
        super().__init__(sql)
        self._options = options
        self._server = server
        self._of = of
        self._get = get

    # -- accepting

    def accept(self, notifications: Iterable[Notification], now: float) -> list[DeliveryReport]:
        """Take notifications: from now on they are told at least once, whatever happens."""
        found: list[DeliveryReport] = []
        for each in notifications:
            found += self._accept(each, now)
        return found

    def _accept(self, notification: Notification, now: float) -> list[DeliveryReport]:
        channels = [each for each in self._of(notification.account) if each.enabled]
        if not channels:
            return [delivered(notification, "no_channel")]
        if self._known(notification.id):
            return []
        if (
            not notification.urgent
            and self._hour(notification.account, now) >= self._options.hourly
        ):
            why = f"more than {self._options.hourly} notifications within an hour"
            return [delivered(notification, "failed", why)]
        full: list[DeliveryReport] = []
        quiet = [self._wait(notification, channel, now, full) for channel in channels]
        return [delivered(notification, "quiet" if all(quiet) else "waiting"), *full]

    def accept_for(self, channel: Channel, notification: Notification, now: float) -> None:
        """Take a notification for one channel alone."""
        self._wait(notification, channel, now, [])

    def _hour(self, account: str, now: float) -> int:
        """Count what an account was told within the last hour."""
        row = self._sql.execute(
            "SELECT count(DISTINCT id) FROM ("
            " SELECT id FROM channel_told WHERE account = ? AND at > ?"
            " UNION ALL SELECT id FROM channel_waiting WHERE account = ? AND at > ?) AS hour",
            (account, now - 3600, account, now - 3600),
        ).fetchone()
        return int(row[0])

    def _known(self, id: str) -> bool:
        tables = ("channel_waiting", "channel_told", "channel_dead")
        union = " UNION ALL ".join(f"SELECT id FROM {table} WHERE id = ?" for table in tables)
        return self._sql.execute(union, (id, id, id)).fetchone() is not None

    def _wait(
        self, notification: Notification, channel: Channel, now: float, full: list[DeliveryReport]
    ) -> bool:
        """Let a notification wait for a channel; tell whether it is quiet there now.

        What has to go for want of room is added to ``full``.
        """
        until = None
        if not (notification.urgent and channel.passes):
            until = quiet_until(channel.quiet, channel.zone, now)
        if until is not None and channel.quiet is not None and channel.quiet.then == "drop":
            self.note(channel.id, notification, now)
            return True
        full += self._make_room(channel, now)
        state, due = ("waiting", now) if until is None else ("quiet", until)
        self.insert(channel, notification, state, due, now)
        return until is not None

    def _make_room(self, channel: Channel, now: float) -> list[DeliveryReport]:
        """Give up the oldest that waits, not one under way, when there is no room."""
        (count,) = self._sql.execute(
            "SELECT count(*) FROM channel_waiting WHERE channel = ?", (channel.id,)
        ).fetchone()
        if count < self._options.queue:
            return []
        row = self._sql.execute(
            "SELECT id FROM channel_waiting WHERE channel = ? AND held <= ?"
            " ORDER BY urgent, at, id LIMIT 1",
            (channel.id, now),
        ).fetchone()
        buried = None if row is None else self.bury(channel.id, row[0], _TOO_MANY, now)
        return [] if buried is None else list(self.over([buried], _TOO_MANY))

    # -- holding

    def reserve(self, now: float, busy: Mapping[str, str], most: int) -> list[Job]:
        """Hold what is due, one for each channel that is not ``busy``; at most ``most``.

        ``busy`` are the accounts by their channels: none may keep all hands busy.
        What was quiet until now goes together.
        """
        at_work = Counter(busy.values())
        rows = self._sql.execute(
            "SELECT channel, account FROM channel_waiting"
            f" WHERE due <= ? AND held <= ?{_free(busy)} GROUP BY channel, account"
            " ORDER BY max(urgent) DESC, min(due), channel LIMIT 1000",
            (now, now, *busy),
        ).fetchall()
        found: list[Job] = []
        for channel, account in rows:
            if len(found) == most:
                break
            if at_work[account] < MOST_AT_ONCE and (job := self._reserve_from(channel, now)):
                at_work[account] += 1
                found.append(job)
        return found

    def _reserve_from(self, id: str, now: float) -> Job | None:
        rows = self._sql.execute(
            "SELECT id, state, attempts, body, at FROM channel_waiting"
            " WHERE channel = ? AND due <= ? AND held <= ? ORDER BY urgent DESC, at, id",
            (id, now, now),
        ).fetchall()
        known = self._get(id)
        if known is None:  # it was removed while another server accepted something for it
            self.end(id)
        if not rows or known is None:
            return None
        together = [row for row in rows if row[1] == "quiet"] if rows[0][1] == "quiet" else rows[:1]
        for row in together:
            self._sql.execute(
                "UPDATE channel_waiting SET server = ?, held = ? WHERE channel = ? AND id = ?",
                (self._server, now + HELD, id, row[0]),
            )
        notifications = tuple(_notification(row[3]) for row in together)
        return Job(
            *known, notifications, max(row[2] for row in together), min(row[4] for row in together)
        )

    def release(self) -> None:
        """Let go of all that this server holds: it sends nothing of it now."""
        self._sql.execute("UPDATE channel_waiting SET held = 0 WHERE server = ?", (self._server,))

    def next_due(self, now: float, busy: Collection[str]) -> float | None:
        """Return when the next is due that waits for a channel that is not ``busy``."""
        free = _free(busy)
        rows = self._sql.execute(
            f"SELECT min(due) FROM channel_waiting WHERE held <= ?{free}"
            f" UNION ALL SELECT min(held) FROM channel_waiting WHERE held > ?{free}",
            (now, *busy, now, *busy),
        ).fetchall()
        return min((due for (due,) in rows if due is not None), default=None)

    def reconsider(self, channel: Channel, now: float) -> None:
        """Let what waits for the end of quiet hours wait as they are now."""
        until = quiet_until(channel.quiet, channel.zone, now)
        self._sql.execute(
            "UPDATE channel_waiting SET due = ? WHERE channel = ? AND state = 'quiet'",
            (now if until is None else until, channel.id),
        )

    # -- what came of it

    def done(self, job: Job, now: float) -> list[DeliveryReport]:
        """Note that a channel took it; return what was taken for the first time."""
        first = []
        for notification in job.notifications:
            row = self._sql.execute(
                "SELECT 1 FROM channel_told WHERE id = ?", (notification.id,)
            ).fetchone()
            self.drop(job.channel.id, notification.id)
            self.note(job.channel.id, notification, now)
            if row is None:
                first.append(delivered(notification, "sent", at=now))
        self.worked(job.channel.id, now)
        return first

    def later(self, job: Job, why: str, due: float) -> None:
        """Note that it is tried again when it is due."""
        for notification in job.notifications:
            self._sql.execute(
                "UPDATE channel_waiting SET attempts = ?, due = ?, held = 0"
                " WHERE channel = ? AND id = ?",
                (job.attempts + 1, due, job.channel.id, notification.id),
            )
        self.failed(job.channel.id, why)

    def give_up(self, job: Job, why: str, now: float) -> list[DeliveryReport]:
        """Note that the channel never takes it; return what nobody took, therefore."""
        buried = [
            self.bury(job.channel.id, notification.id, why, now, job.attempts + 1)
            for notification in job.notifications
        ]
        self.failed(job.channel.id, why)
        return list(self.over([each for each in buried if each is not None], why))


def _free(busy: Collection[str]) -> str:
    return f" AND channel NOT IN ({', '.join('?' * len(busy))})" if busy else ""
