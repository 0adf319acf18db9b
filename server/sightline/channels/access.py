"""Reach the channels' database on its thread: a file, or what several servers share.

What several share is opened as soon as it can be.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread, deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from sightline.channels.options import ChannelOptions
from sightline.channels.store import ChannelStore
from sightline.channels.webpush import Vapid
from sightline.database.key_file import KeyFile
from sightline.database.trouble import Degraded, degraded
from sightline.model.faults import CannotOpen, Unavailable
from sightline.model.sealing import CannotUnseal

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

_AGAIN = 1.0  # s until the database of all servers is tried again
_VAPID = "vapid"
T = TypeVar("T")


class ChannelAccess(Service):
    """The way to the database, and the key that opens what is sealed in it.

    ``wall`` gives epoch s.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        folder: Path,
        options: ChannelOptions,
        key: KeyFile,
        *,
        common: CommonStore | None = None,
        server: str = "",
    ) -> None:
        self.ready: Deferred[None] = Deferred()
        """Fires when it is known what waits."""
        self.trouble: Degraded | None = None
        """Why the file could not be used when that was last tried; None: it could."""
        self.away = ""
        """Why nothing can be told just now, in words; "" when it can."""
        self.vapid: Vapid | None = None
        """The keys by which push services know all servers of this database."""
        self.options = options
        self._reactor = reactor
        self._wall = wall
        self._folder = folder
        self._key = key
        self._common = common
        self._server = server
        self._store: ChannelStore | None = None
        self._writer = ThreadPool(1, 1, "channels")

    def privilegedStartService(self) -> None:
        """Open the file, if it is one. Raises `BadChannels`."""
        super().privilegedStartService()
        if self._common is None:
            self._store = ChannelStore(self._folder, self.options)
            self._begin(self._store)

    def startService(self) -> None:
        """Begin to take what is to be told."""
        super().startService()
        self._writer.start()
        if self._common is None:
            self.ready.callback(None)
        else:
            self._join(self._common)

    def _join(self, common: CommonStore) -> None:
        """Open the database of all servers, as soon as that can be done."""
        joining = Deferred.fromCoroutine(self._joined(common))

        def away(failure: Failure) -> None:
            failure.trap(Unavailable)
            if self.running:
                self._reactor.callLater(_AGAIN, self._join, common)

        joining.addErrback(away)
        joining.addErrback(lambda failure: self._log.failure("No channels are known", failure))

    async def _joined(self, common: CommonStore) -> None:
        if self._store is not None or not self.running:
            return

        def opened() -> ChannelStore:
            store = ChannelStore(common, self.options, self._server)
            self._begin(store)
            return store

        self._store = await self._do(opened)
        self.ready.callback(None)

    def _begin(self, store: ChannelStore) -> None:
        """Let go of what we held when we were ended, and read our keys; on the thread."""
        store.transact(store.queue.release)
        try:
            sealed = store.transact(lambda: store.key(_VAPID, self._made_vapid, self._wall()))
            self.vapid = Vapid.read(self._key.open(sealed, _VAPID))
        except (CannotUnseal, CannotOpen) as why:
            self._log.error(
                "The keys by which phones are told cannot be used: {why}. Several servers need the"
                " same key file (store.key_file); a restored database needs the one of its backup",
                why=str(why),
            )

    def _made_vapid(self) -> str:
        return self._key.seal(Vapid.make().written(), _VAPID)

    def seal(self, secret: bytes, channel: str) -> str:
        """Seal the secret of a channel. Raises `CannotOpen`."""
        return self._key.seal(secret, f"channel/{channel}")

    def unseal(self, sealed: str, channel: str) -> bytes:
        """Return the secret of a channel. Raises `CannotOpen` and `CannotUnseal`."""
        return self._key.open(sealed, f"channel/{channel}")

    async def work(self, do: Callable[[ChannelStore], T], *, scrub: bool = False) -> T:
        """Return what ``do`` reads or writes, all or nothing, on the thread, in turn.

        Raises `Unavailable`, of a disk `Degraded`.
        """
        store = self._store
        if store is None:
            raise Unavailable(self.away or "the channels are not known yet")
        return await self._do(lambda: store.transact(lambda: do(store), scrub=scrub))

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            done = await deferToThreadPool(self._reactor, self._writer, work)
        except (sqlite3.Error, OSError) as why:
            self.trouble = degraded(why)
            if self.trouble is None:
                raise
            raise self.trouble from why
        except (Unavailable, CannotOpen) as why:
            if self.away != str(why):
                self._log.warn("Nobody can be told anything just now: {why}", why=str(why))
            self.away = str(why)
            raise Unavailable(str(why)) from why
        self.trouble, self.away = None, ""
        return done

    def close(self) -> Deferred[Any]:
        """Write what waits, let go of what we hold, and close."""
        store = self._store

        def end() -> None:
            self._writer.stop()
            if store is None:
                return
            try:
                store.transact(store.queue.release)
            except (Unavailable, CannotOpen, sqlite3.Error, OSError) as why:
                self._log.warn("What was under way is tried again later: {why}", why=str(why))
            store.close()

        closed: Deferred[Any] = deferToThread(end)
        return closed
