"""Recognise how a vector map names its layers, by what its archive says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sightline.kinds.maps.model import Credit, MapSchema
from sightline.maps.pmtiles import BadArchive

_LAYERS: Mapping[MapSchema, frozenset[str]] = {
    "protomaps": frozenset(("earth", "roads")),
    "shortbread": frozenset(("water_polygons", "streets", "land")),
    "openmaptiles": frozenset(("water", "transportation", "transportation_name")),
}
"""Layers that every full map of a schema has."""
_NAMES: Mapping[str, str] = {
    "protomaps": "Protomaps",
    "shortbread": "Shortbread",
    "openmaptiles": "OpenMapTiles",
}
OPENSTREETMAP = Credit("© OpenStreetMap contributors", "https://www.openstreetmap.org/copyright")
_LINK = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']?([^"'\s>]+)["']?[^>]*>(.*?)</a>""", re.I | re.S)
_TAG = re.compile(r"<[^>]*>")
_ENTITIES = {"&copy;": "©", "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " "}
_MOST_CREDITS = 6
_LONGEST = 120


def schema_of(metadata: Mapping[str, Any]) -> MapSchema:
    """Return the schema of a vector map. Raises `BadArchive` if it is none that can be drawn."""
    layers = _layers(metadata)
    if not layers:
        raise BadArchive("its metadata do not say which layers it has (vector_layers)")
    for schema, wanted in _LAYERS.items():
        if wanted <= layers.keys():
            if schema == "protomaps" and "pmap:kind" in layers["roads"]:
                raise BadArchive("it is of an old version of the Protomaps schema; 4 is needed")
            return schema
    known = ", ".join(_NAMES.values())
    shown = ", ".join(sorted(layers)[:8])
    raise BadArchive(f"its layers ({shown}) are of no schema that can be drawn: {known}")


def _layers(metadata: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = metadata.get("vector_layers")
    layers: dict[str, Mapping[str, Any]] = {}
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict) and isinstance(each.get("id"), str):
            fields = each.get("fields")
            layers[each["id"]] = fields if isinstance(fields, dict) else {}
    return layers


def credits_of(metadata: Mapping[str, Any]) -> tuple[Credit, ...]:
    """Return whom the map's archive credits: texts and links, never HTML."""
    text = metadata.get("attribution")
    if not isinstance(text, str):
        return ()
    found: list[Credit] = []
    end = 0
    for link in _LINK.finditer(text):
        found.append(Credit(_plain(text[end : link.start()])))
        url = link[1] if link[1].startswith(("https://", "http://")) else ""
        found.append(Credit(_plain(link[2]), url[:500]))
        end = link.end()
    found.append(Credit(_plain(text[end:])))
    return tuple(each for each in found if each.text)[:_MOST_CREDITS]


def _plain(text: str) -> str:
    text = _TAG.sub("", text)
    for name, sign in _ENTITIES.items():
        text = text.replace(name, sign)
    return " ".join(text.split()).strip(" |,;")[:_LONGEST]
