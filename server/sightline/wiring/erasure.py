"""Erase a friend from the world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sightline.kinds import followers
from sightline.kinds.friends.names import DeviceNames
from sightline.live.hub import Hub
from sightline.live.ingest import Quarantined
from sightline.model.kind import id_of, kind_of


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


def under_all_names(
    names: DeviceNames, eraser: Callable[[str], Awaitable[None] | None]
) -> Callable[[str], Awaitable[None] | None]:
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
