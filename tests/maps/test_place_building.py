"""Making an index out of tiles, by the real tools."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sightline.maps import place_building
from sightline.maps.place_building import Built, CannotBuild, build_index, decoder
from sightline.maps.place_index import PlaceIndex
from sightline.maps.place_ranking import locality_of

HERE = (52.3710, 4.8800)
LAYERS = {
    "protomaps": ("roads", "places", "buildings", {"kind_detail": "city"}, "addr_housenumber"),
    "shortbread": ("street_labels", "place_labels", "addresses", {"kind": "city"}, "housenumber"),
    "openmaptiles": (
        "transportation_name",
        "place",
        "housenumber",
        {"class": "city"},
        "housenumber",
    ),
}


def feature(layer: str, geometry: str, coordinates: Any, /, **properties: Any) -> str:
    return json.dumps(
        {
            "type": "Feature",
            "tippecanoe": {"layer": layer},
            "geometry": {"type": geometry, "coordinates": coordinates},
            "properties": properties,
        }
    )


def archive_of(folder: Path, schema: str) -> Path:
    """A real archive of a small town, in many tiles."""
    streets, places, houses, city, number = LAYERS[schema]
    lines = [
        feature(
            streets, "LineString", [[4.878, 52.37 - n / 500], [4.878, 52.372]], name=f"Gracht {n}"
        )
        for n in range(1, 4)
    ]
    lines += [
        feature(streets, "LineString", [[4.80, 52.371], [4.96, 52.371]], name="Dwarsstraat"),
        feature(streets, "LineString", [[4.879, 52.3], [4.879, 52.4]], ref="A10"),
        feature(places, "Point", [4.8926, 52.3731], name="Amsterdam", **city),
        feature(houses, "Point", [4.8801, 52.3710], **{number: "123"}),
    ]
    source = folder / "town.geojsonl"
    source.write_text("\n".join(lines))
    made = folder / f"{schema}.pmtiles"
    tool = Path(str(decoder())).with_name("tippecanoe")
    options = ["-q", "-f", "-Z12", "-z14", "-r1", "-o", str(made)]
    subprocess.run([str(tool), *options, str(source)], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    if decoder() is None:
        pytest.skip("the tools for maps are not installed (pip install 'sightline[maps]')")
    folder = tmp_path_factory.mktemp("archives")
    return {schema: archive_of(folder, schema) for schema in LAYERS}


def built(archive: Path, index: Path, schema: str, progress: Any = lambda tiles: None) -> Built:
    return build_index(archive, index, schema=schema, zoom=14, source="a", progress=progress)


@pytest.mark.parametrize("schema", LAYERS)
def test_an_archive_of_every_schema_gets_an_index(
    archives: dict[str, Path], tmp_path: Path, schema: str
) -> None:
    done: list[int] = []
    path = tmp_path / "town.places"
    found = built(archives[schema], path, schema, done.append)
    assert (found.houses, found.spots, found.skipped) == (1, 1, 0)
    assert done == list(range(1, found.tiles + 1))
    assert [each.name for each in tmp_path.iterdir()] == ["town.places"]
    index = PlaceIndex(path)
    around = index.around(*HERE)
    assert locality_of(*HERE, around).text == "Dwarsstraat 123, Amsterdam"
    (street,) = index.search(["dwarsstraat"], *HERE, 5)
    assert (street.town and street.town.text) == "Amsterdam"
    west, _, east, _ = street.box
    assert (round(west, 2), round(east, 2)) == (4.80, 4.96), "one street, though in many tiles"


def test_a_build_that_was_stopped_goes_on_where_it_was(
    archives: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_building, "_SAVED_EVERY", 2)
    path = tmp_path / "town.places"

    class Stopped(Exception):
        pass

    def stop(tiles: int) -> None:
        if tiles == 5:
            raise Stopped

    with pytest.raises(Stopped):
        built(archives["protomaps"], path, "protomaps", stop)
    assert not path.exists()
    again: list[int] = []
    found = built(archives["protomaps"], path, "protomaps", again.append)
    assert again[0] == 4, "the first three were kept"
    whole = built(archives["protomaps"], tmp_path / "other.places", "protomaps")
    assert found == whole


def test_the_old_index_stays_when_the_archive_is_damaged(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "town.places"
    built(archives["protomaps"], path, "protomaps")
    before = path.read_bytes()
    torn = tmp_path / "torn.pmtiles"
    torn.write_bytes(archives["protomaps"].read_bytes()[:600])
    with pytest.raises(CannotBuild, match=r"torn\.pmtiles: its tiles cannot be read"):
        build_index(
            torn, path, schema="protomaps", zoom=14, source="b", progress=lambda tiles: None
        )
    assert path.read_bytes() == before


def test_without_the_tools_it_is_said_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_building, "decoder", lambda: None)
    with pytest.raises(CannotBuild, match=r"sightline\[maps\]"):
        built(tmp_path / "x.pmtiles", tmp_path / "x.places", "protomaps")
    with pytest.raises(CannotBuild, match="no schema"):
        built(tmp_path / "x.pmtiles", tmp_path / "x.places", "")
