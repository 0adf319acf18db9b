"""Send news to every browser: one frame per group and tick, the same bytes to all of them.

Viewers with equal sight form a group. A viewer whose socket has room is *level*: it gets the
group's frames. One whose socket is full is *behind*: it gets nothing until it drains, then catches
up from its own cursor, page by page, and joins the level ones again. So nothing is ever queued
for a slow viewer but the one frame that did not fit.

The frames to level viewers are written to their sockets directly: for small writes to many
connections Twisted's buffered transport costs five times as much (decisions/0001). Whatever does
not fit goes through the transport as usual. TLS connections always take the transport.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sightline.auth.permissions import VisibleScope
from sightline.live import protocol
from sightline.live.cursor import Cursor, Pages
from sightline.live.world import World
from sightline.web.framing import Deflate, frame

_SHARED_SNAPSHOT = 1.0  # s during which newcomers share one snapshot
_TURN = 0.005  # s after which one viewer's catching up lets others have a turn


class Wire(Protocol):
    """What the fan-out needs of a connection.

    Its owner calls `FanOut.full` when its transport buffers anything, whoever wrote it, and
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


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace and the size of frames.

    ``tick`` and ``tick_max`` in s: further changes wait that long after a flush, more under load.
    ``patience`` in s: how long a viewer may be stuck. ``page`` in bytes.
    """

    tick: float = 0.010
    tick_max: float = 0.100
    patience: float = 10.0
    page: int = 256 * 1024


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

    def __init__(self, world: World, sight: VisibleScope, page: int) -> None:
        self.sight = sight
        self.cursor = Cursor(world, sight, page_bytes=page)
        self.cursor.level(world.seq)
        self.viewers: set[Viewer] = set()
        # Level viewers by whether they read compressed frames; dicts keep the order of joining.
        self.plain: dict[Viewer, None] = {}
        self.deflated: dict[Viewer, None] = {}
        self.stream = Deflate()
        self.snapshot: Snapshot | None = None

    def frames(self, payload: bytes) -> tuple[bytes, bytes]:
        """Return ``payload`` as a plain and as a compressed frame, each built only if it is
        read.
        """
        plain = frame(payload) if self.plain else b""
        return plain, self.stream.frame(payload) if self.deflated else b""


class FanOut:
    """Send each change of the world to every browser that may see it."""

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, wall: Callable[[], float], world: World, pace: Pace
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._world = world
        self._pace = pace
        self._groups: dict[VisibleScope, Group] = {}
        self._next = float("-inf")  # when the next flush may be
        self._due: IDelayedCall | None = None
        self.frames_sent = 0
        self.too_slow = 0

    @property
    def viewers(self) -> int:
        """Tell how many browsers are connected."""
        return sum(len(group.viewers) for group in self._groups.values())

    @property
    def behind(self) -> int:
        """Tell how many of them are catching up."""
        return sum(
            len(group.viewers) - len(group.plain) - len(group.deflated)
            for group in self._groups.values()
        )

    def epoch(self, sight: VisibleScope) -> str:
        """Tell what names the numbering for who sees this much.

        Whoever comes back with another sight starts afresh: else what was hidden from them before
        would stay unseen, and what is hidden now would stay seen.
        """
        return self._world.epoch + (f".{sight.mark}" if sight.mark else "")

    # -- viewers come and go

    def join(
        self, connection: Wire, sight: VisibleScope, epoch: str | None, seq: int, *, deflate: bool
    ) -> Viewer:
        """Let in a browser whose picture stands at ``seq`` of ``epoch``, with what ``sight`` may
        see.

        Snapshot and subscription are one act: no change can fall between.
        """
        epoch = self._world.epoch if epoch == self.epoch(sight) else None
        group = self._groups.get(sight)
        if group is None:
            group = self._groups[sight] = Group(self._world, sight, self._pace.page)
        cursor = Cursor(self._world, sight, page_bytes=self._pace.page)
        cursor.resume(epoch, seq)
        viewer = Viewer(group, cursor, connection, deflate=deflate)
        group.viewers.add(viewer)
        self.drained(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a browser that is gone, or about to be."""
        group = viewer.group
        self._fall_behind(viewer)
        viewer.stuck_since = None
        group.viewers.discard(viewer)
        if not group.viewers:
            self._groups.pop(group.sight, None)

    def full(self, viewer: Viewer) -> None:
        """Note that the viewer's socket takes no more."""
        if viewer in viewer.group.viewers:
            self._fall_behind(viewer)
            if viewer.stuck_since is None:
                viewer.stuck_since = self._clock.seconds()

    def drained(self, viewer: Viewer) -> None:
        """Send a viewer with an empty socket what it has not seen, until it is full or level."""
        group = viewer.group
        if viewer.level or viewer not in group.viewers:
            return
        viewer.stuck_since = None
        cursor = viewer.cursor
        until = self._clock.seconds() + _TURN
        while cursor.behind:
            if cursor.seq < self._world.seq and self._clock.seconds() > until:
                return self._wait(viewer)
            payload = cursor.take(self._snapshot(group).pages if cursor.fresh else None)
            if payload is None:
                break
            self._write([viewer], *self._own_frame(viewer, payload))
            if viewer.stuck_since is not None:
                return
        if group.cursor.seq < cursor.seq:
            # The others see these changes with the next flush; the viewer will see them twice,
            # which does no harm: the newest value stays.
            self.stir()
        viewer.level = True
        if viewer.deflate:
            group.stream.renew()
            group.deflated[viewer] = None
        else:
            group.plain[viewer] = None

    def write(self, viewer: Viewer, data: bytes) -> None:
        """Write a frame that is for this viewer alone, in order with its news."""
        if viewer.level:
            self._write([viewer], data, shared=False)
        else:
            self.full(viewer)
            viewer.wire.send_later(data)

    def _fall_behind(self, viewer: Viewer) -> None:
        if viewer.level:
            viewer.level = False
            viewer.group.plain.pop(viewer, None)
            viewer.group.deflated.pop(viewer, None)
            viewer.cursor.level(viewer.group.cursor.seq)

    def _wait(self, viewer: Viewer) -> None:
        """Let others have a turn before this viewer's next page."""
        if not viewer.waits:
            viewer.waits = True
            self._clock.callLater(0, self._go_on, viewer)

    def _go_on(self, viewer: Viewer) -> None:
        viewer.waits = False
        if viewer.stuck_since is None:
            self.drained(viewer)

    def _own_frame(self, viewer: Viewer, payload: bytes) -> tuple[bytes, bool]:
        """Return a frame of a viewer that is catching up, and whether others get the same bytes.

        It may lean on nothing sent before.
        """
        snapshot = viewer.group.snapshot
        shared = snapshot.framed(payload, viewer.deflate) if snapshot is not None else None
        if shared is not None:
            return shared, True
        return Deflate().frame(payload) if viewer.deflate else frame(payload), False

    def _snapshot(self, group: Group) -> Snapshot:
        now = self._clock.seconds()
        if group.snapshot is None or now - group.snapshot.taken > _SHARED_SNAPSHOT:
            fresh = Cursor(self._world, group.sight, page_bytes=self._pace.page)
            group.snapshot = Snapshot(now, fresh.pages())
        return group.snapshot

    # -- news go out

    def stir(self) -> None:
        """Look for news. The first news after a quiet time goes out at once."""
        if self._due is not None:
            return
        wait = self._next - self._clock.seconds()
        if wait <= 0:
            self.flush()
        else:
            self._due = self._clock.callLater(wait, self._tick)

    def _tick(self) -> None:
        self._due = None
        self.flush()

    def flush(self) -> None:
        """Send all that changed since the last flush."""
        sent = False
        began = self._clock.seconds()
        for group in list(self._groups.values()):
            while (payload := group.cursor.take()) is not None:
                sent = True
                self._broadcast(group, payload)
        if sent:
            ended, pace = self._clock.seconds(), self._pace
            rest = min(2 * (ended - began), pace.tick_max)  # a third of the time at most
            self._next = max(began + pace.tick, ended + rest)

    def beat(self) -> None:
        """Tell every level viewer that we are alive, and let go of those stuck for too long."""
        now = self._clock.seconds()
        for group in list(self._groups.values()):
            self._broadcast(group, protocol.beat(self._wall(), group.cursor.seq))
            if group.snapshot is not None and now - group.snapshot.taken > _SHARED_SNAPSHOT:
                group.snapshot = None  # it may be large
            for viewer in list(group.viewers):
                stuck = viewer.stuck_since
                if stuck is not None and now - stuck > self._pace.patience:
                    self.too_slow += 1
                    self.leave(viewer)
                    viewer.wire.too_slow()

    def stop(self) -> None:
        """Send nothing any more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _broadcast(self, group: Group, payload: bytes) -> None:
        plain, deflated = group.frames(payload)
        if plain:
            self._write(list(group.plain), plain)
        if deflated:
            self._write(list(group.deflated), deflated)

    def _write(self, viewers: list[Viewer], data: bytes, shared: bool = True) -> None:
        """Write a frame, in the one place where news leave.

        Viewers with full sockets fall behind.
        """
        size = len(data)
        for viewer in viewers:
            try:
                sent = viewer.send(data)
            except OSError:  # full (EAGAIN), or broken: then the transport will find out
                sent = 0
            if sent != size:
                self.full(viewer)
                viewer.wire.send_later(memoryview(data)[sent:] if shared else data[sent:])
        self.frames_sent += len(viewers)
