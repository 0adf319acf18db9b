"""Read the maps at addresses that the settings name, with their keys."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sightline.kinds.maps.remote import (
    RemoteMap,
    address_fault,
    name_fault,
    origin_fault,
    type_of,
)
from sightline.settings.errors import BadSettings
from sightline.settings.files import check_file, first_line
from sightline.settings.maps import MapSettings
from sightline.settings.values import Secret


def map_settings(
    name: str,
    values: Mapping[str, Any],
    file: str,
    folder: Path,
    environ: Mapping[str, str],
) -> MapSettings:
    """Return the settings of one map, with its key. Raises `BadSettings`."""
    where = f"{file}: map.{name}"
    if fault := name_fault(name):
        raise BadSettings(f"{where}: a map's name {fault}, such as [map.satellite]")
    values, key = dict(values), ""
    if values.get("key_file") and values.get("key_env"):
        raise BadSettings(f"{where}: has both key_file and key_env; only one is allowed")
    if path := values.get("key_file"):
        values["key_file"] = str(folder / path)
        check_file(values["key_file"], file, f"map.{name}.key_file", secret=True)
        key = first_line(values["key_file"], f"{where}.key_file")
    if variable := values.get("key_env"):
        key = environ.get(variable, "")
        if not key:
            raise BadSettings(f"{where}.key_env: the environment variable {variable} is not set")
    found = MapSettings(**values, secret=Secret(key) if key else None)
    if fault := address_fault(found.url, found.type or type_of(found.url), key):
        raise BadSettings(f"{where}.url: {fault}")
    for host in found.hosts:
        if fault := origin_fault(host):
            raise BadSettings(f"{where}.hosts: each {fault}")
    if found.min_zoom > found.max_zoom:
        raise BadSettings(f"{where}.min_zoom: must not be more than max_zoom")
    if found.attribution_url and not found.attribution_url.startswith(("https://", "http://")):
        raise BadSettings(f"{where}.attribution_url: must begin with https://")
    return found


def remote_map(name: str, found: MapSettings) -> RemoteMap:
    """Return the map that these settings describe."""
    type = found.type or type_of(found.url)
    return RemoteMap(
        title=found.title or name,
        url=found.url,
        type=type,
        role=found.role,
        schema=found.schema if type == "pmtiles" else "",
        min_zoom=found.min_zoom,
        max_zoom=found.max_zoom,
        tile_size=found.tile_size,
        attribution=found.attribution,
        attribution_url=found.attribution_url,
        hosts=found.hosts,
        key=found.secret.reveal() if found.secret else "",
    )
