"""The settings of a map at an address, as a struct: ``[map.<name>]``."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sightline.kinds.maps.remote import FINEST
from sightline.settings.section import Section
from sightline.settings.values import Secret

_Zoom = Annotated[int, Meta(ge=0, le=FINEST)]


class MapSettings(Section, frozen=True, kw_only=True):
    """A map that another server has: its tiles as pictures, a PMTiles archive, or a style.

    ``{key}`` in ``url`` stands for the key of ``key_file`` or ``key_env``. ``type`` empty: by the
    address. ``schema`` is that of an archive. ``hosts`` are those that a style names.
    """

    url: str
    title: str = ""
    role: Literal["base", "layer"] = "base"
    type: Literal["", "style", "raster", "pmtiles"] = ""
    attribution: str = ""
    attribution_url: str = ""
    key_file: str = ""
    key_env: str = ""
    hosts: tuple[str, ...] = ()
    schema: Literal["protomaps", "shortbread", "openmaptiles"] = "protomaps"
    min_zoom: _Zoom = 0
    max_zoom: _Zoom = 19
    tile_size: Annotated[int, Meta(ge=64, le=1024)] = 256
    secret: Secret | None = None
