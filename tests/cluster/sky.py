"""A store of locks far away: answers take time, some are lost, a server may be cut off from it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from sightline.cluster.lock_client import LockClient
from sightline.cluster.lock_store import LockStore
from sightline.cluster.lock_table import LockTable
from sightline.cluster.locks import Lock, LockRequest
from sightline.model.faults import Unavailable

T = TypeVar("T")


class MemoryTable:
    """Locks as `LockTable` keeps them, in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[str, Lock] = {}

    def change(self, was: Lock, same: bool, **changes: Any) -> Lock | None:
        row = self.rows.get(was.name, Lock(was.name))
        if same and (row.holder, row.fence) != (was.holder, was.fence):
            return None
        if not same and (row.holder, row.fence, row.beat) != (was.holder, was.fence, was.beat):
            return None
        self.rows[was.name] = changed = replace(row, **changes)
        return changed

    def all(self) -> list[Lock]:
        return list(self.rows.values())

    def get(self, name: str) -> Lock | None:
        return self.rows.get(name)

    def take(self, was: Lock, me: str, who: str) -> Lock | None:
        changes = {"holder": me, "who": who, "fence": was.fence + 1, "beat": 0}
        empty = {"told": "", "declined": "", "wanted": None}
        return self.change(was, False, **changes, **empty)

    def beat(self, lock: Lock, told: str, declined: str) -> Lock | None:
        row = self.rows[lock.name]
        return self.change(lock, True, beat=row.beat + 1, told=told, declined=declined)

    def release(self, lock: Lock) -> None:
        row = self.rows[lock.name]
        self.change(lock, True, holder="", beat=row.beat + 1)

    def want(self, lock: Lock, want: LockRequest | None) -> bool:
        return self.change(lock, True, wanted=want) is not None


class Sky:
    """The rows, by the true time. ``dice`` says how long each way takes (s) and what is lost.

    ``table`` holds them: in memory, unless it is a real engine's.
    """

    def __init__(
        self,
        dice: random.Random,
        slow: float = 0.0,
        lossy: float = 0.0,
        table: MemoryTable | LockTable | None = None,
    ) -> None:
        self.clock = Clock()
        self.table = table or MemoryTable()
        self._dice = dice
        self._slow = slow
        self._lossy = lossy

    async def asked(self, who: Server, do: Callable[[], T]) -> T:
        """One request of this server and its answer."""
        if self._slow:
            await deferLater(self.clock, self._dice.random() * self._slow)
        if who.cut or self._dice.random() < self._lossy:
            raise Unavailable("it never came there")
        done = do()
        if self._slow:
            await deferLater(self.clock, self._dice.random() * self._slow)
        if who.cut or self._dice.random() < self._lossy:
            raise Unavailable("the answer was lost")
        return done


@dataclass
class Server:
    """One of the servers, with a clock that runs a little fast or slow."""

    sky: Sky
    label: str
    rate: float = 1.0
    cut: bool = False
    frozen: bool = False
    clock: Clock = field(default_factory=Clock)
    lost: list[str] = field(default_factory=list)
    wanted: list[LockRequest] = field(default_factory=list)
    leaders: list[float] = field(default_factory=list)
    hint: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.clock.rightNow = hash(self.label) % 1000  # nobody's clock means anything to another
        store: LockStore = self
        self.client = LockClient(
            self.clock,
            store,
            self.label,
            hint=lambda: self.hint(),
            leader_seen=self.leaders.append,
        )
        self.client.listen(
            lost=lambda name, why: self.lost.append(name),
            wanted=lambda name, want: self.wanted.append(want),
        )
        self.client.startService()

    def passes(self, seconds: float) -> None:
        """Time goes by, also for who is frozen."""
        if self.frozen:
            self.clock.rightNow += seconds * self.rate
        else:
            self.clock.advance(seconds * self.rate)

    def does(self, work: Any) -> Deferred[Any]:
        return work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)

    # -- as the store that it asks

    async def all(self) -> list[Lock]:
        return await self.sky.asked(self, self.sky.table.all)

    async def get(self, name: str) -> Lock | None:
        return await self.sky.asked(self, lambda: self.sky.table.get(name))

    async def take(self, was: Lock, me: str, who: str) -> Lock | None:
        return await self.sky.asked(self, lambda: self.sky.table.take(was, me, who))

    async def beat(self, lock: Lock, told: str, declined: str) -> Lock | None:
        return await self.sky.asked(self, lambda: self.sky.table.beat(lock, told, declined))

    async def release(self, lock: Lock) -> None:
        await self.sky.asked(self, lambda: self.sky.table.release(lock))

    async def want(self, lock: Lock, want: LockRequest | None) -> bool:
        return await self.sky.asked(self, lambda: self.sky.table.want(lock, want))


def pass_time(sky: Sky, servers: list[Server], seconds: float, step: float = 0.05) -> None:
    """The true time, in small steps."""
    for _ in range(round(seconds / step)):
        sky.clock.advance(step)
        for server in servers:
            server.passes(step)
