"""Hold the world: the present state of every thing, with the number of its last change.

The things are kept in the order of those numbers, so "what has changed since n" is a walk from
the end. That one question serves the snapshot (n = 0), the resume after a reconnect and the
catch-up of a slow viewer; see `sightline.live.cursor`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping

import msgspec

from sightline.live import protocol
from sightline.live.quotas import OverQuota, Sender, Senders, WorldFull
from sightline.model.kind import State, Update, kind_of

__all__ = ["OverQuota", "Watcher", "World", "WorldEntry", "WorldFull"]


Watcher = Callable[[str, State | None, State | None], None]
"""Is told a thing's key, and its state before and after a change; None: it was not there."""


class WorldEntry(msgspec.Struct, eq=False, gc=False):
    """One thing at one number. ``state`` None is a tombstone: the thing is gone.

    One is made for every message: a struct is made three times as quickly as an object with
    slots. (``gc``: nothing that it refers to leads back to it.)
    """

    key: str
    seq: int
    state: State | None
    born: int
    """The number at which the thing first appeared."""
    kind: str
    """The kind in its key."""
    sender: Sender | None = None
    """Who accounts for it; None: it is ours."""
    weight: int = 0
    """Bytes that the sender accounts for."""
    _wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """Return its bytes in a news frame, encoded when first wanted and only once."""
        if self._wire is None:
            self._wire = protocol.thing(self.key, self.seq, self.state)
        return self._wire


class World:
    """The present state of all things.

    ``epoch`` names this numbering: a browser that knows another one starts afresh. ``horizon`` is
    how many tombstones are kept; a cursor from before the oldest gets everything anew.
    ``capacity`` bounds the things and ``room`` their bytes (`State.weight`), ``rooms`` those of
    some kinds, and so the memory of the server and of every viewer; ``senders`` bounds what each
    may take of it. What is ours (`sightline.live.quotas`) is not counted.
    """

    def __init__(
        self,
        epoch: str,
        *,
        horizon: int = 10_000,
        capacity: int = 200_000,
        room: int = 1 << 62,
        rooms: Mapping[str, int] | None = None,
        senders: Senders | None = None,
    ) -> None:
        self.epoch = epoch
        self.seq = 0
        self._entries: dict[str, WorldEntry] = {}  # in the order of seq
        self._horizon = horizon
        self._capacity = capacity
        self._tombstones: OrderedDict[str, WorldEntry] = OrderedDict()  # the oldest first
        self.room = room
        self._rooms = dict(rooms or {})
        self.senders = Senders() if senders is None else senders
        self._counted = 0  # things that are not ours
        self.bytes = 0
        """What they weigh."""
        self.bytes_of = dict.fromkeys(self._rooms, 0)
        """The same, of the kinds in ``rooms``."""
        self._watchers: dict[str, list[Watcher]] = {}
        self._forgotten = 0  # number of the youngest tombstone let go

    def __len__(self) -> int:
        return len(self._entries) - len(self._tombstones)

    def __contains__(self, key: str) -> bool:
        return self.state(key) is not None

    def __iter__(self) -> Iterator[tuple[str, State]]:
        for entry in self._entries.values():
            if entry.state is not None:
                yield entry.key, entry.state

    def all_keys(self) -> list[str]:
        """Return the keys of all things, and of some that are gone, the one that changed last at
        the end.

        A copy, so that it can be walked in pieces while the world changes. It costs little.
        """
        return list(self._entries)

    def state(self, key: str) -> State | None:
        """Return a thing's present state; None when there is no such thing."""
        entry = self._entries.get(key)
        return None if entry is None else entry.state

    @property
    def lookup(self) -> Callable[[str], WorldEntry | None]:
        """Return what finds a thing's entry, for who asks for every message (half of `state`)."""
        return self._entries.get

    def sender(self, key: str) -> Sender | None:
        """Return the sender that accounts for this thing; None: it has no quota."""
        entry = self._entries.get(key)
        return None if entry is None else entry.sender

    def watch(self, kind: str, watcher: Watcher) -> None:
        """Tell ``watcher`` of each change of a thing of this kind, at once.

        It may change other things in turn. It must not raise.
        """
        self._watchers.setdefault(kind, []).append(watcher)

    def fold(self, update: Update, row: bool = False) -> bool:
        """Let a reading change its thing. Says whether anything changed.

        ``row``: something of it goes into history, which its sender may have so much of a day.
        Raises `WorldFull` when there is no room, `OverQuota` when there is none for its sender.
        """
        key = update.thing
        entry = self._entries.get(key)
        if entry is None:
            before = None
        else:
            before = entry.state
            if row and (sender := entry.sender) is not None:
                if sender.rows <= 0:
                    raise sender.over("rows")
                sender.rows -= 1
        after = update.onto(before)
        if after is before or after == before:
            return False
        if after is None:
            self.remove(key)
        elif before is None:
            self._add(key, after, entry)
        else:
            self._change(after, entry)  # type: ignore[arg-type]  # with a state it is an entry
        return True

    def put(self, key: str, state: State) -> None:
        """Set the state of thing ``key``, which takes the next number.

        Raises `WorldFull` when there is no room, `OverQuota` when there is none for its sender.
        """
        old = self._entries.get(key)
        if old is None or old.state is None:
            self._add(key, state, old)
        else:
            self._change(state, old)

    def _add(self, key: str, state: State, former: WorldEntry | None) -> None:
        """Put a new thing; ``former`` is the tombstone of its former life, if there is one."""
        kind, weight, sender = kind_of(key), 0, self.senders.of(key)
        if sender is not None:
            weight = state.weight
            self._enter(kind, sender, weight)
        seq = born = self.seq + 1
        if former is not None:
            del self._tombstones[key]
            born = former.born  # of its first life, which somebody may still be looking at
            del self._entries[key]
        self.seq = seq
        self._entries[key] = WorldEntry(key, seq, state, born, kind, sender, weight)
        for watcher in self._watchers.get(kind, ()):
            watcher(key, None, state)

    def _change(self, state: State, old: WorldEntry) -> None:
        """Put another state of a thing that is there. This is done for every message."""
        key, kind, sender, weight = old.key, old.kind, old.sender, old.weight
        if sender is not None and (now := state.weight) != weight:
            self._grow(kind, sender, now - weight)
            weight = now
        self.seq = seq = self.seq + 1
        del self._entries[key]  # so that it is put at the end
        self._entries[key] = WorldEntry(key, seq, state, old.born, kind, sender, weight)
        for watcher in self._watchers.get(kind, ()):
            watcher(key, old.state, state)

    def _enter(self, kind: str, sender: Sender, weight: int) -> None:
        """Count a new thing. Raises `WorldFull`."""
        if self._counted >= self._capacity or self._is_full(kind, weight):
            raise WorldFull
        sender.enter(kind, weight)
        self._counted += 1
        self._weigh(kind, weight)

    def _grow(self, kind: str, sender: Sender, more: int) -> None:
        """Count what a thing weighs more (or less) than before. Raises `WorldFull`."""
        if more > 0:
            if sender.bytes + more > sender.quota.bytes:
                raise sender.over("bytes")
            if self._is_full(kind, more):
                raise WorldFull
        sender.bytes += more
        self._weigh(kind, more)

    def _is_full(self, kind: str, more: int) -> bool:
        return self.bytes + more > self.room or (
            kind in self._rooms and self.bytes_of[kind] + more > self._rooms[kind]
        )

    def _weigh(self, kind: str, more: int) -> None:
        self.bytes += more
        if kind in self.bytes_of:
            self.bytes_of[kind] += more

    def remove(self, key: str) -> None:
        """Remove thing ``key``, which leaves a tombstone. Do nothing if there is none."""
        old = self._entries.get(key)
        if old is None or old.state is None:
            return
        if old.sender is not None:
            old.sender.leave(old.kind, old.weight)
            self._counted -= 1
            self._weigh(old.kind, -old.weight)
        del self._entries[key]
        self.seq = seq = self.seq + 1
        self._entries[key] = tombstone = WorldEntry(key, seq, None, old.born, old.kind)
        self._tombstones[key] = tombstone
        if len(self._tombstones) > self._horizon:
            _, oldest = self._tombstones.popitem(last=False)
            del self._entries[oldest.key]
            self._forgotten = oldest.seq
        for watcher in self._watchers.get(old.kind, ()):
            watcher(key, old.state, None)

    def reaches(self, epoch: str | None, seq: int) -> bool:
        """Tell whether a picture at ``seq`` of ``epoch`` can be brought up to date by changes
        alone.
        """
        return epoch == self.epoch and self._forgotten <= seq <= self.seq

    def since(self, seq: int) -> list[WorldEntry]:
        """Return everything that changed after ``seq``, oldest change first."""
        if seq <= 0:
            return list(self._entries.values())
        changed = []
        for entry in reversed(self._entries.values()):
            if entry.seq <= seq:
                break
            changed.append(entry)
        changed.reverse()
        return changed

    def current(self, entry: WorldEntry) -> bool:
        """Tell whether ``entry`` is still the newest of its thing."""
        return self._entries.get(entry.key) is entry
