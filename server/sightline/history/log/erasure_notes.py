"""Know whom another server erased while this one could not hear of it.

Several servers share a store, and each has a log of its own. What a server has in its log while it
is down, or cut off from the store, nobody else can erase; folded later, it would bring somebody
back who wants to be forgotten. So who is erased is noted in the store, and what was received before
that is not folded. The note does not tell who it is: it stands under a SHA-256 of the thing's key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from sightline.history.log.folding import POSITION
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import Store

ERASED = f"{POSITION}erased/"
"""Begins the keys of the notes, which are present states as the positions are."""


def notes(things: Iterable[str], at: float) -> list[LastState]:
    """Return the notes by which a store knows that these were erased at ``at`` (epoch s)."""
    return [LastState(key_of(thing), at, b"{}") for thing in things]


async def erasures(store: Store) -> dict[str, float]:
    """Return who was erased when (epoch s), by the keys of the notes.

    Raises what the store raises.
    """
    found: dict[str, float] = {}
    after: str | None = ERASED
    while after is not None:
        states, after = await store.last_states(after=after)
        for each in states:
            if not each.thing.startswith(ERASED):
                return found
            found[each.thing] = each.at
    return found


def without_erased(
    erased: Mapping[str, float], entries: Sequence[HistoryEntry], states: Sequence[LastState]
) -> tuple[list[HistoryEntry], list[LastState]]:
    """Leave out what was received before its thing was ``erased``."""
    things = {each.thing for each in entries} | {each.thing for each in states}
    until = {thing: erased.get(key_of(thing), float("-inf")) for thing in things}
    return (
        [each for each in entries if each.at > until[each.thing]],
        [each for each in states if each.at > until[each.thing]],
    )


def key_of(thing: str) -> str:
    """Return the key of the note about this thing."""
    return ERASED + hashlib.sha256(thing.encode()).hexdigest()
