"""The limits on memory, on senders and on the disk, from the settings; and the alarms of them.

Who has used up a quota is shown as ``quota/<sender>``, to admins only: it names a person. It stays
as long as messages are refused and ten minutes more; the audit log and our own get one line each
time it comes up.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sightline.auth.account import AuditEvent
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.live.quotas import OverQuota, Quota, Senders, budget
from sightline.live.world import World
from sightline.model.quota import Exceeded
from sightline.settings import Settings
from sightline.wiring.memory import memory_limit

reactor: Any = _reactor
SHOWN_FOR = 600.0
"""An alarm is shown so long after the last message that was refused, s."""
MOST = 50
"""Alarms shown at one time."""
_TELL_EVERY = 1.0  # s between two changes of one alarm
_LOOK_EVERY = 10.0  # s
_LOOK_AT_DISK = 2.0  # s
_MB = 1_000_000
_MARGIN = 1.25  # so many times the floor must be free until all is well again


def memory_of(settings: Settings) -> int:
    """Return the memory that the server may use, bytes."""
    return settings.limits.memory_mb * 1024 * 1024 or memory_limit()


def make_world(settings: Settings, epoch: str) -> World:
    """Return a world that fits the memory we may use."""
    limits = settings.limits
    given = budget(memory_of(settings))
    quota = Quota(
        devices=limits.devices_per_sender,
        bytes=limits.sender_kb * 1024 or given.sender,
        new=limits.new_things_per_day,
        rows=limits.rows_per_day,
    )
    return World(
        epoch,
        capacity=limits.things,
        room=given.world,
        rooms=given.of_types,
        senders=Senders(quota),
    )


class QuotaAlarms(Service):
    """Show which senders used up which quota. ``clock`` never jumps, ``wall`` gives epoch s."""

    name = "quotas"
    _log = Logger()

    def __init__(
        self,
        clock: Any,
        wall: Callable[[], float],
        hub: Hub,
        audit: Callable[[AuditEvent], None],
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._hub = hub
        self._audit = audit
        self._last: dict[str, float] = {}  # of each alarm: the last message refused
        self._unshown: dict[str, int] = {}  # messages since it was told
        self._alarmed: dict[str, float] = {}
        self._look = Periodic(clock, _LOOK_EVERY, self.look, "the watch over quotas")
        hub.ingest.when_over_quota(self.ring)

    def startService(self) -> None:
        super().startService()
        self._look.start(now=False)

    def stopService(self) -> None:
        super().stopService()
        self._look.stop()

    def ring(self, over: OverQuota) -> None:
        """Show that a message of this sender was refused."""
        key = f"quota/{over.sender}"
        now = self._clock.seconds()
        new = key not in self._last
        if new and len(self._last) >= MOST:
            return
        self._last[key] = now
        self._unshown[key] = self._unshown.get(key, 0) + 1
        if now - self._alarmed.get(key, float("-inf")) < _TELL_EVERY:
            return
        self._alarmed[key] = now
        before = self._hub.world.state(key)
        at = round(self._wall(), 3)
        count = self._unshown.pop(key)
        since = at
        if isinstance(before, Exceeded):
            count, since = count + before.count, before.since
        shown = Exceeded(what=over.what, why=over.why, since=since, at=at, count=count)
        self._hub.place(key, shown)
        if new:
            self._log.warn("Messages are refused: {why}", why=over.why)
            self._audit(AuditEvent("", "", "quota", over.sender, "refused", over.why))

    def look(self) -> None:
        """Take down alarms that are over."""
        now = self._clock.seconds()
        for key in [key for key, at in self._last.items() if now - at > SHOWN_FOR]:
            for known in (self._last, self._unshown, self._alarmed):
                known.pop(key, None)
            self._hub.show(key, None)


class DiskFloor(Service):
    """Keep some of the disk free for accounts and the audit log.

    Below the floor history and archive take nothing more. That ends by itself when there is room
    again.
    """

    name = "disk"
    _log = Logger()

    def __init__(self, folder: Path, megabytes: int, clock: Any = None) -> None:
        self._folder = folder
        self._floor = megabytes * _MB
        self.free: int | None = None
        """Bytes; None: not known."""
        self._why = ""
        self._look = Periodic(clock or reactor, _LOOK_AT_DISK, self._ask, "the watch over the disk")

    def why(self) -> str:
        """Tell why nothing may be kept just now; empty: it may."""
        return self._why

    def startService(self) -> None:
        """Look now, and then every two seconds."""
        super().startService()
        if self._floor:
            self.look()
            self._look.start(now=False)

    def stopService(self) -> None:
        super().stopService()
        self._look.stop()

    def _ask(self) -> Deferred[None]:
        asked: Deferred[int | None] = deferToThread(free_bytes, self._folder)
        return asked.addCallback(self.know)

    def look(self) -> None:
        """Look at the disk now."""
        self.know(free_bytes(self._folder))

    def know(self, free: int | None) -> None:
        """Take in how many bytes are free; None: unknown, and each write finds out for itself."""
        self.free = free
        floor = self._floor * _MARGIN if self._why else self._floor
        low = free is not None and free < floor
        if low == bool(self._why):
            return
        if low:
            self._why = (
                f"less than {self._floor // _MB} MB of disk are free (limits.disk_floor_mb);"
                " they are left to accounts and the audit log"
            )
            self._log.error("History and archive take nothing more: {why}", why=self._why)
        else:
            self._why = ""
            self._log.info("There is room on the disk again")


def free_bytes(folder: Path) -> int | None:
    """Return the bytes that are free for us on this folder's disk; None: it does not say."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize
