"""Erase a friend from the world."""

from __future__ import annotations

from collections.abc import Callable

from sightline.kinds import followers
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
