"""Read an OpenStreetMap extract, and write what is drawn of it: a feature in a line of GeoJSON.

    python -m sightline.maps.build.extract FILE INDEX MEMORY

It is a process of its own, so that the memory it takes can be bounded and it can be ended at any
moment. Features go to stdout, which `tippecanoe` reads; to stderr goes ``progress 0.42`` several
times a second, and one line that begins with ``error``.

A node's place takes 16 bytes: in memory, or in the file that INDEX names (``-``: in memory).
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from typing import IO, Any

import osmium

from sightline.maps.build.coast import Box, Line, Point, Polygon, area, land_and_sea
from sightline.maps.build.kinds import AREA_KEYS, KEYS
from sightline.maps.build.tags import MapFeature, of_area, of_line, of_point

_EVERY = 0.25  # s
_LOOK = 256  # objects between two looks at the clock
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class ReadingProgress:
    """Tell on stderr how much of the file was read, by the position of its reader."""

    def __init__(self, path: str) -> None:
        self._path = os.path.realpath(path)
        self._size = max(1, os.stat(path).st_size)
        self._furthest = 0
        self._next = 0.0
        self._count = 0

    def step(self) -> None:
        """Tell it, if it is time."""
        self._count += 1
        if self._count % _LOOK == 0 and time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            # The file is closed before the last of it has been worked on.
            self._furthest = max(self._furthest, self._position())
            print(f"progress {self._furthest / self._size:.4f}", file=sys.stderr, flush=True)

    def _position(self) -> int:
        """Return the furthest position of this process in the file, as Linux tells it."""
        found = 0
        for number in os.listdir("/proc/self/fd"):
            try:
                if os.path.realpath(f"/proc/self/fd/{number}") != self._path:
                    continue
                with open(f"/proc/self/fdinfo/{number}", encoding="ascii") as info:
                    found = max(found, int(info.readline().split()[1]))
            except (OSError, ValueError, IndexError):
                continue
        return found


class Extents:
    """The box of all that was seen, for extracts that do not say theirs."""

    def __init__(self) -> None:
        self._seen = [180.0, 90.0, -180.0, -90.0]

    def take(self, x: float, y: float) -> None:
        """Take a point in."""
        seen = self._seen
        if x < seen[0]:
            seen[0] = x
        if y < seen[1]:
            seen[1] = y
        if x > seen[2]:
            seen[2] = x
        if y > seen[3]:
            seen[3] = y

    @property
    def box(self) -> Box | None:
        """Return the box; None if it has no area."""
        box = Box(*self._seen)
        return box if box.west < box.east and box.south < box.north else None


class ExtractReader:
    """Reads one extract and writes its features to ``out``."""

    def __init__(self, path: str, index: str, out: IO[str]) -> None:
        self._path = path
        self._index = index
        self._out = out
        self._shapes = osmium.geom.GeoJSONFactory()
        self._coast: list[Line] = []
        self._extents = Extents()
        self.written = 0

    def run(self) -> None:
        """Read everything, then make land and sea."""
        progress = ReadingProgress(self._path)
        for each in self._objects():
            progress.step()
            tags = {tag.k: tag.v for tag in each.tags}
            if each.is_node():
                self._node(each, tags)
            elif each.is_way():
                self._way(each, tags)
            elif each.is_area():
                self._area(each, tags)
        if self.written:
            self._land()

    def _objects(self) -> Iterator[Any]:
        storage = "sparse_mem_array" if self._index == "-" else f"sparse_file_array,{self._index}"
        return iter(
            osmium.FileProcessor(self._path)
            .with_locations(storage)
            .with_areas(osmium.filter.KeyFilter(*AREA_KEYS, "highway"))
            .with_filter(osmium.filter.KeyFilter(*KEYS))
        )

    def _node(self, node: Any, tags: dict[str, str]) -> None:
        x, y = node.location.lon, node.location.lat
        self._extents.take(x, y)
        for feature in of_point(tags):
            self._write(feature, _point((x, y)))

    def _way(self, way: Any, tags: dict[str, str]) -> None:
        if tags.get("natural") == "coastline":
            self._coast += _pieces(way)
        shape: list[str] | None = None
        for feature in of_line(tags):
            if shape is None:
                shape = self._lines(way)
            for each in shape:
                self._write(feature, each)

    def _lines(self, way: Any) -> list[str]:
        """Return a way as lines: where it was cut at the border, nodes are missing."""
        try:
            return [self._shapes.create_linestring(way)]
        except (osmium.InvalidLocationError, RuntimeError):
            return [_encode({"type": "LineString", "coordinates": x.points}) for x in _pieces(way)]

    def _area(self, found: Any, tags: dict[str, str]) -> None:
        shape = ""
        for feature in of_area(tags):
            if not shape:
                try:
                    shape = self._shapes.create_multipolygon(found)
                except (osmium.InvalidLocationError, RuntimeError):
                    return
            self._write(feature, _point(_middle(shape)) if feature.as_point else shape)

    def _land(self) -> None:
        with osmium.io.Reader(self._path, osmium.osm.NOTHING) as reader:
            said = reader.header().box()
        box = self._extents.box
        if said.valid() and said.size() > 0:
            low, high = said.bottom_left, said.top_right
            box = Box(low.lon, low.lat, high.lon, high.lat)
        if box is None:
            return
        land, sea = land_and_sea(self._coast, box)
        for polygons, layer, kind in ((land, "earth", "earth"), (sea, "water", "ocean")):
            for polygon in polygons:
                self._write(MapFeature(layer, 0, {"kind": kind}), _polygon(polygon))

    def _write(self, feature: MapFeature, shape: str) -> None:
        self.written += 1
        layer, zoom, attributes, _ = feature
        self._out.write(
            f'{{"type":"Feature","tippecanoe":{{"layer":"{layer}","minzoom":{zoom}}},'
            f'"properties":{_encode(attributes)},"geometry":{shape}}}\n'
        )


def _pieces(way: Any) -> Iterable[Line]:
    """Return the parts of a way whose nodes are there."""
    found: list[Line] = []
    points: list[Point] = []
    first = last = 0
    for node in way.nodes:
        place = node.location
        if place.valid():
            first = first if points else node.ref
            last = node.ref
            points.append((place.lon, place.lat))
            continue
        if len(points) > 1:
            found.append(Line(first, last, points))
        points = []
    if len(points) > 1:
        found.append(Line(first, last, points))
    return found


def _point(at: Point) -> str:
    return f'{{"type":"Point","coordinates":[{at[0]:.7f},{at[1]:.7f}]}}'


def _polygon(polygon: Polygon) -> str:
    return _encode({"type": "Polygon", "coordinates": polygon})


def _middle(shape: str) -> Point:
    """Return the middle of the largest part of an area: where its name stands."""
    rings = [part[0] for part in json.loads(shape)["coordinates"]]
    ring = max(rings, key=lambda each: abs(area(each)))
    # Relative to the first point: the products of whole degrees would lose the metres.
    ox, oy = ring[0]
    x = y = whole = 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(ring):
        cross = (ax - ox) * (by - oy) - (bx - ox) * (ay - oy)
        whole += cross
        x += (ax + bx - 2 * ox) * cross
        y += (ay + by - 2 * oy) * cross
    return (ox, oy) if whole == 0 else (ox + x / (3 * whole), oy + y / (3 * whole))


def main(path: str, index: str, memory: str) -> int:
    """Read the extract; return 0, or 3 with a line on stderr that says what is wrong."""
    limit = int(memory)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    try:
        reader = ExtractReader(path, index, sys.stdout)
        reader.run()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # tippecanoe has said why
        return 4
    except MemoryError:
        return _fail("memory")
    except (RuntimeError, OSError, ValueError) as why:
        return _fail("memory" if "bad_alloc" in str(why) else f"{why}")
    return 0 if reader.written else _fail("empty")


def _fail(why: str) -> int:
    print(f"error {' '.join(why.split())}", file=sys.stderr, flush=True)
    return 3


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
