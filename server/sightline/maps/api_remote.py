"""Answer the calls of admins about maps at addresses: list, try, set, remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sightline.auth.account import AuditEvent
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.kinds.maps.model import MapRole, MapSchema, MapType
from sightline.kinds.maps.remote import (
    FINEST,
    RemoteMap,
    address_fault,
    name_fault,
    origin_fault,
    origin_of,
    type_of,
)
from sightline.maps.remote_check import Examined
from sightline.maps.remote_service import RemoteMaps

_Zoom = Annotated[int, Meta(ge=0, le=FINEST)]
_Short = Annotated[str, Meta(max_length=200)]


class NewRemoteMap(RequestBody, frozen=True, kw_only=True):
    """A map at an address. ``{key}`` in the address stands for the ``key``, which is never shown
    again here, but sent to every browser. ``hosts``: the further hosts that were agreed to.
    """

    name: Annotated[str, Meta(max_length=40)]
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    url: Annotated[str, Meta(min_length=1, max_length=1000)]
    role: MapRole = "base"
    type: MapType | None = None
    attribution: _Short = ""
    attribution_url: _Short = ""
    tile_size: Annotated[int, Meta(ge=64, le=1024)] = 256
    min_zoom: _Zoom = 0
    max_zoom: _Zoom = 19
    key: Annotated[str, Meta(max_length=500)] = ""
    hosts: Annotated[tuple[_Short, ...], Meta(max_length=20)] = ()
    anyway: bool = False
    """Keep it although the trial failed: browsers may reach what this server cannot."""


class RemoteMapShown(msgspec.Struct, frozen=True):
    """A map at an address, without its key. ``fixed``: it is in the settings file."""

    name: str
    title: str
    url: str
    role: MapRole
    type: MapType
    schema: MapSchema
    hosts: tuple[str, ...]
    has_key: bool
    fixed: bool
    by: str
    at: float


class RemoteMapList(Answer, frozen=True):
    """The maps at addresses, by name; ``trouble`` says why there may be others."""

    maps: list[RemoteMapShown]
    trouble: str


class RemoteMapTried(Answer, frozen=True):
    """What came of a trial. ``fault`` is a sentence; empty: all is well.

    ``hosts`` are those that every browser will ask, and that thereby learn what people look at.
    """

    fault: str
    hosts: tuple[str, ...]
    credit: str
    type: MapType


class RemoteMapsApi:
    """``note`` writes down what was done."""

    def __init__(self, maps: RemoteMaps, note: Callable[[AuditEvent], None]) -> None:
        self._maps = maps
        self._note = note

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        example = {
            "name": "satellite",
            "title": "Satellite",
            "url": "https://tiles.example.org/{z}/{x}/{y}.jpg",
            "role": "layer",
        }
        return [
            Route(
                "GET",
                "/admin/map-addresses",
                "admin",
                self.maps,
                summary="List the maps at addresses, without their keys",
                reply=RemoteMapList,
            ),
            Route(
                "POST",
                "/admin/map-addresses/try",
                "admin",
                self.trial,
                summary="Try a map at an address, as a browser would ask for it",
                body=NewRemoteMap,
                reply=RemoteMapTried,
                example=example,
            ),
            Route(
                "POST",
                "/admin/map-addresses",
                "admin",
                self.put,
                summary="Set a map at an address, in place of one of the same name",
                body=NewRemoteMap,
                reply=RemoteMapTried,
                errors=("taken",),
                example=example,
            ),
            Route(
                "DELETE",
                "/admin/map-addresses/{name}",
                "admin",
                self.remove,
                summary="Remove a map at an address",
                errors=("taken",),
            ),
        ]

    async def maps(self, call: Call[Nothing]) -> Reply:
        """Return all of them."""
        service = self._maps
        shown = []
        for name, map in sorted(service.maps.items()):
            stored = None if name in service.fixed else service.stored[name]
            shown.append(
                RemoteMapShown(
                    name=name,
                    title=map.title,
                    url=map.url,
                    role=map.role,
                    type=map.type,
                    schema=map.schema,
                    hosts=map.all_hosts,
                    has_key=bool(map.key),
                    fixed=stored is None,
                    by="" if stored is None else stored.by,
                    at=0.0 if stored is None else stored.at,
                )
            )
        return Reply(RemoteMapList(maps=shown, trouble=service.trouble))

    async def trial(self, call: Call[NewRemoteMap]) -> Reply:
        """Try a map; nothing is kept."""
        map = _map_of(call.asked)
        return Reply(_tried(map, await self._maps.examine(map, origin_of(call.base))))

    async def put(self, call: Call[NewRemoteMap]) -> Reply:
        """Try a map and keep it; one of the same name stays if it is no good."""
        asked = call.asked
        if fault := name_fault(asked.name):
            raise Refused("malformed", f"The name of a map {fault}.")
        map = _map_of(asked)
        for host in map.hosts:
            if fault := origin_fault(host):
                raise Refused("malformed", f"Each further host {fault}.")
        found = await self._maps.examine(map, origin_of(call.base))
        if found.fault and not asked.anyway:
            raise Refused("malformed", found.fault)
        missing = [host for host in found.hosts if host not in map.all_hosts]
        if missing:
            raise Refused(
                "malformed", f"Browsers would ask {', '.join(missing)}, too: agree to that first."
            )
        await self._maps.put(asked.name, _with_what_was_read(map, found), call.who.user.name)
        hosts = ", ".join(map.all_hosts)
        self._note(
            AuditEvent(call.who.user.name, call.address, "set map", f"map/{asked.name}", more=hosts)
        )
        return Reply(_tried(map, found))

    async def remove(self, call: Call[Nothing]) -> Reply:
        """Remove a map; open pages go on without it."""
        name = call.parts["name"]
        if not await self._maps.remove(name):
            raise Refused("unknown", UNKNOWN)
        self._note(AuditEvent(call.who.user.name, call.address, "remove map", f"map/{name}"))
        return Reply()


def _map_of(asked: NewRemoteMap) -> RemoteMap:
    """Return the map that is asked about. Raises `Refused`."""
    type = asked.type or type_of(asked.url)
    if fault := address_fault(asked.url, type, asked.key):
        raise Refused("malformed", f"The address {fault}.")
    if asked.attribution_url and not asked.attribution_url.startswith(("https://", "http://")):
        raise Refused("malformed", "The link of the attribution begins with https://.")
    return RemoteMap(
        title=asked.title,
        url=asked.url,
        type=type,
        role=asked.role,
        min_zoom=min(asked.min_zoom, asked.max_zoom),
        max_zoom=asked.max_zoom,
        tile_size=asked.tile_size,
        attribution=asked.attribution,
        attribution_url=asked.attribution_url,
        hosts=asked.hosts,
        key=asked.key,
    )


def _with_what_was_read(map: RemoteMap, found: Examined) -> RemoteMap:
    """Return the map with what its server says of it, where the admin said nothing."""
    return msgspec.structs.replace(
        map,
        schema=found.schema or map.schema,
        bounds=found.bounds or map.bounds,
        min_zoom=map.min_zoom if found.min_zoom is None else found.min_zoom,
        max_zoom=map.max_zoom if found.max_zoom is None else found.max_zoom,
        attribution=map.attribution or found.credit,
    )


def _tried(map: RemoteMap, found: Examined) -> RemoteMapTried:
    hosts = found.hosts or map.all_hosts
    return RemoteMapTried(fault=found.fault, hosts=hosts, credit=found.credit, type=map.type)
