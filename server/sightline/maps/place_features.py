"""Read what a feature of a vector tile says of streets, houses and places, in three schemas. Pure.

Protomaps' basemap (v4), Shortbread and OpenMapTiles name their layers and attributes differently;
here each becomes the same few values of `sightline.maps.place_ranking`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from sightline.maps.place_ranking import House, Name, NamedSpot, Street

Entry = Street | House | NamedSpot

_LANGUAGE = re.compile(r"name[:_]([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)")
_LONGEST = 200  # characters of a name
_PARKS = frozenset(
    (
        "park",
        "garden",
        "nature_reserve",
        "national_park",
        "cemetery",
        "beach",
        "forest",
        "zoo",
        "golf_course",
        "recreation_ground",
        "playground",
        "sports_centre",
        "stadium",
    )
)
_SORTS: Mapping[str, str] = {
    "city": "city",
    "capital": "city",
    "state_capital": "city",
    "town": "town",
    "village": "village",
    "hamlet": "hamlet",
    "isolated_dwelling": "hamlet",
    "farm": "hamlet",
    "borough": "suburb",
    "suburb": "suburb",
    "quarter": "neighbourhood",
    "neighbourhood": "neighbourhood",
    "island": "spot",
    "locality": "spot",
}
"""The sort of a spot by what OpenStreetMap calls a place."""


class Geometry(msgspec.Struct, frozen=True):
    """The geometry of a feature, as GeoJSON has it."""

    type: str
    coordinates: msgspec.Raw


class Feature(msgspec.Struct, frozen=True):
    """A feature of a tile, as GeoJSON."""

    geometry: Geometry
    properties: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Layers:
    """What the layers of a schema are called, by what is read out of them.

    ``sort`` are the attributes that say what sort of spot one is, the first that is there counts.
    """

    streets: str
    places: str
    spots: tuple[str, ...]
    houses: str
    number: str
    sort: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Return the names of all layers that are read."""
        return tuple(dict.fromkeys((self.streets, self.places, *self.spots, self.houses)))


SCHEMAS: Mapping[str, Layers] = {
    "protomaps": Layers(
        streets="roads",
        places="places",
        spots=("pois",),
        houses="buildings",
        number="addr_housenumber",
        sort=("kind_detail", "kind"),
    ),
    "shortbread": Layers(
        streets="street_labels",
        places="place_labels",
        spots=("pois", "public_transport"),
        houses="addresses",
        number="housenumber",
        sort=("kind", "leisure", "amenity", "tourism", "shop", "historic"),
    ),
    "openmaptiles": Layers(
        streets="transportation_name",
        places="place",
        spots=("poi", "park"),
        houses="housenumber",
        number="housenumber",
        sort=("class", "subclass"),
    ),
}


def entries(schema: str, layer: str, feature: Feature) -> Iterable[Entry]:
    """Yield what a feature of this layer says; nothing for one without a name or number.

    Raises `msgspec.ValidationError` for a geometry that is none.
    """
    layers, attributes = SCHEMAS[schema], feature.properties
    if layer == layers.houses:
        number = _text(attributes.get(layers.number))
        if number:
            lat, lon = _middle(feature.geometry)
            yield House(number, lat, lon, _text(attributes.get("addr_street")))
        return
    name = name_of(attributes)
    if name is None:
        return
    if layer == layers.streets:
        for line in _lines(feature.geometry):
            yield Street(name, line)
    elif layer == layers.places:
        sort = _first(attributes, layers.sort, _SORTS)
        if sort:
            yield NamedSpot(name, _SORTS[sort], *_middle(feature.geometry))
    elif layer in layers.spots:
        park = layer == "park" or _first(attributes, layers.sort, _PARKS)
        yield NamedSpot(name, "park" if park else "spot", *_middle(feature.geometry))


def name_of(attributes: Mapping[str, Any]) -> Name | None:
    """Return the name among attributes, with those of other languages; None: it has none."""
    text = _text(attributes.get("name"))
    others = {}
    for key, value in attributes.items():
        found = _LANGUAGE.fullmatch(key)
        if found and (other := _text(value)) and other != text:
            others[found[1].lower()] = other
    if not text and not others:
        return None
    return Name(text or next(iter(others.values())), others)


def _text(value: object) -> str:
    """Return a text of a tile in one line without blanks around it; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).split())[:_LONGEST]


def _first(attributes: Mapping[str, Any], keys: Sequence[str], known: Iterable[str]) -> str:
    """Return the first value under these keys that is one of ``known``."""
    allowed = set(known)
    return next(
        (
            attributes[k]
            for k in keys
            if isinstance(attributes.get(k), str) and attributes[k] in allowed
        ),
        "",
    )


_Point = tuple[float, float]
_DEPTH: Mapping[str, Any] = {
    "Point": _Point,
    "MultiPoint": list[_Point],
    "LineString": list[_Point],
    "MultiLineString": list[list[_Point]],
    "Polygon": list[list[_Point]],
    "MultiPolygon": list[list[list[_Point]]],
}


def _coordinates(geometry: Geometry) -> Any:
    if geometry.type not in _DEPTH:
        raise msgspec.ValidationError(f"no such geometry: {geometry.type[:32]}")
    return msgspec.json.decode(geometry.coordinates, type=_DEPTH[geometry.type])


def _lines(geometry: Geometry) -> Iterable[Sequence[_Point]]:
    """Yield lines of (lat, lon)."""
    found = _coordinates(geometry)
    for line in {"LineString": [found], "MultiLineString": found}.get(geometry.type, []):
        if line:
            yield [(lat, lon) for lon, lat in line]


def _middle(geometry: Geometry) -> _Point:
    """Return (lat, lon) of a point, and of the middle of the box around anything else."""
    points = list(_flat(_coordinates(geometry)))
    if not points:
        raise msgspec.ValidationError("a geometry without points")
    lons, lats = zip(*points, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _flat(found: Any) -> Iterable[_Point]:
    if isinstance(found, tuple):
        yield found
        return
    for each in found:
        yield from _flat(each)
