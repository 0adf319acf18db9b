"""Erase a friend from the world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sightline.contract.errors import Refused
from sightline.history.archive.archive import Archive
from sightline.kinds import followers
from sightline.kinds.friends.names import DeviceNames
from sightline.live.hub import Hub
from sightline.live.ingest import Quarantined
from sightline.model.faults import Unavailable
from sightline.model.kind import id_of, kind_of
from sightline.wiring.channels import ChannelParts
from sightline.wiring.owntracks import OwnTracks
from sightline.wiring.owntracks_pictures import Pictures
from sightline.wiring.part_groups import Live, Mqtt, Past
from sightline.wiring.regions import Geofencing
from sightline.wiring.rules import Ruling

Eraser = Callable[[str], Awaitable[None] | None]


def eraser_of_world(hub: Hub) -> Callable[[str], None]:
    """Make what lets a friend go from the world: state, picture, and messages that were refused."""

    def erase(thing: str) -> None:
        friend, also = id_of(thing), followers(kind_of(thing), restored=True)
        unread = [
            key
            for key, state in hub.world
            if isinstance(state, Quarantined) and friend in state.topic
        ]
        hub.erase((thing, *(f"{name}/{friend}" for name in also), *unread))

    return erase


def eraser_of_archive(archive: Archive) -> Callable[[str], Awaitable[None]]:
    """Make what has a friend taken out of the raw messages, or refuses while that cannot be
    noted.
    """

    async def erase(thing: str) -> None:
        try:
            await archive.erase(thing)
        except Unavailable as why:
            text = f"The raw messages cannot be erased just now: {why}"
            raise Refused("busy", text, wait=5) from None

    return erase


def under_all_names(names: DeviceNames, eraser: Eraser) -> Eraser:
    """Make an eraser that forgets a friend under each of its names."""

    async def each(things: tuple[str, ...]) -> None:
        for thing in things:
            erasing = eraser(thing)
            if erasing is not None:
                await erasing

    def erase(thing: str) -> Awaitable[None] | None:
        things = names.things(thing)
        return eraser(thing) if things == (thing,) else each(things)

    return erase


def make_erasers(
    live: Live,
    past: Past,
    mqtt: Mqtt,
    geofencing: Geofencing,
    rules: Ruling,
    owntracks: OwnTracks,
    pictures: Pictures,
    channels: ChannelParts,
) -> Sequence[Eraser]:
    """List what forgets a friend that is erased, in this order."""
    peers = mqtt.peers
    erasers: tuple[Eraser, ...] = (
        *(() if peers is None else (peers.forget,)),
        eraser_of_world(live.hub),
        geofencing.erase,
        rules.erase,
        channels.erase,
        owntracks.phones.forget,
        live.deliveries.forget,
        pictures.erase,
        eraser_of_archive(past.archive),
        past.service.erase,
    )
    return tuple(under_all_names(live.names, eraser) for eraser in erasers)
