"""The viewers of the fan-out: each a cursor and a connection, in groups of equal scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sightline.auth.permissions import VisibleScope
from sightline.live.cursor import Cursor, Pages
from sightline.live.world import World
from sightline.web.framing import Deflate, frame

SHARED_SNAPSHOT = 1.0
"""How long newcomers share one snapshot, s."""


class Wire(Protocol):
    """What the fan-out needs of a connection.

    Its owner calls `FanOut.full` when its transport buffers anything, no matter who wrote it, and
    `FanOut.drained` when that is gone.
    """

    @property
    def send(self) -> Callable[[bytes], int]:
        """Write at once; return how many bytes were taken. May raise OSError as sockets do.

        Only called while nothing is buffered.
        """

    def send_later(self, data: bytes | memoryview) -> None:
        """Write when there is room; a memoryview is of bytes that others get, too."""

    def too_slow(self) -> None:
        """Close the connection: it does not keep up."""


class Viewer:
    """One connected browser: a cursor, and the connection it is written to."""

    __slots__ = ("cursor", "deflate", "group", "level", "send", "stuck_since", "waits", "wire")

    def __init__(self, group: Group, cursor: Cursor, connection: Wire, *, deflate: bool) -> None:
        self.group = group
        self.cursor = cursor
        self.wire = connection
        self.send = connection.send
        self.deflate = deflate
        self.level = False
        self.stuck_since: float | None = None
        self.waits = False  # for its next turn to catch up

    def fall_behind(self) -> None:
        """Take the viewer from the level ones; remember where it stands."""
        if self.level:
            self.level = False
            group = self.group
            group.plain.pop(self, None)
            group.deflated.pop(self, None)
            reached = group.owed.pop(self, None) is None
            self.cursor.level(group.cursor.seq if reached else group.owed_from)

    def own_frame(self, payload: bytes) -> tuple[bytes, bool]:
        """Return a frame for a viewer that catches up, and whether others get the same bytes.

        It may lean on nothing sent before.
        """
        snapshot = self.group.snapshot
        shared = snapshot.framed(payload, self.deflate) if snapshot is not None else None
        if shared is not None:
            return shared, True
        return Deflate().frame(payload) if self.deflate else frame(payload), False


class Snapshot:
    """The whole world in pages, framed once for all newcomers of the next moments."""

    def __init__(self, taken: float, pages: Pages) -> None:
        self.taken = taken
        self.pages = pages
        self._framed: dict[tuple[bytes, bool], bytes] = {}

    def framed(self, payload: bytes, deflate: bool) -> bytes | None:
        """Return a page as a frame that needs no other; None when it is not one of ours."""
        data = self._framed.get((payload, deflate))
        if data is None and self.pages.holds(payload):
            data = Deflate().frame(payload) if deflate else frame(payload)
            self._framed[payload, deflate] = data
        return data


class Group:
    """All viewers that may see the same things."""

    def __init__(self, world: World, scope: VisibleScope, page: int) -> None:
        self._world = world
        self._page = page
        self.scope = scope
        self.cursor = Cursor(world, scope, page_bytes=page)
        self.cursor.level(world.seq)
        self.viewers: set[Viewer] = set()
        # Level viewers by whether they read compressed frames; dicts keep the order of joining.
        self.plain: dict[Viewer, None] = {}
        self.deflated: dict[Viewer, None] = {}
        self.stream = Deflate()
        self.snapshot: Snapshot | None = None
        # The level viewers that the newest frame has not reached yet, and that frame, while its
        # sending is interrupted; where they stand without it.
        self.owed: dict[Viewer, bytes] = {}
        self.owed_from = 0

    def frames(self, payload: bytes) -> tuple[bytes, bytes]:
        """Return ``payload`` as a plain and a compressed frame, each built only if it is read."""
        plain = frame(payload) if self.plain else b""
        return plain, self.stream.frame(payload) if self.deflated else b""

    def snapshot_of(self, now: float) -> Snapshot:
        """Return the snapshot that newcomers of this moment (monotonic s) share."""
        if self.snapshot is None or now - self.snapshot.taken > SHARED_SNAPSHOT:
            fresh = Cursor(self._world, self.scope, page_bytes=self._page)
            self.snapshot = Snapshot(now, fresh.pages())
        return self.snapshot

    def drop_old_snapshot(self, now: float) -> None:
        """Forget a snapshot that no newcomer gets any more: it may be large."""
        if self.snapshot is not None and now - self.snapshot.taken > SHARED_SNAPSHOT:
            self.snapshot = None
