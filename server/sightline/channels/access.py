"""Reach the channels' database, and open what is sealed in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThread

from sightline.channels.options import ChannelOptions
from sightline.channels.store import ChannelStore
from sightline.channels.webpush import Vapid
from sightline.database.access import DatabaseAccess
from sightline.database.key_file import KeyFile
from sightline.model.faults import CannotOpen, Unavailable
from sightline.model.sealing import CannotUnseal

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

_VAPID = "vapid"
T = TypeVar("T")


class ChannelAccess(DatabaseAccess[ChannelStore]):
    """The way to the database, and the key that opens what is sealed in it.

    ``wall`` gives epoch s.
    """

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
        super().__init__(reactor, "channels", common)
        self.vapid: Vapid | None = None
        """The keys by which push services know all servers of this database."""
        self.options = options
        self._wall = wall
        self._folder = folder
        self._key = key
        self._server = server

    def privilegedStartService(self) -> None:
        """Open the file, if it is one. Raises `BadChannels`."""
        super().privilegedStartService()
        if self._common is None:
            self._store = ChannelStore(self._folder, self.options)
            self._begin(self._store)

    async def enter(self, common: CommonStore) -> None:
        """Open the database of all servers, and take our keys. Raises `Unavailable`."""

        def opened() -> ChannelStore:
            store = ChannelStore(common, self.options, self._server)
            self._begin(store)
            return store

        self._store = await self._do(opened)

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

    async def transact(self, do: Callable[[ChannelStore], T], *, scrub: bool = False) -> T:
        """Return what ``do`` reads or writes, all or nothing. Raises as `work` does."""
        return await self.work(lambda store: store.transact(lambda: do(store), scrub=scrub))

    def stopService(self) -> Deferred[Any]:
        """Begin nothing new: what is under way still writes, until `close`."""
        Service.stopService(self)
        return succeed(None)

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
