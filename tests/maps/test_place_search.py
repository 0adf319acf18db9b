from __future__ import annotations

from sightline.maps.place_index import Found
from sightline.maps.place_ranking import Name
from sightline.maps.place_search import ordered, split_number


def found(name: str, sort: str, lat: float, town: str = "") -> Found:
    box = (5.0, lat, 5.0, lat)
    return Found(Name(name), sort, box, lat, 5.0, Name(town) if town else None)


def names(words: list[str], *some: Found) -> list[str]:
    return [each.name.text for each in ordered(words, some, 52.0, 5.0)]


def test_a_town_comes_before_a_street_beside_us_and_a_near_street_before_a_far_one() -> None:
    town = found("Utrecht", "city", 52.09)
    near, far = found("Utrechtsestraat", "street", 52.01), found("Utrechtseweg", "street", 53.0)
    assert names(["utr"], far, near, town) == ["Utrecht", "Utrechtsestraat", "Utrechtseweg"]


def test_a_name_that_is_meant_comes_before_one_that_lies_in_a_town_of_that_name() -> None:
    inside = found("Bar Socis", "spot", 52.0, town="Helsinki")
    town = found("Helsinki", "city", 60.17)
    assert names(["helsinki"], inside, town) == ["Helsinki", "Bar Socis"]


def test_the_whole_name_comes_first_and_a_later_word_last() -> None:
    whole, more = found("Dam", "street", 52.02), found("Damrak", "street", 52.01)
    later = found("Oude Dam", "street", 52.02)
    assert names(["dam"], later, more, whole) == ["Dam", "Damrak", "Oude Dam"]


def test_what_two_maps_know_is_told_once() -> None:
    twice = found("Dam", "street", 52.02), found("Dam", "street", 52.021)
    another = found("Dam", "street", 52.2)
    assert names(["dam"], *twice, another) == ["Dam", "Dam"]


def test_a_house_number_stands_behind_the_street_or_before_it() -> None:
    assert split_number(["kalevankatu", "12", "b"]) == (["kalevankatu"], "12b")
    assert split_number(["12", "main", "street"]) == (["main", "street"], "12")
    assert split_number(["main", "street"]) == (["main", "street"], "")
    assert split_number(["12"]) == (["12"], "")
    assert split_number([]) == ([], "")
