"""Decide which of several servers may act for all, robot by robot: the rules, without I/O.

A *lock* is a row in a store that all servers share. It is changed by conditional writes only: who
changes it says how it was (holder, fence, beat), and is refused when it is not so any more.

    who         may                         when
    ---------   -------------------------   ----------------------------------------------------
    anybody     take it (fence + 1)         nobody holds it; or it has not changed since *this*
                                            server first saw it as it is, `DEAD_AFTER` ago
    its holder  beat (beat + 1), each       always; what it does rests on the lock until `HOLD`
                `BEAT`                      after the last beat that was granted was *asked* for
    its holder  let go (beat + 1)           when all is said that it had to say

So nobody compares two machines' clocks: a beat is seen by others after it was asked, `HOLD` is
shorter than `DEAD_AFTER`, and therefore the holder has stopped acting before another may begin. A
server that hung, was frozen or cut off finds, whenever it goes on, that its time is over.

Time (``now``) is monotonic s, each server's own, and passed in.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

BEAT = 1.0
"""A holder beats so often (s)."""
HOLD = 2.5
"""And acts no longer than this (s) after it asked for the last beat that was granted."""
DEAD_AFTER = 4.0
"""Others wait until it has not changed for so long (s)."""


class LockRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request of another server for a lock.

    ``n`` names this request. ``over``: they need not ask the holder.
    """

    by: str
    who: str
    n: str
    over: bool = False

    def goes_before(self, there: LockRequest | None) -> bool:
        """Tell whether to put it down where ``there`` stands: one request at a time, and a
        take-over goes before a question.
        """
        return there is None or (self.over and not there.over)


class Lock(msgspec.Struct, frozen=True):
    """A lock as it stands in the store.

    ``holder`` is one run of one server, empty: nobody. ``fence`` is greater with each holder, and
    ``(fence, beat)`` with each change but those of ``wanted``. ``who`` is whom it is held for,
    ``told`` what the holder tells the others about it (JSON). ``declined`` is the `LockRequest.n`
    that the holder said no to.
    """

    name: str
    holder: str = ""
    fence: int = 0
    beat: int = 0
    who: str = ""
    told: str = ""
    wanted: LockRequest | None = None
    declined: str = ""

    @property
    def server(self) -> str:
        """Return the holder's name among the servers."""
        return self.holder.partition("/")[0]

    @property
    def age(self) -> tuple[int, int]:
        """Return what grows with each change."""
        return self.fence, self.beat


class HeldElsewhere(Exception):
    """Another server holds the lock."""

    def __init__(self, lock: Lock) -> None:
        super().__init__(lock.name)
        self.lock = lock


class Declined(Exception):
    """The holder wants to keep the lock."""


class Locks:
    """One server's knowledge of all locks. ``me`` is this run of it."""

    def __init__(self, me: str) -> None:
        self.me = me
        self._known: dict[str, Lock] = {}
        self._since: dict[str, float] = {}
        self._until: dict[str, float] = {}

    # -- what becomes known

    def saw(self, lock: Lock, now: float) -> bool:
        """Take in a lock as it stands in the store; return whether that takes it from us."""
        before = self._known.get(lock.name)
        if before is not None and lock.age < before.age:
            return False  # an answer that was overtaken
        if before is None or lock.age != before.age:
            self._since[lock.name] = now
        self._known[lock.name] = lock
        if lock.holder == self.me or lock.name not in self._until:
            return False
        del self._until[lock.name]
        return True

    def granted(self, lock: Lock, asked: float, now: float) -> None:
        """Note that we hold it, by what we asked for at ``asked``."""
        self.saw(lock, now)
        if self._known[lock.name] is lock:
            self._until[lock.name] = max(asked + HOLD, self._until.get(lock.name, 0.0))

    def beaten(self, lock: Lock, asked: float, now: float) -> bool:
        """Note a beat, as `granted`; return False if we have let go of it meanwhile."""
        if lock.name not in self._until:
            return False
        self.granted(lock, asked, now)
        return True

    def let_go(self, name: str) -> None:
        """Act on it no more, whatever the store says."""
        self._until.pop(name, None)

    # -- how it stands

    def holds(self, name: str, now: float) -> bool:
        """Tell whether we may act on it now. Safe to ask from any thread."""
        return now < self._until.get(name, 0.0)

    def held(self) -> list[Lock]:
        """Return the locks we hold, or have to give back because our time was over."""
        return [self._known[name] for name in self._until]

    def get(self, name: str) -> Lock | None:
        """Return a lock as last seen."""
        return self._known.get(name)

    def elsewhere(self, name: str, now: float) -> Lock | None:
        """Return the lock, if another server holds it."""
        lock = self._known.get(name)
        if lock is None or lock.holder in ("", self.me):
            return None
        return lock if now - self._since[name] < DEAD_AFTER else None

    def all_elsewhere(self, now: float) -> Iterable[Lock]:
        """Return every lock that another server holds."""
        return [lock for name in self._known if (lock := self.elsewhere(name, now)) is not None]

    def to_take(self, name: str, now: float) -> Lock:
        """Tell how it must still stand when we take it. Raises `HeldElsewhere`."""
        lock = self.elsewhere(name, now)
        if lock is not None:
            raise HeldElsewhere(lock)
        return self._known.get(name) or Lock(name)
