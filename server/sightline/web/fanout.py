"""Send news to every browser: one frame per group and tick, the same bytes to all of them.

Viewers with equal scope form a group. A viewer whose socket has room is *level*: it gets the
group's frames. One whose socket is full is *behind*: it gets nothing until it drains, then catches
up from its own cursor, page by page, and joins the level ones again. So nothing is ever queued
for a slow viewer but the one frame that did not fit.

The frames to level viewers are written to their sockets directly: for small writes to many
connections Twisted's buffered transport costs five times as much (decisions/0001). Whatever does
not fit goes through the transport as usual. TLS connections always take the transport.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sightline.auth.permissions import VisibleScope
from sightline.live import protocol
from sightline.live.cursor import Cursor
from sightline.live.world import World
from sightline.web.pace import FlushSchedule, Pace
from sightline.web.viewers import Group, Viewer, Wire

_TURN = 0.005  # s after which one viewer's catching up lets others have a turn
_SLICE = 0.010  # s after which news to many viewers let others have a turn: a stop must not wait
_AT_ONCE = 50  # viewers written to between two looks at the clock


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
        self._schedule = FlushSchedule(pace)
        self._due: IDelayedCall | None = None
        self._work: Iterator[None] | None = None  # the sending that is going on
        self._slice: IDelayedCall | None = None  # its next slice
        self._slice_ends = 0.0
        self._flushed = 0  # the world's seq at the last flush
        self._beat_waits = False  # for the end of that
        self.frames_sent = self._bytes_sent = 0
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

    def epoch(self, scope: VisibleScope) -> str:
        """Return the name of the numbering for viewers of this scope.

        A viewer who comes back with another scope starts afresh: else what was hidden before
        would stay unseen, and what is hidden now would stay seen.
        """
        return self._world.epoch + (f".{scope.mark}" if scope.mark else "")

    # -- viewers come and go

    def join(
        self, connection: Wire, scope: VisibleScope, epoch: str | None, seq: int, *, deflate: bool
    ) -> Viewer:
        """Let in a browser whose picture stands at ``seq`` of ``epoch``, with what ``scope`` may
        see.

        Snapshot and subscription are one act: no change can fall between.
        """
        epoch = self._world.epoch if epoch == self.epoch(scope) else None
        group = self._groups.get(scope)
        if group is None:
            group = self._groups[scope] = Group(self._world, scope, self._pace.page)
        cursor = Cursor(self._world, scope, page_bytes=self._pace.page)
        cursor.resume(epoch, seq)
        viewer = Viewer(group, cursor, connection, deflate=deflate)
        group.viewers.add(viewer)
        self.drained(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a browser that is gone, or about to be."""
        group = viewer.group
        viewer.fall_behind()
        viewer.stuck_since = None
        group.viewers.discard(viewer)
        if not group.viewers:
            self._groups.pop(group.scope, None)

    def full(self, viewer: Viewer) -> None:
        """Note that the viewer's socket takes no more."""
        if viewer in viewer.group.viewers:
            viewer.fall_behind()
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
                if not viewer.waits:  # others have a turn before its next page
                    viewer.waits = True
                    self._clock.callLater(0, self._go_on, viewer)
                return
            payload = cursor.take(
                group.snapshot_of(self._clock.seconds()).pages if cursor.fresh else None
            )
            if payload is None:
                break
            self._write([viewer], *viewer.own_frame(payload))
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
        if (owed := viewer.group.owed.pop(viewer, None)) is not None:
            self._write([viewer], owed)
        if viewer.level:
            self._write([viewer], data, shared=False)
        else:
            self.full(viewer)
            viewer.wire.send_later(data)

    def _go_on(self, viewer: Viewer) -> None:
        viewer.waits = False
        if viewer.stuck_since is None:
            self.drained(viewer)

    # -- news go out

    def stir(self) -> None:
        """Look for news. The first news after a quiet time goes out at once."""
        if self._due is not None or self._work is not None:
            return
        if wait := self._schedule.wait(self._clock.seconds()):
            self._due = self._clock.callLater(wait, self._tick)
        else:
            self.flush()

    def _tick(self) -> None:
        self._due = None
        self.flush()

    def flush(self) -> None:
        """Send all that changed since the last flush: now, or in slices if that takes long."""
        if self._work is None:
            self._begin(self._news())

    def beat(self) -> None:
        """Tell every level viewer that we are alive, and let go of those stuck for too long."""
        if self._work is None:
            self._begin(self._beats())
        else:
            self._beat_waits = True

    # Sending to thousands of viewers takes tens of ms. It is cut into slices, between which the
    # reactor serves everybody else. One sending goes on at a time, so that frames keep their order;
    # a viewer that is still owed the frame stands before it (`Group.owed`).

    def _begin(self, work: Iterator[None]) -> None:
        self._work = work
        self._send_slice()

    def _send_slice(self) -> None:
        self._slice, work = None, self._work
        assert work is not None
        self._slice_ends = self._clock.seconds() + _SLICE
        try:
            for _ in work:
                self._slice = self._clock.callLater(0, self._send_slice)
                return
        finally:
            if self._slice is None:
                self._work = None
        if self._beat_waits:
            self._beat_waits = False
            self._begin(self._beats())
        elif self._world.seq > self._flushed:
            self.stir()

    def _news(self) -> Iterator[None]:
        end = self._flushed = self._world.seq
        seconds = self._clock.seconds
        sent, waited, began = False, 0.0, seconds()
        frames, size = self.frames_sent, self._bytes_sent
        for group in list(self._groups.values()):
            if (left := seconds()) > self._slice_ends:
                yield
                waited += seconds() - left
            before = group.cursor.seq
            while (payload := group.cursor.take()) is not None:
                sent = True
                for _ in self._broadcast(group, payload, before):
                    left = seconds()
                    yield
                    waited += seconds() - left
                before = group.cursor.seq
                if before >= end and self._world.seq > end:
                    break  # what changed between two slices is sent by the next flush
        if sent:
            ended, frames = seconds(), max(1, self.frames_sent - frames)
            each = (self._bytes_sent - size) / frames
            self._schedule.flushed(ended, ended - began - waited, each)

    def _beats(self) -> Iterator[None]:
        now = self._clock.seconds()
        for group in list(self._groups.values()):
            if self._clock.seconds() > self._slice_ends:
                yield
            seq = group.cursor.seq
            yield from self._broadcast(group, protocol.beat(self._wall(), seq), seq)
            group.drop_old_snapshot(now)
            for viewer in list(group.viewers):
                stuck = viewer.stuck_since
                if stuck is not None and now - stuck > self._pace.stall_timeout:
                    self.too_slow += 1
                    self.leave(viewer)
                    viewer.wire.too_slow()

    def stop(self) -> None:
        """Send nothing any more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._slice is not None:
            self._slice.cancel()
            self._slice = None

    def _broadcast(self, group: Group, payload: bytes, before: int) -> Iterable[None]:
        """Write a frame to the level viewers of a group; to many, as the result is iterated.

        ``before`` is where they stand without it.
        """
        plain, deflated = group.frames(payload)
        if len(group.plain) + len(group.deflated) > _AT_ONCE:
            return self._write_in_slices(group, plain, deflated, before)
        if plain:
            self._write(list(group.plain), plain)
        if deflated:
            self._write(list(group.deflated), deflated)
        return ()

    def _write_in_slices(
        self, group: Group, plain: bytes, deflated: bytes, before: int
    ) -> Iterator[None]:
        group.owed, interrupted = {}, False
        lists = [(list(group.plain), plain), (list(group.deflated), deflated)]
        for number, (viewers, data) in enumerate(lists):
            for at in range(0, len(viewers), _AT_ONCE):
                if self._clock.seconds() > self._slice_ends:
                    if not interrupted:
                        group.owed = dict.fromkeys(viewers[at:], data)
                        if not number:
                            group.owed |= dict.fromkeys(*lists[1])
                        group.owed_from, interrupted = before, True
                    yield
                some = viewers[at : at + _AT_ONCE]
                if interrupted:  # some have left, fallen behind or got it with a frame of their own
                    some = [v for v in some if group.owed.pop(v, None) is not None]
                self._write(some, data)

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
        self._bytes_sent += size * len(viewers)
