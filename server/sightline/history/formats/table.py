"""List the formats by their names, as the HTTP API and `sightline export` give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol

from sightline.history.formats.csvs import Csv
from sightline.history.formats.fix import Fix
from sightline.history.formats.jsons import JsonList, LineString, Points
from sightline.history.formats.xmls import Gpx, Xml


class FormatWriter(Protocol):
    """Write one file: `begin` once, `some` any number of times, `end` once."""

    def begin(self) -> bytes:
        """Return the bytes before the first fix."""

    def some(self, fixes: Iterable[Fix]) -> bytes:
        """Return the bytes of these fixes."""

    def end(self) -> bytes:
        """Return the bytes after the last fix."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its media type, the end of its files' names, and what writes it.

    ``make`` takes the fields wanted; none: those usual for this format.
    """

    media: str
    suffix: str
    make: Callable[[Sequence[str]], FormatWriter]


FORMATS: dict[str, Format] = {
    "json": Format("application/json", ".json", JsonList),
    "geojson": Format("application/geo+json", ".geojson", Points),
    "geojsonpoi": Format("application/geo+json", ".geojson", partial(Points, poi=True)),
    "linestring": Format("application/geo+json", ".geojson", LineString),
    "csv": Format("text/csv; charset=utf-8", ".csv", Csv),
    "xml": Format("application/xml", ".xml", Xml),
    "gpx": Format("application/gpx+xml", ".gpx", Gpx),
}


def chunks(writer: FormatWriter, fixes: Iterable[Fix], size: int = 200) -> Iterator[bytes]:
    """Return the whole file in pieces of ``size`` fixes."""
    yield writer.begin()
    source = iter(fixes)
    while some := list(islice(source, size)):
        if piece := writer.some(some):
            yield piece
    yield writer.end()
