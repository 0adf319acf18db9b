"""What of OpenStreetMap's tags is drawn, and what it is called.

Covers maps/build/names.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sightline.maps.build.kinds import KEYS
from sightline.maps.build.names import names_of
from sightline.maps.build.tags import (
    MapFeature,
    number,
    of_area,
    of_line,
    of_point,
    population_rank,
)

LAYERS = {"earth", "water", "landuse", "roads", "buildings", "pois", "places", "boundaries"}


def test_a_street_has_its_kind_its_names_and_its_way() -> None:
    tags = {"highway": "residential", "name": "Aleksanterinkatu", "oneway": "yes"}
    [found] = of_line(tags | {"name:sv": "Alexandersgatan", "name:fi": "Aleksanterinkatu"})
    assert found == MapFeature(
        "roads",
        12,
        {
            "kind": "minor_road",
            "kind_detail": "residential",
            "oneway": "yes",
            "min_zoom": 12,
            "name": "Aleksanterinkatu",
            "name:sv": "Alexandersgatan",
        },
    )


LINES: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "a motorway": (
        {"highway": "motorway", "ref": "A 7;E 45", "bridge": "yes"},
        {"kind": "highway", "shield_text": "A 7", "is_bridge": True, "oneway": "yes"},
    ),
    "a link": ({"highway": "trunk_link"}, {"kind": "major_road", "is_link": True, "min_zoom": 9}),
    "a driveway": ({"highway": "service", "service": "driveway"}, {"min_zoom": 14}),
    "a pavement": ({"highway": "footway", "footway": "sidewalk"}, {"kind_detail": "sidewalk"}),
    "a tram": ({"railway": "tram", "tunnel": "yes"}, {"kind": "rail", "is_tunnel": True}),
    "a ferry": ({"route": "ferry"}, {"kind": "ferry"}),
    "a stream": ({"waterway": "ditch"}, {"kind": "stream", "kind_detail": "ditch"}),
    "a border": ({"boundary": "administrative", "admin_level": "2"}, {"kind_detail": 2}),
}


@pytest.mark.parametrize("what", LINES)
def test_lines(what: str) -> None:
    tags, wanted = LINES[what]
    [found] = of_line(tags)
    assert found.attributes.items() >= wanted.items()


NOTHING = (
    {"highway": "construction"},
    {"highway": "pedestrian", "area": "yes"},
    {"waterway": "river", "tunnel": "culvert"},
    {"boundary": "administrative", "admin_level": "8"},
    {"railway": "abandoned"},
)


@pytest.mark.parametrize("tags", NOTHING)
def test_lines_that_are_not_drawn(tags: dict[str, str]) -> None:
    assert list(of_line(tags)) == []


def test_a_house_is_a_building_and_an_address() -> None:
    tags = {
        "building": "yes",
        "addr:housenumber": "5b",
        "addr:street": "Mill Lane",
        "height": "9.5 m",
    }
    house, address = of_area(tags)
    assert house == MapFeature("buildings", 14, {"kind": "building", "height": 9})
    assert address.as_point
    assert address.attributes["addr_housenumber"] == "5b"
    assert address.attributes["addr_street"] == "Mill Lane"


def test_a_park_has_its_name_in_its_middle_once() -> None:
    area, name = of_area({"leisure": "park", "name": "Esplanadi"})
    assert area == MapFeature("landuse", 9, {"kind": "park"})
    assert (name.layer, name.as_point, name.attributes["name"]) == ("pois", True, "Esplanadi")


def test_a_lake_is_water_with_a_label() -> None:
    area, name = of_area({"natural": "water", "water": "reservoir", "name": "Tarn"})
    assert area.attributes == {"kind": "lake"}
    assert name.as_point
    assert name.attributes["kind"] == "lake"


def test_places_are_ranked_by_their_people() -> None:
    [city] = of_point(
        {"place": "city", "name": "Helsinki", "population": "629 725", "capital": "yes"}
    )
    assert city.layer == "places"
    assert city.zoom == 5
    assert city.attributes["population"] == 629_725
    assert city.attributes["capital"] == "yes"
    [village] = of_point({"place": "village", "name": "Aldeburgh"})
    assert village.attributes["population_rank"] < city.attributes["population_rank"]  # type: ignore[operator]


def test_what_has_no_name_is_left_out_unless_it_needs_none() -> None:
    assert list(of_point({"shop": "books"})) == []
    [bench] = of_point({"amenity": "bench"})
    assert bench.attributes == {"kind": "bench", "min_zoom": 15}


def test_names_say_their_script_unless_it_is_latin() -> None:
    assert names_of({"name": "Хельсинки", "name:en": "Helsinki"}) == {
        "name": "Хельсинки",
        "script": "Cyrillic",
        "name:en": "Helsinki",
    }
    assert names_of({"name": "Ærø"}) == {"name": "Ærø"}
    assert names_of({"name": "東京"})["script"] == "Han"
    assert names_of({"name:en": "No own name"}) == {}


@given(some.text(max_size=30))
def test_any_text_is_read_as_a_number_or_as_none(text: str) -> None:
    assert 0 <= number(text) < 10**9
    assert 0 <= population_rank(number(text)) <= 14


_VALUES = some.sampled_from(
    ("yes", "no", "residential", "park", "water", "city", "island", "river", "5", "", "school")
)
_TAGS = some.dictionaries(some.sampled_from((*KEYS, "name", "area", "oneway", "ref")), _VALUES)
_WAYS: tuple[Callable[[Mapping[str, str]], Iterator[MapFeature]], ...] = (
    of_line,
    of_area,
    of_point,
)


@given(_TAGS)
def test_whatever_the_tags_the_features_are_of_the_schema(tags: dict[str, str]) -> None:
    for way in _WAYS:
        for feature in way(tags):
            assert feature.layer in LAYERS
            assert 0 <= feature.zoom <= 15
            assert isinstance(feature.attributes["kind"], str)
