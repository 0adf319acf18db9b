from __future__ import annotations

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from sightline.maps.place_ranking import (
    HOUSE_WITHIN,
    REACH,
    STREET_WITHIN,
    House,
    Name,
    NamedSpot,
    Street,
    Surroundings,
    best_spot,
    house_number,
    line_distance,
    locality_of,
    nearest_street,
    point_distance,
)

HERE = (52.37, 4.88)
METRE = 1 / 111_195  # degrees of latitude


def street(name: str, north: float = 0.0, east: float = 0.0, long: float = 200.0) -> Street:
    """A street from west to east, so many metres off."""
    across = METRE / math.cos(math.radians(HERE[0]))
    lat = HERE[0] + north * METRE
    west, last = HERE[1] + (east - long / 2) * across, HERE[1] + (east + long / 2) * across
    return Street(Name(name), [(lat, west), (lat, last)])


def spot(name: str, sort: str, north: float) -> NamedSpot:
    return NamedSpot(Name(name), sort, HERE[0] + north * METRE, HERE[1])


def house(number: str, north: float, of: str = "") -> House:
    return House(number, HERE[0] + north * METRE, HERE[1], of)


def test_a_position_is_on_the_street_nearest_to_it_and_not_on_one_far_off() -> None:
    near, far = street("Keizersgracht", 12), street("Herengracht", 40)
    assert nearest_street(*HERE, [far, near]) == near
    assert nearest_street(*HERE, [street("Prinsengracht", STREET_WITHIN + 1)]) is None
    assert nearest_street(*HERE, []) is None


def test_the_distance_is_to_the_line_between_corners_not_to_the_corners() -> None:
    assert math.isclose(
        line_distance(*HERE, street("long", 10, long=4000).points), 10, rel_tol=0.01
    )
    beyond = street("ends here", 0, east=130, long=200).points
    assert math.isclose(line_distance(*HERE, beyond), 30, rel_tol=0.01)


def test_a_line_of_one_point_and_one_of_twice_the_same_are_points() -> None:
    there = (HERE[0] + 25 * METRE, HERE[1])
    for points in ([there], [there, there]):
        assert math.isclose(line_distance(*HERE, points), 25, rel_tol=0.01)
    assert line_distance(*HERE, []) == math.inf


def test_the_other_side_of_the_antimeridian_is_near() -> None:
    assert point_distance(0, 179.9999, 0, -179.9999) < 30


def test_a_house_number_counts_where_the_house_is_close_and_of_this_street() -> None:
    mine, other = street("Keizersgracht", 5), street("Leidsestraat", 40)
    both = [mine, other]
    assert house_number(*HERE, mine, both, [house("123", 10)]) == "123"
    assert house_number(*HERE, mine, both, [house("7", 28)]) == "", "nearer to the other street"
    assert house_number(*HERE, mine, both, [house("7", 28, "Keizersgracht")]) == "7"
    assert house_number(*HERE, mine, both, [house("9", 10, "Leidsestraat")]) == ""
    assert house_number(*HERE, mine, both, [house("1", HOUSE_WITHIN + 2, "Keizersgracht")]) == ""


def test_the_larger_town_is_named_from_farther_off() -> None:
    city, village = spot("Amsterdam", "city", 4000), spot("Duivendrecht", "village", 2000)
    towns = frozenset(("city", "village"))
    assert best_spot(*HERE, [village, city], towns) == city
    assert best_spot(*HERE, [spot("near", "village", 300), city], towns).name.text == "near"
    assert best_spot(*HERE, [spot("far", "city", REACH["city"] + 100)], towns) is None


def test_words_are_of_the_street_and_the_town_in_the_language_of_the_viewer() -> None:
    around = Surroundings(
        streets=[Street(Name("Yrjönkatu", {"sv": "Georgsgatan"}), street("", 3).points)],
        houses=[house("27", 8)],
        spots=[
            NamedSpot(Name("Helsinki", {"sv": "Helsingfors", "pt": "Helsínquia"}), "city", *HERE),
            spot("Keskusta", "neighbourhood", 200),
        ],
    )
    assert locality_of(*HERE, around).text == "Yrjönkatu 27, Helsinki"
    assert locality_of(*HERE, around, "sv").text == "Georgsgatan 27, Helsingfors"
    assert locality_of(*HERE, around, "pt-BR").town == "Helsínquia"
    assert locality_of(*HERE, around, "de").text == "Yrjönkatu 27, Helsinki"
    assert locality_of(*HERE, around).part == "Keskusta"


def test_away_from_streets_a_park_and_else_the_part_of_the_town_is_named() -> None:
    town, part, park = (
        spot("Amsterdam", "city", 900),
        spot("Museumkwartier", "suburb", 500),
        spot("Vondelpark", "park", 100),
    )
    assert (
        locality_of(*HERE, Surroundings(spots=[town, part, park])).text == "Vondelpark, Amsterdam"
    )
    assert locality_of(*HERE, Surroundings(spots=[town, part])).text == "Museumkwartier, Amsterdam"
    assert locality_of(*HERE, Surroundings()).text == ""


offset = st.floats(-0.002, 0.002)
point = st.tuples(offset, offset).map(lambda by: (HERE[0] + by[0], HERE[1] + by[1]))
streets = st.lists(
    st.builds(
        Street,
        st.sampled_from("ABCDE").map(Name),
        st.lists(point, min_size=1, max_size=5).map(tuple),
    ),
    max_size=8,
)


@given(streets, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(
    found: list[Street], chance: random.Random
) -> None:
    mixed = chance.sample(found, len(found))
    one, other = nearest_street(*HERE, found), nearest_street(*HERE, mixed)
    assert (one and one.name) == (other and other.name)


@given(streets)
def test_no_street_is_nearer_than_the_one_that_is_named(found: list[Street]) -> None:
    chosen = nearest_street(*HERE, found)
    distances = [line_distance(*HERE, each.points) for each in found]
    if chosen is None:
        assert all(each > STREET_WITHIN for each in distances)
    else:
        assert line_distance(*HERE, chosen.points) == min(distances) <= STREET_WITHIN


@given(st.lists(point, min_size=2, max_size=6), st.floats(0, 1), st.integers(0, 4))
def test_no_point_of_a_line_is_nearer_than_its_distance(
    points: list[tuple[float, float]], along: float, nth: int
) -> None:
    nth = min(nth, len(points) - 2)
    one, other = points[nth], points[nth + 1]
    between = tuple(a + (b - a) * along for a, b in zip(one, other, strict=True))
    assert line_distance(*HERE, points) <= point_distance(*HERE, *between) + 1e-6
