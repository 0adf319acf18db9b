"""Tell what lies at a position and where something of a name is, from all indexes of this server.

Files are read on threads of the reactor's pool, one question at a time; what was found is kept for
a while in memory. Nobody else is asked, and no position is written down anywhere.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

from twisted.logger import Logger

from sightline.contract.errors import Refused
from sightline.live.thread_queue import ThreadQueue
from sightline.maps.place_index import BadIndex, Found, PlaceIndex, words_of
from sightline.maps.place_ranking import Locality, locality_of
from sightline.maps.place_search import ordered, split_number

REMEMBERED = 5000
"""Positions whose words are kept in memory, of a square of about 1 m each."""
_WAITING = 100  # questions that may wait for their thread
_CANDIDATES = 60  # matches of each map that are put in order

P = ParamSpec("P")
T = TypeVar("T")
Position = tuple[float, float]
"""Latitude and longitude, degrees."""


class IndexFile(NamedTuple):
    """The index of a map: where it lies, what it covers (west, south, east, north), how finely."""

    path: Path
    bounds: tuple[float, float, float, float]
    max_zoom: int


class Match(NamedTuple):
    """A match of a search, and the house number at its position, if one was asked for."""

    found: Found
    number: str = ""


class PlaceService:
    """``files`` tells which indexes there are now."""

    def __init__(self, reactor: Any, files: Callable[[], Sequence[IndexFile]]) -> None:
        self._files = files
        self._lookup = _Lookup()
        self._threads = ThreadQueue(reactor)

    @property
    def knows(self) -> bool:
        """Tell whether there is any index."""
        return bool(self._files())

    async def localities(
        self, positions: Sequence[Position], language: str = ""
    ) -> Sequence[Locality]:
        """Put positions into words; nothing is known of those outside all maps."""
        files = tuple(self._files())
        if not files:
            return [Locality()] * len(positions)
        return await self._call(self._lookup.localities, files, tuple(positions), language)

    async def texts(self, positions: Sequence[Position], language: str = "") -> Sequence[str]:
        """Return the same in one line each; empty where nothing is known."""
        return [each.text for each in await self.localities(positions, language)]

    async def search(self, query: str, near: Position, most: int) -> Sequence[Match]:
        """Find streets and places by their names, what is meant most likely first."""
        files = tuple(self._files())
        if not files or not words_of(query):
            return []
        return await self._call(self._lookup.search, files, query, near, most)

    async def _call(self, work: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        if self._threads.waiting >= _WAITING:
            raise Refused("busy", "Too many places are looked up at once. Try again.", wait=1)
        return await self._threads.call(work, *args, **more)


class _Lookup:
    """The open indexes and what was found in them; one thread at a time."""

    _log = Logger()

    def __init__(self) -> None:
        self._asked_of: tuple[IndexFile, ...] = ()
        self._files: tuple[IndexFile, ...] = ()
        self._open: dict[Path, PlaceIndex] = {}
        self._known: OrderedDict[tuple[float, float, str], Locality] = OrderedDict()

    def localities(
        self, files: tuple[IndexFile, ...], positions: Sequence[Position], language: str
    ) -> list[Locality]:
        self._use(files)
        return [self._at(lat, lon, language) for lat, lon in positions]

    def search(
        self, files: tuple[IndexFile, ...], query: str, near: Position, most: int
    ) -> list[Match]:
        self._use(files)
        words = words_of(query)
        street, number = split_number(words)
        found = self._found(words, near, most)
        if found or not number:
            return [Match(each) for each in found]
        return [self._numbered(each, number) for each in self._found(street, near, most)]

    def _found(self, words: Sequence[str], near: Position, most: int) -> list[Found]:
        found = list[Found]()
        for index in self._open.values():
            found += self._asked([], index.search, words, *near, _CANDIDATES)
        return ordered(words, found, *near)[:most]

    def _numbered(self, found: Found, number: str) -> Match:
        """Return the house of this number, where the match is a street that has it."""
        if found.sort != "street":
            return Match(found)
        for index in self._open.values():
            at = self._asked(None, index.house, number, found)
            if at is not None:
                lat, lon = at
                box = (lon, lat, lon, lat)
                there = Found(found.name, "house", box, lat, lon, found.town)
                return Match(there, number.upper())
        return Match(found)

    def _at(self, lat: float, lon: float, language: str) -> Locality:
        key = (round(lat, 5), round(lon, 5), language)
        known = self._known.get(key)
        if known is None:
            known = self._look(key[0], key[1], language)
            self._known[key] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return known

    def _look(self, lat: float, lon: float, language: str) -> Locality:
        for file in self._files:
            west, south, east, north = file.bounds
            index = self._open.get(file.path)
            if index is None or not (west <= lon <= east and south <= lat <= north):
                continue
            around = self._asked(None, index.around, lat, lon)
            if around is not None:
                found = locality_of(lat, lon, around, language)
                if found.text:
                    return found
        return Locality()

    def _asked(self, otherwise: T, ask: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """Ask an index; one that is damaged knows nothing."""
        try:
            return ask(*args, **more)
        except BadIndex as why:
            self._log.warn("An index of streets and places is damaged: {why}", why=str(why))
            return otherwise

    def _use(self, files: tuple[IndexFile, ...]) -> None:
        """Open what is new and close what is gone; the finest map comes first."""
        if files == self._asked_of:
            return
        self._known.clear()
        paths = {file.path for file in files}
        for path in self._open.keys() - paths:
            self._open.pop(path).close()
        for path in sorted(paths - self._open.keys()):
            try:
                self._open[path] = PlaceIndex(path)
            except BadIndex as why:
                self._log.warn("Streets and places cannot be looked up: {why}", why=str(why))
        self._asked_of = files
        self._files = tuple(sorted(files, key=_finest_first))


def _finest_first(file: IndexFile) -> tuple[float, float, str]:
    west, south, east, north = file.bounds
    return -file.max_zoom, (east - west) * (north - south), str(file.path)
