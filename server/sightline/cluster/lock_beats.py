"""Keep the locks that we hold, by a beat each, and hear with its answer who wants one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sightline.cluster.lock_store import LockStore
from sightline.cluster.locks import Lock, LockRequest, Locks
from sightline.cluster.store_calls import StoreCalls


class LockBeats:
    """Beats of the locks of ``rules``, and what they carry.

    ``lost`` is called with a lock that another has taken, and why; ``wanted``, once, with each
    request for a lock that we hold; ``hint`` when the other servers have a reason to look.
    """

    def __init__(
        self,
        clock: Any,
        store: LockStore,
        rules: Locks,
        calls: StoreCalls,
        lost: Callable[[Lock, str], None],
        wanted: Callable[[str, LockRequest], None],
        hint: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._store = store
        self._rules = rules
        self._calls = calls
        self._lost, self._wanted, self._hint = lost, wanted, hint
        self._beating: set[str] = set()
        self._notices: dict[str, str] = {}
        self._declined: dict[str, str] = {}
        self._heeded: dict[str, str] = {}

    def begin(self, name: str) -> None:
        """Forget what was said about this lock: it is held for somebody else now."""
        self._notices.pop(name, None)
        self._declined.pop(name, None)

    def tell(self, name: str, told: str) -> None:
        """Let the others know this of it (JSON), with the next beat, at first at once."""
        first = name not in self._notices
        self._notices[name] = told
        if first:
            self.beat(name, news=True)

    def decline(self, name: str, n: str) -> None:
        """Say no to the request of this number, at once."""
        self._declined[name] = n
        self.beat(name, news=True)

    def beat(self, name: str, *, news: bool = False) -> None:
        """Beat now, if it is ours and no beat is under way; with ``news``, the others look."""
        lock = self._rules.get(name)
        holds = self._rules.holds(name, self._clock.seconds())
        if lock is not None and holds and name not in self._beating:
            self._beating.add(name)
            self._calls.begin(self._beat(lock, news), lambda: self._beating.discard(name))

    def heed(self, lock: Lock) -> None:
        """Tell of a request for a lock of ours, unless it was told already."""
        want = lock.wanted
        if want is not None and self._heeded.get(lock.name) != want.n:
            self._heeded[lock.name] = want.n
            self._wanted(lock.name, want)

    async def _beat(self, lock: Lock, news: bool) -> None:
        name, asked = lock.name, self._clock.seconds()
        told, declined = self._notices.get(name, ""), self._declined.get(name, "")
        beaten = await self._store.beat(lock, told, declined)
        self._calls.answered()
        if beaten is None:
            now = self._rules.get(name)
            if now is not None and (now.holder, now.fence) == (lock.holder, lock.fence):
                self._lost(lock, "another server has taken it")
        elif self._rules.beaten(beaten, asked, self._clock.seconds()):
            self.heed(beaten)
            if news:
                self._hint()
