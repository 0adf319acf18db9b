"""Choose what to call a position: its street, house number, park, part of town and town. Pure.

All lengths are m, on a plane around the position that is asked about: exact enough for the few km
that are looked at. Candidates may come in any order, and more than once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

STREET_WITHIN = 60.0
"""m: farther off, a street is not where somebody is."""
HOUSE_WITHIN = 30.0
PARK_WITHIN = 150.0
_PER_DEGREE = 111_195.0
_NARROWEST = 1e-6  # the cosine of a latitude beside a pole

REACH: Mapping[str, float] = {
    "city": 12_000.0,
    "town": 5_000.0,
    "village": 2_500.0,
    "hamlet": 1_000.0,
    "suburb": 1_800.0,
    "neighbourhood": 800.0,
    "park": PARK_WITHIN,
}
"""How far each sort of spot reaches from its middle (m); others are found by their names only."""
TOWNS = frozenset(("city", "town", "village", "hamlet"))
PARTS = frozenset(("suburb", "neighbourhood"))


class Name(msgspec.Struct, frozen=True):
    """A name as it is written there, and in other languages."""

    text: str
    translations: Mapping[str, str] = {}

    def spoken(self, language: str) -> str:
        """Return it in a language such as ``de`` or ``pt-BR``, where that is known."""
        whole = language.lower()
        for each in (whole, whole.partition("-")[0]):
            if each in self.translations:
                return self.translations[each]
        return self.text


class Street(msgspec.Struct, frozen=True):
    """A piece of a street: its corners (lat, lon)."""

    name: Name
    points: Sequence[tuple[float, float]]


class House(msgspec.Struct, frozen=True):
    """A house number. ``street`` is empty where the map does not say it."""

    number: str
    lat: float
    lon: float
    street: str = ""


class NamedSpot(msgspec.Struct, frozen=True):
    """A town, a part of one, a park, or anything else with a name and one position."""

    name: Name
    sort: str
    lat: float
    lon: float


class Surroundings(msgspec.Struct, frozen=True):
    """What a map knows around a position."""

    streets: Sequence[Street] = ()
    houses: Sequence[House] = ()
    spots: Sequence[NamedSpot] = ()


class Locality(msgspec.Struct, frozen=True, omit_defaults=True):
    """A position in words; what is not known is left out."""

    street: str = ""
    number: str = ""
    """Of a house close by in that street."""
    park: str = ""
    """A park or the like, where no street is near."""
    part: str = ""
    """The part of the town."""
    town: str = ""

    @property
    def text(self) -> str:
        """Return it in one line: ``Keizersgracht 123, Amsterdam``; empty: nothing is known."""
        place = f"{self.street} {self.number}".strip() or self.park or self.part
        return ", ".join(filter(None, (place, self.town)))


class _Plane:
    """The plane around a position: metres to the east and to the north of it."""

    def __init__(self, lat: float, lon: float) -> None:
        self._lat = lat
        self._lon = lon
        self._across = max(_NARROWEST, math.cos(math.radians(lat))) * _PER_DEGREE

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        east = (lon - self._lon + 540.0) % 360.0 - 180.0
        return east * self._across, (lat - self._lat) * _PER_DEGREE

    def to_point(self, lat: float, lon: float) -> float:
        return math.hypot(*self.at(lat, lon))

    def to_line(self, points: Sequence[tuple[float, float]]) -> float:
        flat = [self.at(*each) for each in points]
        if len(flat) == 1:
            return math.hypot(*flat[0])
        pairs = itertools.pairwise(flat)
        return min((_to_segment(one, other) for one, other in pairs), default=math.inf)


def _to_segment(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far a segment is from (0, 0)."""
    x, y = other[0] - one[0], other[1] - one[1]
    long = x * x + y * y
    along = 0.0 if long == 0 else max(0.0, min(1.0, -(one[0] * x + one[1] * y) / long))
    return math.hypot(one[0] + along * x, one[1] + along * y)


def line_distance(lat: float, lon: float, points: Sequence[tuple[float, float]]) -> float:
    """Return how far a line is from a position, m."""
    return _Plane(lat, lon).to_line(points)


def point_distance(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Return how far two positions are apart, m; roughly, when that is far."""
    return _Plane(lat, lon).to_point(to_lat, to_lon)


def nearest_street(
    lat: float, lon: float, streets: Iterable[Street], within: float = STREET_WITHIN
) -> Street | None:
    """Return the nearest street; of two as near, the one whose name comes first."""
    plane = _Plane(lat, lon)
    ranked = ((plane.to_line(each.points), each.name.text, each) for each in streets)
    near = [found for found in ranked if found[0] <= within]
    return min(near, key=lambda found: found[:2])[2] if near else None


def house_number(
    lat: float, lon: float, street: Street, streets: Sequence[Street], houses: Iterable[House]
) -> str:
    """Return the number of the nearest house of this street; empty: none is close.

    A house whose street is not said belongs to the street that is nearest to it.
    """
    plane = _Plane(lat, lon)
    ranked = sorted((plane.to_point(each.lat, each.lon), each.number, each) for each in houses)
    for far, number, house in ranked:
        if far > HOUSE_WITHIN:
            break
        own = house.street
        if not own:
            nearest = nearest_street(house.lat, house.lon, streets)
            own = nearest.name.text if nearest else ""
        if own in (street.name.text, *street.name.translations.values()):
            return number
    return ""


def best_spot(
    lat: float, lon: float, spots: Iterable[NamedSpot], sorts: frozenset[str]
) -> NamedSpot | None:
    """Return the spot of these sorts whose reach the position is deepest in; None: in no reach.

    The larger a town, the farther it is what people would name.
    """
    plane = _Plane(lat, lon)
    ranked = (
        (plane.to_point(each.lat, each.lon) / REACH[each.sort], each.name.text, each)
        for each in spots
        if each.sort in sorts
    )
    inside = [found for found in ranked if found[0] <= 1]
    return min(inside, key=lambda found: found[:2])[2] if inside else None


def locality_of(lat: float, lon: float, around: Surroundings, language: str = "") -> Locality:
    """Put a position into words."""

    def spot(sorts: frozenset[str]) -> str:
        found = best_spot(lat, lon, around.spots, sorts)
        return found.name.spoken(language) if found else ""

    street = nearest_street(lat, lon, around.streets)
    if street is None:
        return Locality(park=spot(frozenset(("park",))), part=spot(PARTS), town=spot(TOWNS))
    return Locality(
        street=street.name.spoken(language),
        number=house_number(lat, lon, street, around.streets, around.houses),
        part=spot(PARTS),
        town=spot(TOWNS),
    )
