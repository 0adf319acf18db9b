"""Places are found by what people type of their names.

Covers maps/place_finding.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from place_scene import ENTRIES, GRACHT, OTHER_TOWN, PARK, TOWN, make_index
from sightline.maps.place_finding import Piece, clusters
from sightline.maps.place_index import BadIndex, PlaceIndex, Writer, folded, words_of
from sightline.maps.place_ranking import House, locality_of

HERE = (52.3710, 4.8800)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PlaceIndex:
    return PlaceIndex(make_index(tmp_path_factory.mktemp("places") / "town.places"))


def test_what_is_near_a_position_comes_back_as_it_was_put_in(index: PlaceIndex) -> None:
    around = index.around(*HERE)
    assert {each.name.text for each in around.streets} == {"Keizersgracht", "Leidsestraat"}
    assert GRACHT.points in [tuple(each.points) for each in around.streets]
    assert House("123", 52.3710, 4.8801) in around.houses
    assert list(around.spots) == [TOWN]
    assert locality_of(*HERE, around).text == "Keizersgracht 123, Amsterdam"


def test_nothing_is_known_far_from_everything(index: PlaceIndex) -> None:
    around = index.around(10.0, 10.0)
    assert (list(around.streets), list(around.houses), list(around.spots)) == ([], [], [])


@pytest.mark.parametrize("query", ["keiz", "KEIZERSGRACHT", "emperor", "canal emp"])
def test_a_street_is_found_by_the_beginning_of_words_in_any_language(
    index: PlaceIndex, query: str
) -> None:
    found = index.search(words_of(query), *HERE, 10)
    assert found[0].name == GRACHT.name
    assert found[0].town == TOWN.name


def test_a_street_in_many_pieces_is_found_once_and_one_in_another_town_apart(
    index: PlaceIndex,
) -> None:
    found = index.search(["keizersgracht"], *HERE, 10)
    assert [each.town for each in found] == [TOWN.name, OTHER_TOWN.name]
    assert found[0].box == pytest.approx((4.88, 52.37, 4.881, 52.374), abs=1e-4)
    (there,) = index.search(words_of("keizersgracht eindh"), *HERE, 10)
    assert there.town == OTHER_TOWN.name


@pytest.mark.parametrize("query", ["cafe angstrom", "CAFÉ", "ångs", "park cafe"])
def test_accents_and_capitals_do_not_matter(index: PlaceIndex, query: str) -> None:
    assert index.search(words_of(query), *HERE, 10)[0].name == PARK.name


@pytest.mark.parametrize("query", ['"', "*", "NEAR(", "a OR", "'; DROP TABLE name", "()", "-x ^y"])
def test_signs_of_the_query_language_are_no_commands(index: PlaceIndex, query: str) -> None:
    assert index.search(words_of(query), *HERE, 10) == []


def test_a_house_is_found_in_its_street(index: PlaceIndex) -> None:
    street = index.search(["keizersgracht"], *HERE, 1)[0]
    assert index.house("125a", street) == pytest.approx((52.3716, 4.8801))
    assert index.house("9", street) is None, "that is one of another street"
    assert index.house("1", street) is None


def test_letters_fold_to_what_people_type() -> None:
    assert folded("Straße") == folded("STRASSE") == "strasse"
    assert folded("Rødgrød Łódź İzmir") == "rodgrod lodz izmir"


def test_a_half_written_index_is_gone_on_with_and_one_of_another_map_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.part"
    writer = Writer(path, "a")
    writer.put(ENTRIES[0])
    writer.keep(7)
    writer.put(ENTRIES[1])
    writer.close()
    again = Writer(path, "a")
    assert again.tiles == 7
    assert again.sql.execute("SELECT count(*) FROM line").fetchone() == (1,)
    again.close()
    other = Writer(path, "b")
    assert other.tiles == 0
    assert other.sql.execute("SELECT count(*) FROM line").fetchone() == (0,)
    other.close()


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.places"
    text.write_text("this is no database, whatever it is called" * 100)
    half = tmp_path / "half.places"
    writer = Writer(half, "a")
    writer.keep(1)
    writer.close()
    for path in (text, half, tmp_path / "missing.places"):
        with pytest.raises(BadIndex, match=path.name):
            PlaceIndex(path)


def test_a_damaged_index_says_so_and_raises_nothing_else(tmp_path: Path) -> None:
    path = make_index(tmp_path / "town.places")
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(BadIndex):
        PlaceIndex(path).around(*HERE)


def test_pieces_that_touch_each_other_in_any_order_are_one() -> None:
    boxes = {1: (0.0, 0.0, 1.0, 1.0), 2: (2.0, 0.0, 3.0, 1.0), 3: (1.0, 0.0, 2.0, 1.0)}
    far = Piece(4, (9.0, 9.0, 9.5, 9.5))
    pieces = [Piece(number, box) for number, box in boxes.items()]
    assert sorted(clusters([far, *pieces])) == [pieces, [far]]
