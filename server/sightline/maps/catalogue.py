"""Know which maps lie in ``state/maps``: a list, and a file for each. All of it blocks.

The command line and the server both change the list, under a lock; what is in it is on the disk
first. A map is replaced by a file of another name, so that pages that still read the one before can
go on; that goes an hour later.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sightline.kinds.maps.model import Bounds, Credit, MapRole, MapSchema, MapSource, MapType
from sightline.maps.pmtiles import BadArchive, check_directories, read_header, read_metadata

LIST = "catalogue.json"
FORMER_FOR = 3600.0
"""For how long a replaced file can still be read, s."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class BadCatalogue(Exception):
    """The list of maps cannot be read; the text says what to do."""


class MapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A map in the list. Files are names in the folder; ``places`` is empty if there is none."""

    file: str
    digest: str
    title: str
    role: MapRole
    tiles: str
    schema: MapSchema
    bounds: Bounds
    min_zoom: int
    max_zoom: int
    attribution: tuple[Credit, ...]
    size: int
    updated: float
    source: str
    """The name of the file it was made of."""
    tile_size: int = 512
    places: str = ""

    def shown(self) -> MapSource:
        """Return what browsers are told of it."""
        kind: MapType = "pmtiles"
        return MapSource(
            title=self.title,
            role=self.role,
            type=kind,
            url=f"/maps/{self.file}",
            schema=self.schema,
            bounds=self.bounds,
            min_zoom=self.min_zoom,
            max_zoom=self.max_zoom,
            tile_size=self.tile_size,
            attribution=self.attribution,
            size=self.size,
            updated=self.updated,
            places=bool(self.places),
        )


class FormerFile(msgspec.Struct, frozen=True):
    """A file of a map that was replaced, and until when (epoch s) it is kept."""

    file: str
    digest: str
    until: float


class MapList(msgspec.Struct, frozen=True):
    """The list of maps, as ``catalogue.json`` holds it; with files that were replaced lately."""

    maps: dict[str, MapEntry] = {}  # msgspec copies it
    former: tuple[FormerFile, ...] = ()
    format: int = 1

    def put(self, name: str, entry: MapEntry, now: float) -> MapList:
        """Return the list with this map, in the place of one with the same name."""
        before = self.maps.get(name)
        former = self.former
        if before is not None and before.file != entry.file:
            former = (*former, FormerFile(before.file, before.digest, now + FORMER_FOR))
        former = tuple(each for each in former if each.file != entry.file)
        return replace(self, maps={**self.maps, name: entry}, former=former)

    def without(self, name: str) -> MapList:
        """Return the list without this map, and without what it replaced."""
        maps = {each: entry for each, entry in self.maps.items() if each != name}
        former = tuple(each for each in self.former if each.file.rpartition("-")[0] != name)
        return replace(self, maps=maps, former=former)

    def at(self, now: float) -> MapList:
        """Return the list without former files that were kept long enough."""
        former = tuple(each for each in self.former if now < each.until)
        return self if former == self.former else replace(self, former=former)

    @property
    def files(self) -> frozenset[str]:
        """Return the names of all files that belong to it."""
        names = {each.file for each in self.maps.values()}
        names |= {each.places for each in self.maps.values() if each.places}
        return frozenset(names | {each.file for each in self.former})


def check_map_name(name: str) -> str | None:
    """Tell what is wrong with a map's name; None when it is a good one."""
    if _NAME.fullmatch(name):
        return None
    return "the name of a map has 1 to 40 small letters, digits and hyphens, such as berlin-2026"


class Catalogue:
    """The maps in ``folder``, which is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stamp(self) -> tuple[int, ...]:
        """Return what differs whenever the list was changed; empty: there is none."""
        try:
            found = (self.folder / LIST).stat()
        except OSError:
            return ()
        return (found.st_mtime_ns, found.st_ino, found.st_size)

    def read(self) -> MapList:
        """Read the list; an empty one if there is none. Raises `BadCatalogue` and `OSError`."""
        path = self.folder / LIST
        try:
            found = msgspec.json.decode(path.read_bytes(), type=MapList)
        except FileNotFoundError:
            return MapList()
        except msgspec.DecodeError as why:
            raise BadCatalogue(
                f"{path} is damaged ({why}). Remove it, and add the maps again: sightline map add"
            ) from None
        if found.format > 1:
            raise BadCatalogue(f"{path} was written by a newer Sightline; use that one")
        return found

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else change the list; makes the folder. Waits for one that changes it now."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def write(self, found: MapList) -> None:
        """Replace the list, for good; then remove files that are no more in it. Under the lock."""
        path = self.folder / LIST
        part = path.with_suffix(".json.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        self.sync()
        self._tidy(found.files)

    def sync(self) -> None:
        """Wait until the names of the files are on the disk."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _tidy(self, listed: frozenset[str]) -> None:
        """Remove files of maps that are in the list no more."""
        for path in self.folder.iterdir():
            is_map = path.suffix in (".pmtiles", ".places")
            if is_map and path.name not in listed and path.is_file():
                path.unlink(missing_ok=True)

    def remove(self, name: str, now: float) -> bool:
        """Remove a map and its files; return whether there was one."""
        with self.locked():
            found = self.read()
            if name not in found.maps:
                return False
            self.write(found.without(name).at(now))
        return True

    def expire(self, now: float) -> None:
        """Remove former files that were kept long enough."""
        found = self.read()
        if found.at(now) is not found:
            with self.locked():
                self.write(self.read().at(now))


def problems(folder: Path, maps: Mapping[str, MapEntry]) -> dict[str, str]:
    """Tell what is wrong with the files of these maps, by their names."""
    found = {}
    for name, entry in maps.items():
        if (why := problem(folder / entry.file, entry.size)) is not None:
            found[name] = why
    return found


def problem(path: Path, size: int) -> str | None:
    """Tell what is wrong with the file of a map; None when it can be served."""
    try:
        with path.open("rb") as file:
            there = os.fstat(file.fileno()).st_size
            if there != size:
                return f"{path} has {there:,} bytes and not {size:,} as when it was added"
            header = read_header(file, there)
            read_metadata(file, header)
            check_directories(file, header, all_of_them=False)
    except FileNotFoundError:
        return f"{path} is missing"
    except OSError as why:
        return f"{path} cannot be read: {why.strerror}"
    except BadArchive as why:
        return f"{path} cannot be used: {why}"
    return None
