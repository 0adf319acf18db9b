"""Tell the world which maps there are, and notice when the command line changes that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.maps.catalogue import BadCatalogue, Catalogue, MapEntry, MapList, problems

_LOOK = 1.0  # s
_EXPIRE = 300.0  # s
_THREADS = 2
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MapFile:
    """A file that browsers may read."""

    path: Path
    etag: bytes


@dataclass(frozen=True, slots=True)
class _Look:
    stamp: tuple[int, ...]
    found: MapList
    problems: Mapping[str, str]


class MapsService(Service):
    """The maps in the state folder. Its files are read on threads of its own.

    ``wall`` gives epoch s; ``alarm`` is told of a map that cannot be used. ``clock`` says when to
    look, the reactor if it is not given.
    """

    name = "maps"
    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        hub: Hub,
        folder: Path,
        alarm: Callable[[str], None],
        *,
        clock: IReactorTime | None = None,
    ) -> None:
        self._reactor = reactor
        self._wall = wall
        self._hub = hub
        self._alarm = alarm
        self._catalogue = Catalogue(folder)
        self._pool = ThreadPool(0, _THREADS, name="maps")
        self._stamp: tuple[int, ...] = (-1,)
        self._list = MapList()
        self._shown: frozenset[str] = frozenset()
        self.trouble = ""
        """Why the list cannot be read; empty: it can."""
        self._expired = 0.0
        self.problems: Mapping[str, str] = {}
        """What is wrong with maps that are not shown, by name."""
        self._loop = Periodic(clock or reactor, _LOOK, self.look, "the watch over the maps")

    # -- what there is

    @property
    def folder(self) -> Path:
        """Return where the files are."""
        return self._catalogue.folder

    @property
    def maps(self) -> Mapping[str, MapEntry]:
        """Return the maps by name, also those with problems."""
        return self._list.maps

    @property
    def usable(self) -> Mapping[str, MapEntry]:
        """Return the maps that are shown, by name."""
        return {name: each for name, each in self.maps.items() if name not in self.problems}

    def file(self, name: str) -> MapFile | None:
        """Return the file of this name, of a map or of one that was replaced lately."""
        digests = {each.file: each.digest for each in self._list.former}
        digests |= {each.file: each.digest for each in self.usable.values()}
        digest = digests.get(name)
        if digest is None:
            return None
        return MapFile(self.folder / name, b'"%b"' % digest[:32].encode())

    # -- as time goes by

    def startService(self) -> None:
        super().startService()
        self._pool.start()
        self._loop.start()

    def stopService(self) -> Deferred[Any]:
        """End the watch, then the threads once the last work is done."""
        super().stopService()
        self._loop.stop()
        return self.on_thread(int).addBoth(lambda _: self._pool.stop())

    def on_thread(self, work: Callable[..., T], *args: Any) -> Deferred[T]:
        """Do work that blocks on a thread of the maps."""
        found: Deferred[T] = deferToThreadPool(self._reactor, self._pool, work, *args)
        return found

    def look(self) -> Deferred[None]:
        """Look whether the list was changed, and tell the world."""
        return Deferred.fromCoroutine(self._look())

    async def _look(self) -> None:
        try:
            seen = await self.on_thread(self._read_changed, self._stamp)
        except (BadCatalogue, OSError) as why:
            self._say_trouble(f"The maps cannot be shown: {why}")
            return
        if seen is not None and self.running:
            self.trouble = ""
            self._stamp = seen.stamp
            self._show(seen)

    def _read_changed(self, before: tuple[int, ...]) -> _Look | None:
        """Read the list if it is another one than before; on a thread."""
        now = self._wall()
        if abs(now - self._expired) >= _EXPIRE:
            self._expired = now
            self._catalogue.expire(now)
        stamp = self._catalogue.stamp()
        if stamp == before:
            return None
        found = self._catalogue.read()
        return _Look(stamp, found, problems(self.folder, found.maps))

    def _show(self, seen: _Look) -> None:
        for name, why in seen.problems.items():
            if self.problems.get(name) != why:
                self._log.error("The map {name} is not shown: {why}", name=name, why=why)
                self._alarm(f"The map {name} is not shown: {why}")
        self._list, self.problems = seen.found, seen.problems
        usable = self.usable
        for name in self._shown - usable.keys():
            self._hub.place(f"map/{name}", None)
        for name, entry in usable.items():
            self._hub.place(f"map/{name}", entry.shown())
        self._shown = frozenset(usable)
        self._hub.announce()

    def _say_trouble(self, why: str) -> None:
        if why != self.trouble:
            self.trouble = why
            self._log.error("{why}", why=why)
            self._alarm(why)

    # -- changes

    async def remove(self, name: str) -> bool:
        """Remove a map; return whether there was one."""
        removed = await self.on_thread(self._catalogue.remove, name, self._wall())
        if removed:
            await self.look()
        return removed
