"""Run history as a service: open the store, bring the world back, record, delete what is old.

opened ── restored ── keeping ── drained ── closed
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.accounts.service import AccountService
from sightline.cluster.leader import Leadership
from sightline.console.charts import Stored
from sightline.contract.errors import Refused
from sightline.database.trouble import Degraded
from sightline.driving.states import CommandLogEntry
from sightline.history.log.indexer import Indexer
from sightline.history.memory import MemoryStore
from sightline.history.pending_records import Bounds
from sightline.history.recorder import GATHER, Recorder
from sightline.history.restore import Rebase, Restorer
from sightline.history.retention import DAY, Own, RetentionDays, purge
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Store, StoreSize
from sightline.history.track_samples import sampled
from sightline.kinds import SAMPLED, followers
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.live.steady_clock import PurgeClock
from sightline.live.world import World
from sightline.model.faults import CannotOpen, Unavailable
from sightline.model.kind import Kind, id_of, kind_of, states_of, timeouts_of
from sightline.model.server import SERVER
from sightline.settings import HistorySettings, Settings
from sightline.wiring.clock import now
from sightline.wiring.errors import CannotStart
from sightline.wiring.store import store_options

reactor: Any = _reactor
_TICK = 0.25  # s
_LATE_FOR = 2.0  # s without trouble until all is well again
_RESTORE_WAIT = 5.0  # s that viewers wait at the start for a store far away
_FIGURES = 60.0  # s
_PURGE = 3600.0  # s


def make_store(settings: Settings, folder: Path) -> Store:
    """Return the store that the settings name."""
    if settings.history.store == "memory":
        return MemoryStore(settings.history.memory_rows)
    if settings.history.store == "dynamodb":
        # Its HTTP client is slow to load, and few want it.
        from sightline.history.dynamodb.store import DynamoStore

        table = settings.dynamodb
        return DynamoStore(
            reactor,
            table.table,
            table.region,
            os.environ,
            endpoint=table.endpoint,
            keep=table.ttl_days * DAY if table.ttl_days else None,
        )
    if settings.store.url:
        return _postgres_store(settings)
    return SqliteStore(folder)


def _postgres_store(settings: Settings) -> Store:
    # psycopg is loaded by those alone that want it.
    from sightline.database.postgres import Postgres
    from sightline.history.postgres.store import PostgresStore
    from sightline.history.postgres.threads import ANSWER, CONNECTIONS

    pool = Postgres(store_options(settings), most=CONNECTIONS, answer=ANSWER)
    return PostgresStore(reactor, pool, wall=now)


def make_recorder(
    settings: Settings,
    store: Store,
    world: World,
    kinds: Sequence[Kind],
    leadership: Leadership,
    no_room: Callable[[], str] = str,
) -> Recorder:
    """Make what keeps changes in ``store``. ``no_room`` says why nothing may be written now."""
    history = settings.history
    return Recorder(
        store,
        world,
        reactor,
        now,
        Bounds(history.queue, history.queue_megabytes * 1_000_000),
        restored_kinds=states_of(kinds),
        sampled=SAMPLED,
        own={SERVER: own_thing(settings)},
        leadership=leadership,
        gather=GATHER,
        no_room=no_room,
    )


class HistoryService(Service):
    """Open the store, bring the world back, and delete what is old by ``purge_clock``.

    ``own`` says what is kept for a time of its own. Of several servers that share a store only the
    one that leads lets go.
    """

    name = "history"
    _log = Logger()

    def __init__(
        self,
        settings: HistorySettings,
        store: Store,
        recorder: Recorder,
        hub: Hub,
        kinds: Sequence[Kind],
        wall: Callable[[], float],
        own: Own,
        *,
        indexer: Indexer | None = None,
        leadership: Leadership | None = None,
        purge_clock: PurgeClock | None = None,
    ) -> None:
        self._indexer = indexer
        self._purge_clock = purge_clock or PurgeClock(wall, reactor.seconds)
        self._settings = settings
        self._leadership = leadership or Leadership()
        self.store = store
        self.recorder = recorder
        self._hub = hub
        self._wall = wall
        self._own = own
        self._restorer = Restorer(states_of(kinds), timeouts_of(kinds), wall, rebases(kinds))
        self.stalled: list[Callable[[bool], None]] = []
        """Each is told whether what comes cannot be made safe in time."""
        self._late, self._well_since = False, 0.0
        self._figures = StoreSize()
        self._opened = False
        self._opening: Deferred[None] | None = None
        self._letting_in: Any = None
        self.restored: Deferred[None] = Deferred()
        """Fires when the world is as it was, or after `_RESTORE_WAIT`: then viewers may come."""
        self._figures_loop = Periodic(
            reactor, _FIGURES, self._ask_figures, "the count of the history"
        )
        self._loops = (
            Periodic(reactor, _TICK, self._tick, "the tick of the history"),
            Periodic(reactor, _PURGE, self._let_go, "the purge of the history"),
        )

    # -- the service

    def privilegedStartService(self) -> None:
        """Open the store. What it cannot open ends the start with a clear word."""
        super().privilegedStartService()
        failures: list[Failure] = []

        def failed(failure: Failure) -> None:
            failures.append(failure)
            self._opened = bool(self.running)
            if self.running:  # too late to end the start: say so; it goes on trying
                why = failure.getErrorMessage()
                self._log.error("The history cannot be used: {why}", why=why)

        self._opening = self.store.open().addCallbacks(self._is_open, failed)
        for failure in failures:
            if failure.check(CannotOpen) is None:
                failure.raiseException()
            raise CannotStart(f"the history cannot be used: {failure.getErrorMessage()}") from None

    def _is_open(self, _: object) -> None:
        self._opened = True

    def startService(self) -> None:
        """Bring the world back, and begin to record."""
        super().startService()
        self._watched(self._bring_back(), "bring back the world")
        self._letting_in = reactor.callLater(_RESTORE_WAIT, self._let_in)
        self._figures_loop.start()
        for loop in self._loops:
            loop.start(now=False)

    async def _bring_back(self) -> None:
        if self._opening is not None:  # a store far away takes its time
            await self._opening
        try:
            count = await self._restorer.restore(self.store, self._hub.restore)
        finally:
            self._let_in()
        self._purge_clock.known(self._restorer.newest or self._wall())
        self._let_go()
        if count:
            self._log.info("{count} things are known from before", count=count)

    def _let_in(self) -> None:
        if not self.restored.called:
            self.restored.callback(None)

    def stopService(self) -> Deferred[None]:
        """Record what waits, then close the store."""
        super().stopService()
        if self._letting_in is not None and self._letting_in.active():
            self._letting_in.cancel()
        for loop in (self._figures_loop, *self._loops):
            loop.stop()
        if not self._opened:
            return Deferred.fromCoroutine(_nothing())
        return self.recorder.drain().addCallback(lambda _: self.store.close())

    # -- as time goes by

    def _tick(self) -> None:
        recorder = self.recorder
        recorder.sample(SERVER)
        recorder.tick()
        now = reactor.seconds()
        if recorder.late:
            self._well_since = now
        late = recorder.late or (self._late and now - self._well_since < _LATE_FOR)
        if late == self._late:
            return
        self._late = late
        if late:
            self._log.warn(
                "History does not keep up: {count} wait{why}",
                count=recorder.backlog,
                why=f" ({recorder.why})" if recorder.why else "",
            )
        for tell in self.stalled:
            tell(late)

    def _ask_figures(self) -> Deferred[None]:
        def known(figures: StoreSize) -> None:
            self._figures = figures

        asked: Deferred[Any] = self.store.figures()
        return asked.addCallbacks(known, lambda failure: failure.trap(Unavailable) and None)

    def _let_go(self) -> None:
        if not self._leadership.leads:
            return
        self._watched(self._purge(), "let go of what is old")

    async def _purge(self) -> None:
        days = RetentionDays(self._settings.days, self._settings.log_days)
        count = await purge(self.store, days, self._own, self._purge_clock())
        if count:
            self._log.info("{count} old entries of history were removed", count=count)

    def _watched(self, work: Any, what: str) -> None:
        def failed(failure: Failure) -> None:
            if failure.check(Unavailable, Refused):  # not now; within the hour it is tried again
                self._log.error("Cannot {what}: {why}", what=what, why=failure.getErrorMessage())
            else:
                self._log.failure("Cannot {what}", failure, what=what)

        Deferred.fromCoroutine(work).addErrback(failed)

    # -- for others

    @property
    def trouble(self) -> Degraded | None:
        """Return the state of the disk or the file by which history cannot be kept; None: none."""
        indexed = None if self._indexer is None else self._indexer.trouble
        return self.recorder.trouble or indexed

    def gauges(self) -> Mapping[str, Any]:
        """Tell how it goes, as fields of ``server/sightline``."""
        recorder, figures, indexer = self.recorder, self._figures, self._indexer
        behind, age = (0, 0.0) if indexer is None else (indexer.behind, indexer.age)
        return {
            "store": self.store.name,
            "backlog": recorder.backlog + behind,
            "backlog_age": round(max(recorder.age, age), 1),
            "unindexed": behind,
            "unindexed_age": round(age, 1),
            "damaged_lines": 0 if indexer is None else indexer.damaged,
            "kept": recorder.stored,
            "unkept": recorder.lost + (0 if indexer is None else indexer.left_out),
            "history_why": recorder.why or self.store.trouble or None,
            "history_rows": figures.rows,
            "history_bytes": figures.bytes,
            "history_since": figures.oldest,
        }

    async def erase(self, thing: str) -> None:
        """Forget everything about this friend. Raises `Refused` (``busy``) when that cannot be."""
        also = followers(kind_of(thing), restored=True)
        things = [thing, *(f"{name}/{id_of(thing)}" for name in also)]
        self.recorder.forget(things)
        try:
            await self.store.erase(things)
        except Unavailable as why:
            code = "degraded" if isinstance(why, Degraded) else "busy"
            raise Refused(code, f"The history cannot forget it just now: {why}", wait=5) from None


def rebases(kinds: Sequence[Kind]) -> Mapping[str, Rebase]:
    """Return what takes times to come out of what was kept, by kind of thing."""
    return {each.name: each.rebased for kind in kinds for each in kind.things if each.timeouts}


def own_thing(settings: Settings) -> str:
    """Tell what our own figures are kept under: those of several servers are told apart."""
    name = settings.replicas.name
    return f"server/{name}" if name else SERVER


def figures_of(store: Store, own_thing: str = SERVER) -> Stored:
    """Make the function by which charts look into the store."""

    async def stored(
        thing: str, since: float, until: float
    ) -> Sequence[tuple[float, Mapping[str, Any]]]:
        kept = own_thing if thing == SERVER else thing
        return await sampled(store, kept, "figures", since, until)

    return stored


async def _nothing() -> None:
    return None


def retained(account_service: AccountService) -> Own:
    """Return how long things are kept whose owners decided that, from the accounts."""

    async def own(things: list[str]) -> Mapping[str, int]:
        return await account_service.look(lambda database: database.retentions(things))

    return own


def remembers(hub: Hub) -> Callable[[CommandLogEntry], None]:
    """Make a listener that records each line of the command log, alarms as such."""

    def written(line: CommandLogEntry) -> None:
        thing = f"probot/{line.robot}" if line.robot else SERVER
        if line.what == "alarm":  # every server hears what is alarmed
            said = msgspec.json.encode((line.robot, line.why, line.effect))
            hub.happened("alarm", thing, line.at, line, said)
        else:
            hub.happened("drive", thing, line.at, line)

    return written
