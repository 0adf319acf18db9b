"""Define what browsers are told of a map."""

from __future__ import annotations

from typing import Literal

import msgspec

from sightline.model.kind import State

MapRole = Literal["base", "layer"]
MapType = Literal["pmtiles", "raster", "style"]
MapSchema = Literal["protomaps", "shortbread", "openmaptiles", ""]

Bounds = tuple[float, float, float, float]


class Credit(msgspec.Struct, frozen=True):
    """A source that a map names: plain text, and where more is said of it (empty: nowhere)."""

    text: str
    url: str = ""


class MapSource(State, frozen=True, kw_only=True):
    """A map that the page can draw; its key is `map/<name>`. All fields are always there."""

    title: str
    """What people call it."""
    role: MapRole
    """`base`: drawn by itself where it has the most detail; `layer`: chosen on the map, such as
    satellite pictures."""
    type: MapType
    url: str
    """`/maps/<file>` of this server, or an address elsewhere."""
    schema: MapSchema
    """How a vector map names its layers; empty: pictures, or a style that says it itself."""
    bounds: Bounds
    """What it covers: west, south, east, north, in degrees."""
    min_zoom: int
    max_zoom: int
    tile_size: int
    """Of pictures, in pixels."""
    attribution: tuple[Credit, ...]
    size: int
    """Bytes; 0: it is elsewhere."""
    updated: float
    """When it was put here, epoch s."""
    places: bool
    """Whether its streets and places can be looked up."""
