"""Show maps at addresses: those of the settings file, and those that admins set on the page.

One of the settings file goes before one of the page with the same name. Whatever is shown, the
pages' policy allows its hosts, and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from sightline.contract.errors import Refused
from sightline.kinds.maps.remote import PREFIX, RemoteMap, policy_sources
from sightline.live.hub import Hub
from sightline.maps.remote_check import Examined, Fetch, examine
from sightline.maps.remote_store import MOST, BadRemoteMaps, RemoteStore, StoredMap

T = TypeVar("T")
Allow = Callable[[Mapping[str, Sequence[str]]], None]
"""Lets pages ask these hosts, by directive of their policy."""


class RemoteMaps(Service):
    """``fixed`` are the maps of the settings file; ``fetch`` tries those that admins set.

    ``wall`` gives epoch s; ``alarm`` is told why stored maps cannot be read.
    """

    name = "remote maps"
    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        hub: Hub,
        store: RemoteStore,
        *,
        fixed: Mapping[str, RemoteMap],
        allow: Allow,
        fetch: Fetch,
        alarm: Callable[[str], None],
    ) -> None:
        self._reactor = reactor
        self._wall = wall
        self._hub = hub
        self._store = store
        self._allow = allow
        self._fetch = fetch
        self._alarm = alarm
        self._lock = DeferredLock()
        self._shown: frozenset[str] = frozenset()
        self.fixed = fixed
        self.stored: Mapping[str, StoredMap] = {}
        """Those of the page, by name."""
        self.trouble = ""
        """Why they cannot be read; empty: they can."""

    def startService(self) -> None:
        """Show what the settings say at once, and the rest when it is read."""
        super().startService()
        self._show()
        Deferred.fromCoroutine(self._restore()).addErrback(
            lambda failure: self._log.failure("Could not read the maps at addresses", failure)
        )

    async def _restore(self) -> None:
        try:
            self.stored = await self._call(self._store.read)
        except (BadRemoteMaps, OSError) as why:
            self.trouble = f"The maps at addresses cannot be shown: {why}"
            self._alarm(self.trouble)
            return
        self._show()

    @property
    def maps(self) -> Mapping[str, RemoteMap]:
        """Return what is shown, by name."""
        return {**{name: each.map for name, each in self.stored.items()}, **self.fixed}

    async def examine(self, map: RemoteMap, origin: str) -> Examined:
        """Try a map from here."""
        return await examine(map, self._fetch, origin)

    async def put(self, name: str, map: RemoteMap, by: str) -> None:
        """Keep a map and show it. Raises `Refused`."""
        self._changeable(name)
        stored = StoredMap(map, by, round(self._wall(), 3))

        def added(before: Mapping[str, StoredMap]) -> dict[str, StoredMap]:
            if name not in before and len(before) >= MOST:
                raise Refused("taken", f"There is room for {MOST} maps.")
            return {**before, name: stored}

        await self._change(added)

    async def remove(self, name: str) -> bool:
        """Forget a map; return whether there was one. Raises `Refused`."""
        self._changeable(name)
        if name not in self.stored:
            return False
        await self._change(lambda before: {n: each for n, each in before.items() if n != name})
        return True

    def _changeable(self, name: str) -> None:
        if name in self.fixed:
            raise Refused("taken", "This map is in the settings file and is changed there.")
        if self.trouble:
            raise Refused("degraded", self.trouble)

    async def _change(
        self, change: Callable[[Mapping[str, StoredMap]], dict[str, StoredMap]]
    ) -> None:
        await self._lock.acquire()
        try:
            after = change(self.stored)
            try:
                await self._call(self._store.write, after)
            except OSError as why:
                raise Refused("degraded", f"It cannot be kept: {why.strerror}.") from None
            self.stored = after
        finally:
            self._lock.release()
        self._show()

    def _show(self) -> None:
        maps = self.maps
        self._allow(policy_sources(maps.values()))
        for name in self._shown - maps.keys():
            self._hub.place(f"map/{PREFIX}{name}", None)
        for name, map in maps.items():
            at = self.stored[name].at if name in self.stored else 0.0
            self._hub.place(f"map/{PREFIX}{name}", map.shown(0.0 if name in self.fixed else at))
        self._shown = frozenset(maps)
        self._hub.announce()

    async def _call(self, work: Callable[..., T], *args: Any) -> T:
        pool = self._reactor.getThreadPool()
        done: T = await deferToThreadPool(self._reactor, pool, work, *args)
        return done
