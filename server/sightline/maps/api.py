"""Answer the calls of admins about maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from sightline.auth.account import AuditEvent
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Nothing
from sightline.contract.http import Call, Reply, Route
from sightline.kinds.maps.model import Bounds, MapRole, MapSchema
from sightline.maps.service import MapsService


class MapShown(msgspec.Struct, frozen=True):
    """A map of this server. ``problem`` says why it is not shown; empty: it is.

    ``source`` is the name of the file it was made of; ``size`` in bytes, ``updated`` in epoch s.
    """

    name: str
    title: str
    role: MapRole
    schema: MapSchema
    bounds: Bounds
    min_zoom: int
    max_zoom: int
    size: int
    updated: float
    source: str
    places: bool
    problem: str


class Maps(Answer, frozen=True):
    """The maps of this server, by name; ``trouble`` says why there may be others."""

    maps: list[MapShown]
    trouble: str


class MapsApi:
    """``note`` writes down what was done."""

    def __init__(self, maps: MapsService, note: Callable[[AuditEvent], None]) -> None:
        self._maps = maps
        self._note = note

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/admin/maps",
                "admin",
                self.maps,
                summary="List the maps of this server, with what is wrong with them",
                reply=Maps,
            ),
            Route(
                "DELETE",
                "/admin/maps/{name}",
                "admin",
                self.remove,
                summary="Remove a map of this server and its file",
            ),
        ]

    async def maps(self, call: Call[Nothing]) -> Reply:
        """Return all maps, also those that cannot be shown."""
        problems = self._maps.problems
        shown = [
            MapShown(
                name=name,
                title=each.title,
                role=each.role,
                schema=each.schema,
                bounds=each.bounds,
                min_zoom=each.min_zoom,
                max_zoom=each.max_zoom,
                size=each.size,
                updated=each.updated,
                source=each.source,
                places=bool(each.places),
                problem=problems.get(name, ""),
            )
            for name, each in sorted(self._maps.maps.items())
        ]
        return Reply(Maps(maps=shown, trouble=self._maps.trouble))

    async def remove(self, call: Call[Nothing]) -> Reply:
        """Remove a map; open pages go on without it."""
        name = call.parts["name"]
        if not await self._maps.remove(name):
            raise Refused("unknown", UNKNOWN)
        self._note(AuditEvent(call.who.user.name, call.address, "remove map", f"map/{name}"))
        return Reply()
