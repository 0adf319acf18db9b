from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sightline.maps.place_features import Entry, Feature, entries, name_of
from sightline.maps.place_ranking import House, Name, NamedSpot, Street


def said(
    schema: str, layer: str, geometry: str, coordinates: Any, /, **properties: Any
) -> list[Entry]:
    shape = {"type": geometry, "coordinates": coordinates}
    line = msgspec.json.encode({"geometry": shape, "properties": properties})
    return list(entries(schema, layer, msgspec.json.decode(line, type=Feature)))


LINE = [[4.88, 52.37], [4.89, 52.38]]
STREET = Street(Name("Gracht", {"en": "Canal"}), [(52.37, 4.88), (52.38, 4.89)])


@pytest.mark.parametrize(
    ("schema", "layer", "english"),
    [
        ("protomaps", "roads", "name:en"),
        ("shortbread", "street_labels", "name_en"),
        ("openmaptiles", "transportation_name", "name_en"),
    ],
)
def test_a_street_is_read_in_every_schema(schema: str, layer: str, english: str) -> None:
    names = {"name": "Gracht", english: "Canal"}
    assert said(schema, layer, "LineString", LINE, **names) == [STREET]
    twice = said(schema, layer, "MultiLineString", [LINE, LINE], **names)
    assert twice == [STREET, STREET]
    assert said(schema, layer, "LineString", LINE, ref="A10") == [], "it has no name"


@pytest.mark.parametrize(
    ("schema", "layer", "key"),
    [
        ("protomaps", "buildings", "addr_housenumber"),
        ("shortbread", "addresses", "housenumber"),
        ("openmaptiles", "housenumber", "housenumber"),
    ],
)
def test_a_house_number_is_read_in_every_schema(schema: str, layer: str, key: str) -> None:
    assert said(schema, layer, "Point", [4.88, 52.37], **{key: "12 A"}) == [
        House("12 A", 52.37, 4.88)
    ]
    assert said(schema, layer, "Point", [4.88, 52.37], **{key: 12}) == [House("12", 52.37, 4.88)]
    assert said(schema, layer, "Point", [4.88, 52.37]) == []


def test_a_house_that_is_an_area_stands_in_its_middle() -> None:
    ring = [[4.0, 52.0], [4.2, 52.0], [4.2, 52.4], [4.0, 52.4], [4.0, 52.0]]
    (found,) = said("protomaps", "buildings", "Polygon", [ring], addr_housenumber="1")
    assert isinstance(found, House)
    assert (round(found.lat, 6), round(found.lon, 6)) == (52.2, 4.1)


@pytest.mark.parametrize(
    ("schema", "layer", "properties", "sort"),
    [
        ("protomaps", "places", {"kind": "locality", "kind_detail": "city"}, "city"),
        ("protomaps", "places", {"kind": "neighbourhood", "kind_detail": "suburb"}, "suburb"),
        ("protomaps", "places", {"kind": "neighbourhood"}, "neighbourhood"),
        ("protomaps", "pois", {"kind": "park"}, "park"),
        ("protomaps", "pois", {"kind": "cafe"}, "spot"),
        ("shortbread", "place_labels", {"kind": "capital"}, "city"),
        ("shortbread", "place_labels", {"kind": "village"}, "village"),
        ("shortbread", "pois", {"leisure": "park"}, "park"),
        ("openmaptiles", "place", {"class": "town"}, "town"),
        ("openmaptiles", "park", {"class": "national_park"}, "park"),
        ("openmaptiles", "poi", {"class": "shop"}, "spot"),
    ],
)
def test_towns_parks_and_others_are_told_apart(
    schema: str, layer: str, properties: dict[str, str], sort: str
) -> None:
    found = said(schema, layer, "Point", [4.88, 52.37], name="There", **properties)
    assert found == [NamedSpot(Name("There"), sort, 52.37, 4.88)]


def test_a_country_is_no_place_to_be_at() -> None:
    assert said("protomaps", "places", "Point", [4, 52], name="NL", kind="country") == []


def test_names_in_other_languages_are_kept_and_nothing_else() -> None:
    found = name_of(
        {
            "name": " Den \n Haag ",
            "name:de": "Den Haag",
            "name_en": "The Hague",
            "name:zh-Hans": "海牙",
            "name:latin": "Den Haag",
            "name:etymology:wikidata": "Q1",
            "name:fr": 7.5,
            "ref": "A1",
        }
    )
    assert found == Name("Den Haag", {"en": "The Hague", "zh-hans": "海牙"})
    assert name_of({"name": True, "ref": "A1"}) is None
    assert name_of({"name:fi": "Turku"}) == Name("Turku", {"fi": "Turku"})


def test_a_geometry_that_is_none_is_refused() -> None:
    for kind, coordinates in (
        ("Point", []),
        ("LineString", [["a", "b"]]),
        ("Circle", [1, 2]),
        ("Polygon", [[]]),
        ("Point", [[1, 2]]),
    ):
        with pytest.raises(msgspec.DecodeError):
            said("protomaps", "pois", kind, coordinates, name="x")
