"""Put beside things, fixes and events what lies at their positions, for those who ask for it.

What lies where is told by a `PlaceTexts`, from maps of this server; anybody who asks sees the
position itself already.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from sightline.contract.errors import Refused
from sightline.contract.fields import RequestFields
from sightline.history.formats.fix import Fix, position
from sightline.live import protocol
from sightline.model.kind import State

MOST = 1000
"""Fixes of a track that are told with their places."""
FIELD = "place"

Position = tuple[float, float]
Placed = Callable[[list[Fix]], Awaitable[list[Fix]]]


class PlaceTexts(Protocol):
    """Put positions into words."""

    async def __call__(self, positions: Sequence[Position], language: str) -> Sequence[str]:
        """Return a line for each position; empty where nothing is known."""


class PlaceQuery(RequestFields, frozen=True, kw_only=True):
    """Whether places are wanted beside positions, and in which language."""

    place: Annotated[
        str, Meta(description="1: with each position, what lies there, if a map of ours knows.")
    ] = "0"
    language: Annotated[
        str, Meta(max_length=16, description="Of the names, such as de; else as they are there.")
    ] = ""

    @property
    def wants_place(self) -> bool:
        """Tell whether places are asked for."""
        return self.place not in ("0", "", "false")


class PlacesBeside:
    """Answers with places, where they are asked for."""

    def __init__(self, texts: PlaceTexts) -> None:
        self._texts = texts

    async def things(
        self, states: Iterable[tuple[str, State | None]], asked: PlaceQuery
    ) -> list[bytes]:
        """Return things as JSON, those that there are."""
        there = [(key, state) for key, state in states if state is not None]
        said = [protocol.thing(key, 0, state) for key, state in there]
        if not asked.wants_place:
            return said
        spots = [_spot(state) for _, state in there]
        texts = await self._of(spots, asked.language)
        return [
            thing[:-1] + b',"place":%b}' % msgspec.json.encode(text) if text else thing
            for thing, text in zip(said, texts, strict=True)
        ]

    async def beside(self, fixes: Sequence[Fix], asked: PlaceQuery) -> list[dict[str, object]]:
        """Return fixes or events with their places, in place of what their senders may say."""
        if not asked.wants_place:
            return list(map(dict, fixes))
        texts = await self._of([position(fix) for fix in fixes], asked.language)
        return [
            {**_unplaced(fix), **({FIELD: text} if text else {})}
            for fix, text in zip(fixes, texts, strict=True)
        ]

    def along(self, asked: PlaceQuery, most: int | None) -> Placed | None:
        """Return what puts places beside the fixes of a track of at most so many; None: none.

        Raises `Refused` for a track that is too long for it.
        """
        if not asked.wants_place:
            return None
        if most is None or most > MOST:
            raise Refused("malformed", f"place needs limit or last of at most {MOST}.")

        async def placed(fixes: list[Fix]) -> list[Fix]:
            return list[Fix](await self.beside(fixes, asked))

        return placed

    async def _of(self, spots: Sequence[Position | None], language: str) -> list[str]:
        known = [spot for spot in spots if spot is not None]
        texts = iter(await self._texts(known, language) if known else ())
        return ["" if spot is None else next(texts) for spot in spots]


def _unplaced(fix: Fix) -> Fix:
    return {name: value for name, value in fix.items() if name != FIELD}


def _spot(state: State) -> Position | None:
    lat, lon = getattr(state, "lat", None), getattr(state, "lon", None)
    return None if lat is None or lon is None else (lat, lon)
