"""Decide what is drawn of a node, a way or an area, by its tags. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sightline.maps.build.kinds import (
    ISLANDS,
    LANDUSE,
    NAMED_AREAS,
    NAMELESS,
    PLACES,
    POIS,
    RAILS,
    ROADS,
    RUNWAYS,
    STREAMS,
    WATER,
)
from sightline.maps.build.names import names_of

Tags = Mapping[str, str]
Value = str | int | bool
_SMALL_WATER = 12
_BUILDINGS = 14
_ADDRESSES = 15
_RANKS = (200, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
_MORE_RANKS = (1_000_000, 2_000_000, 5_000_000, 10_000_000)
_HIGHEST_BOUNDARY = 4
_NO = frozenset(("", "no", "false", "0", "abandoned", "razed", "proposed"))


class MapFeature(NamedTuple):
    """Something to draw: in which layer, from which zoom, with which attributes.

    ``as_point``: of an area only its middle is drawn.
    """

    layer: str
    zoom: int
    attributes: dict[str, Value]
    as_point: bool = False


def of_line(tags: Tags) -> Iterator[MapFeature]:
    """Yield what is drawn of a way as a line."""
    if tags.get("area") == "yes":
        return
    highway, railway, waterway = tags.get("highway"), tags.get("railway"), tags.get("waterway")
    if highway is not None:
        yield from _road(tags, highway)
    elif railway in RAILS:
        detail: dict[str, Value] = {"kind": "rail", "kind_detail": tags["railway"]}
        zoom = RAILS[tags["railway"]] if "service" not in tags else 13
        yield MapFeature("roads", zoom, {**detail, **_levels(tags), **names_of(tags)})
    elif tags.get("aeroway") in RUNWAYS:
        runway = tags["aeroway"]
        yield MapFeature("roads", RUNWAYS[runway], {"kind": "aeroway", "kind_detail": runway})
    elif tags.get("route") == "ferry":
        yield MapFeature("roads", 10, {"kind": "ferry", "kind_detail": "ferry", **names_of(tags)})
    elif tags.get("man_made") == "pier":
        yield MapFeature("roads", 13, {"kind": "path", "kind_detail": "pier"})
    if waterway in STREAMS:
        zoom = STREAMS[waterway]
        kind = "stream" if waterway in ("ditch", "drain") else waterway
        shown: dict[str, Value] = {"kind": kind, "kind_detail": waterway, "min_zoom": zoom}
        if tags.get("tunnel", "no") in _NO:
            yield MapFeature("water", zoom, {**shown, **names_of(tags)})
    yield from _boundary(tags)


def _road(tags: Tags, highway: str) -> Iterator[MapFeature]:
    is_link = highway.endswith("_link")
    plain = highway.removesuffix("_link")
    if plain not in ROADS:
        return
    kind, zoom = ROADS[plain]
    detail = plain
    if highway == "footway" and tags.get("footway") in ("sidewalk", "crossing"):
        zoom, detail = 14, tags["footway"]
    elif highway == "service" and "service" in tags:
        zoom = 14  # driveways and the like
    shown: dict[str, Value] = {"kind": kind, "kind_detail": detail}
    if is_link:
        shown["is_link"] = True
        zoom = max(zoom + 2, 9)
    if tags.get("oneway") in ("yes", "1", "true") or plain == "motorway":
        shown["oneway"] = "yes"
    if ref := tags.get("ref", "").partition(";")[0].strip()[:16]:
        shown["ref"] = ref
        if kind in ("highway", "major_road"):
            shown["shield_text"] = ref
    shown["min_zoom"] = zoom
    yield MapFeature("roads", zoom, {**shown, **_levels(tags), **names_of(tags)})


def _levels(tags: Tags) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if tags.get("bridge", "no") not in _NO:
        found["is_bridge"] = True
    if tags.get("tunnel", "no") not in _NO or tags.get("covered") == "yes":
        found["is_tunnel"] = True
    return found


def _boundary(tags: Tags) -> Iterator[MapFeature]:
    if tags.get("boundary") != "administrative" or tags.get("maritime") == "yes":
        return
    level = number(tags.get("admin_level", ""))
    if 2 <= level <= _HIGHEST_BOUNDARY:
        kind = "country" if level == 2 else "region"
        yield MapFeature("boundaries", 4 if level == 2 else 6, {"kind": kind, "kind_detail": level})


def of_area(tags: Tags) -> Iterator[MapFeature]:
    """Yield what is drawn of an area: itself, and its name in its middle."""
    building = tags.get("building", "no") not in _NO
    if building or tags.get("building:part", "no") not in _NO:
        shown: dict[str, Value] = {"kind": "building" if building else "building_part"}
        if height := number(tags.get("height", "")):
            shown["height"] = height
        yield MapFeature("buildings", _BUILDINGS, shown)
        yield from _address(tags)
    elif found := _found(WATER, ("water", "waterway", "natural", *WATER), tags):
        yield from _water(tags, *found)
    elif found := _found(LANDUSE, LANDUSE, tags):
        yield from _landuse(tags, *found)
    elif tags.get("highway") in ("pedestrian", "footway") and tags.get("area") == "yes":
        yield MapFeature("landuse", 13, {"kind": "pedestrian", **names_of(tags)})
    if tags.get("place") in ISLANDS and "name" in tags:
        zoom = ISLANDS[tags["place"]]
        yield MapFeature("earth", zoom, {"kind": "island", **names_of(tags)}, True)
    for each in _places(tags):
        if tags.get("boundary") is None:  # a town has a point of its own
            yield each._replace(as_point=True)
    for each in _pois(tags):
        yield each._replace(as_point=True)


def _found(
    table: Mapping[str, Mapping[str, tuple[str, int]]], keys: object, tags: Tags
) -> tuple[str, int] | None:
    for key in table if not isinstance(keys, tuple) else keys:
        value = tags.get(key)
        if value is not None and value in table[key]:
            return table[key][value]
    return None


def _water(tags: Tags, kind: str, zoom: int) -> Iterator[MapFeature]:
    names = names_of(tags)
    if kind not in ("bay", "strait"):
        yield MapFeature("water", zoom, {"kind": kind})
    if names and kind not in ("river", "canal", "swimming_pool"):
        named = kind if kind in ("bay", "strait") else "lake"
        zoom = max(zoom, _SMALL_WATER) if kind in ("water", "basin", "dock") else max(zoom, 9)
        yield MapFeature("water", zoom, {"kind": named, "min_zoom": zoom, **names}, True)


def _landuse(tags: Tags, kind: str, zoom: int) -> Iterator[MapFeature]:
    yield MapFeature("landuse", zoom, {"kind": kind})
    names = names_of(tags)
    is_poi = any(tags.get(key) in values for key, values in POIS.items())
    if names and kind in NAMED_AREAS and not is_poi:
        zoom = max(zoom, 13)
        yield MapFeature("pois", zoom, {"kind": kind, "min_zoom": zoom, **names}, True)


def of_point(tags: Tags) -> Iterator[MapFeature]:
    """Yield what is drawn of a node."""
    yield from _places(tags)
    if tags.get("place") in ISLANDS and "name" in tags:
        yield MapFeature("earth", ISLANDS[tags["place"]], {"kind": "island", **names_of(tags)})
    if tags.get("natural") in ("bay", "strait") and "name" in tags:
        yield MapFeature("water", 9, {"kind": tags["natural"], "min_zoom": 9, **names_of(tags)})
    yield from _address(tags)
    yield from _pois(tags)


def _places(tags: Tags) -> Iterator[MapFeature]:
    place, names = tags.get("place", ""), names_of(tags)
    if place not in PLACES or not names:
        return
    kind, zoom, usual = PLACES[place]
    people = number(tags.get("population", "")) or usual
    if kind == "locality" and people >= 300_000:
        zoom = 5
    rank = population_rank(people)
    shown: dict[str, Value] = {
        "kind": kind,
        "kind_detail": place,
        "min_zoom": zoom,
        "population": people,
        "population_rank": rank,
        "sort_key": zoom * 100 - rank,
        **names,
    }
    if tags.get("capital") == "yes":
        shown["capital"] = "yes"
    yield MapFeature("places", zoom, shown)


def _address(tags: Tags) -> Iterator[MapFeature]:
    house = tags.get("addr:housenumber", "")[:16]
    if house:
        shown: dict[str, Value] = {"kind": "address", "addr_housenumber": house}
        if street := tags.get("addr:street", "")[:120]:
            shown["addr_street"] = street
        yield MapFeature("buildings", _ADDRESSES, shown, True)


def _pois(tags: Tags) -> Iterator[MapFeature]:
    for key, kinds in POIS.items():
        value = tags.get(key)
        if value is None or value not in kinds:
            continue
        names = names_of(tags)
        if names or value in NAMELESS:
            zoom = kinds[value] if names else 15
            shown: dict[str, Value] = {"kind": value, "min_zoom": zoom, **names}
            if value in ("peak", "volcano") and (height := number(tags.get("ele", ""))):
                shown["elevation"] = height
            yield MapFeature("pois", zoom, shown)
        return


def population_rank(people: int) -> int:
    """Return how large a place is, from 0 to 14."""
    return sum(people >= least for least in (*_RANKS, *_MORE_RANKS))


def number(text: str) -> int:
    """Return the number that a tag begins with; 0 if it is none."""
    digits = ""
    for letter in text.strip().replace(",", "").replace(" ", ""):
        if not (letter.isascii() and letter.isdigit()):
            break
        digits += letter
    return int(digits[:9] or 0)
