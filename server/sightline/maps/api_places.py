"""Answer what lies at a position, and where something of a name is.

The body carries positions and what somebody looks for, not the address: addresses are written down
by proxies. Any visitor may ask: the answer is made of maps that all may see, and anybody who asks
knows the position already.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from sightline.contract.fields import Answer, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.maps.place_ranking import Locality
from sightline.maps.place_service import Match, PlaceService

MOST_POSITIONS = 50
_MOST_FOUND = 20
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Language = Annotated[str, Meta(max_length=16)]


class PlacesAt(RequestBody, frozen=True):
    """Positions [lat, lon] in degrees, and the language of names, such as ``de``."""

    positions: Annotated[tuple[tuple[Latitude, Longitude], ...], Meta(max_length=MOST_POSITIONS)]
    language: Language = ""


class PlaceSearch(RequestBody, frozen=True):
    """The beginning of words of a name; what is nearest to a position comes first."""

    text: Annotated[str, Meta(max_length=100)]
    lat: Latitude = 0.0
    lon: Longitude = 0.0
    language: Language = ""
    limit: Annotated[int, Meta(ge=1, le=_MOST_FOUND)] = 8


class PlaceShown(msgspec.Struct, frozen=True):
    """A position in words; what is not known is empty. ``text`` is all of it in one line."""

    text: str
    street: str
    number: str
    park: str
    part: str
    town: str


class PlacesShown(Answer, frozen=True):
    """What lies at each position, in their order."""

    places: list[PlaceShown]


class FoundPlace(msgspec.Struct, frozen=True):
    """A match: what it is called, also where it stands; the position and the box around it."""

    name: str
    local: str
    """Its name as it is written there, where that is another one."""
    type: Literal[
        "city",
        "town",
        "village",
        "hamlet",
        "suburb",
        "neighbourhood",
        "park",
        "street",
        "house",
        "spot",
    ]
    town: str
    lat: float
    lon: float
    box: tuple[float, float, float, float]
    """West, south, east, north."""


class FoundPlaces(Answer, frozen=True):
    """Matches, the likeliest first."""

    places: list[FoundPlace]


class PlacesApi:
    """Calls about streets and places of the maps of this server."""

    def __init__(self, service: PlaceService) -> None:
        self._service = service

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "POST",
                "/places/at",
                "visitor",
                self.at,
                summary="Say what lies at positions: street, house number, town",
                body=PlacesAt,
                reply=PlacesShown,
                example={"positions": [[60.1685, 24.9375]], "language": "sv"},
            ),
            Route(
                "POST",
                "/places/search",
                "visitor",
                self.search,
                summary="Find streets and places of this server's maps by the beginning of a name",
                body=PlaceSearch,
                reply=FoundPlaces,
                example={"text": "kalevank", "lat": 60.17, "lon": 24.94},
            ),
        ]

    async def at(self, call: Call[PlacesAt]) -> Reply:
        """Put positions into words."""
        asked = call.asked
        found = await self._service.localities(asked.positions, asked.language)
        return Reply(PlacesShown(places=[_shown(each) for each in found]))

    async def search(self, call: Call[PlaceSearch]) -> Reply:
        """Find places by their names."""
        asked = call.asked
        found = await self._service.search(asked.text, (asked.lat, asked.lon), asked.limit)
        return Reply(FoundPlaces(places=[_match(each, asked.language) for each in found]))


def _shown(place: Locality) -> PlaceShown:
    return PlaceShown(place.text, place.street, place.number, place.park, place.part, place.town)


def _match(match: Match, language: str) -> FoundPlace:
    found, number = match
    name, local = found.name.spoken(language), found.name.text
    return FoundPlace(
        name=f"{name} {number}".strip(),
        local="" if local == name else f"{local} {number}".strip(),
        type=found.sort,  # type: ignore[arg-type]
        town="" if found.town is None else found.town.spoken(language),
        lat=found.lat,
        lon=found.lon,
        box=found.box,
    )
