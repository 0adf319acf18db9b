"""Bring viewers up to date: a viewer is a cursor into the world's numbering.

A cursor is asked for the next page of news until it is no longer behind. Whether that is a
snapshot, a resume, a catch-up or live news depends on nothing but where it stands. While a socket
is full nobody asks, so nothing piles up: the cursor just stays behind and later gets the newest
value of what changed, once.
"""

from __future__ import annotations

from collections import Counter

from sightline.auth.permissions import VisibleScope
from sightline.live import protocol
from sightline.live.world import World
from sightline.model.kind import kind_of


class Pages:
    """The changes from one number up to the present, cut into frames of a bounded size.

    Pages are built when first asked for and may be shared by all cursors that start at the same
    number with the same scope. What changes again while they are being sent is left out of the
    pages still to be built: it has a higher number and comes with the next ones.
    """

    def __init__(
        self, world: World, scope: VisibleScope, start: int, *, whole: bool, page_bytes: int
    ) -> None:
        self.start = start
        self.end = world.seq
        self._world = world
        self._whole = whole
        self._page_bytes = page_bytes
        entries = world.since(start)
        if not scope.all:
            entries = [entry for entry in entries if scope.sees(entry.key)]
        if whole:  # nobody misses what a fresh picture never had
            entries = [entry for entry in entries if entry.state is not None]
        self._entries = entries
        self._next = 0  # first entry not yet on a page
        self._pages: list[tuple[int, bytes]] = []

    def page(self, number: int) -> tuple[int, bytes] | None:
        """Page ``number`` and the seq a viewer stands at after it; None past the last page."""
        while len(self._pages) <= number:
            page = self._build()
            if page is None:
                return None
            self._pages.append(page)
        return self._pages[number]

    def holds(self, frame: bytes) -> bool:
        """Tell whether ``frame`` is one of these pages, the very same object."""
        return any(page is frame for _, page in self._pages)

    def _build(self) -> tuple[int, bytes] | None:
        things: list[bytes] = []
        missed: Counter[str] = Counter()
        size, at, last = 0, self._next, len(self._entries)
        while at < last and size < self._page_bytes:
            entry = self._entries[at]
            at += 1
            if entry.state is None and entry.born > self.start:
                missed[kind_of(entry.key)] += 1  # came and went before the viewer could see it
                continue
            if not self._world.current(entry):
                if entry.born > self.start and not self._whole and entry.key not in self._world:
                    missed[kind_of(entry.key)] += 1
                continue
            things.append(entry.wire)
            size += len(entry.wire) + 1
        self._next = at
        more = at < last
        seq = self._entries[at - 1].seq if more else self.end
        clear = self._whole and not self._pages
        if not (things or missed or clear):
            return None
        return seq, protocol.news(things, seq, whole=clear, more=more, missed=missed)


class Cursor:
    """The place of one viewer, or of a group of viewers that are level, in the numbering."""

    def __init__(self, world: World, scope: VisibleScope, *, page_bytes: int = 256 * 1024) -> None:
        self.scope = scope
        self.seq = 0
        self._world = world
        self._page_bytes = page_bytes
        self._whole = True
        self._pages: Pages | None = None
        self._turned = 0

    def resume(self, epoch: str | None, seq: int) -> None:
        """Start at the number of a browser's picture, if news can bring that up to date.

        At 0 a browser has no picture of this epoch, but maybe one of another: that gets cleared.
        """
        self._pages = None
        self._whole = seq <= 0 or not self._world.reaches(epoch, seq)
        self.seq = 0 if self._whole else seq

    def level(self, seq: int) -> None:
        """Stand at ``seq`` with a complete picture, as after the last page."""
        self._pages, self._whole, self.seq = None, False, seq

    @property
    def fresh(self) -> bool:
        """Tell whether the next page is the first of a whole snapshot."""
        return self._whole and self._pages is None

    @property
    def behind(self) -> bool:
        """Tell whether there may be news for it."""
        return self._pages is not None or self._whole or self.seq < self._world.seq

    def take(self, shared: Pages | None = None) -> bytes | None:
        """Return the next frame of news, or None when it is level with the world.

        ``shared`` are pages others read too; they must start where this cursor stands.
        """
        while self.behind:
            if self._pages is None:
                if not self._whole and not self._world.reaches(self._world.epoch, self.seq):
                    self._whole, self.seq = True, 0  # it slept past the horizon
                self._pages = shared or self.pages()
                self._turned = 0
                shared = None
            page = self._pages.page(self._turned)
            if page is not None:
                self._turned += 1
                self.seq, frame = page
                self._whole = False
                return frame
            self.seq, self._pages, self._whole = self._pages.end, None, False
        return None

    def pages(self) -> Pages:
        """Return pages from where this cursor stands to the present."""
        return Pages(
            self._world,
            self.scope,
            self.seq,
            whole=self._whole,
            page_bytes=self._page_bytes,
        )
