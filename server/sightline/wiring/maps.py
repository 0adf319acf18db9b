"""Make what hangs on the maps: maps at addresses, the page's policy, the look-up of places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor as _reactor

from sightline.kinds.maps.remote import RemoteMap
from sightline.maps.place_service import IndexFile, PlaceService
from sightline.maps.remote_fetch import HttpFetch
from sightline.maps.remote_service import RemoteMaps
from sightline.maps.remote_store import RemoteStore
from sightline.maps.service import MapsService
from sightline.settings import MapSettings, remote_map
from sightline.web.content_policy import ContentPolicy
from sightline.wiring.clock import now

if TYPE_CHECKING:
    from sightline.live.hub import Hub

reactor: Any = _reactor


@dataclass(frozen=True, slots=True)
class MapExtras:
    """Maps at addresses, what they allow pages to ask, and the streets and places of our own."""

    remote: RemoteMaps
    policy: ContentPolicy
    places: PlaceService


def build_map_extras(
    settings: Mapping[str, MapSettings], hub: Hub, maps: MapsService, alarm: Callable[[str], None]
) -> MapExtras:
    """Make them beside the maps of the state folder."""
    fixed: dict[str, RemoteMap] = {name: remote_map(name, each) for name, each in settings.items()}
    policy = ContentPolicy()
    remote = RemoteMaps(
        reactor,
        now,
        hub,
        RemoteStore(maps.folder),
        fixed=fixed,
        allow=policy.allow,
        fetch=HttpFetch(reactor, private=False),
        alarm=alarm,
    )

    def files() -> Sequence[IndexFile]:
        return [
            IndexFile(maps.folder / each.places, each.bounds, each.max_zoom)
            for each in maps.usable.values()
            if each.places
        ]

    return MapExtras(remote, policy, PlaceService(reactor, files))
