"""Bring the present of everybody who is imported: position, card, picture, waypoints.

The newest fix that history has of a friend is its position, also where a Recorder's own ``last`` is
missing or older. The server takes it in itself (`sightline.owntracks.imported_states`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sightline.history.formats.recorder_store import StoredState, states
from sightline.history.importing import folder_of
from sightline.history.store import Span, Store
from sightline.kinds.friends.address import address
from sightline.kinds.friends.deliveries import DeviceFigures
from sightline.model.kind import CannotDecode, id_of
from sightline.owntracks.imported_states import BroughtMessage


def stored_states(paths: Sequence[Path]) -> list[StoredState]:
    """Return what the Recorder's stores among these folders hold of the present."""
    return [state for path in paths if path.is_dir() for state in states(path)]


def names_of(found: Sequence[StoredState]) -> list[str]:
    """Return the friends by whose topics these devices are known, in their own letters."""
    names = []
    for state in found:
        try:
            thing = address(state.topic.removeprefix("/")).friend if state.topic else ""
        except CannotDecode:
            continue
        if thing and folder_of(id_of(thing)) == state.folder:
            names.append(thing)
    return names


async def present(
    store: Store,
    things: Sequence[str],
    found: Mapping[str, StoredState],
    counts: Mapping[str, DeviceFigures],
) -> list[BroughtMessage]:
    """Return the messages that tell the present of these friends.

    ``found`` is what a Recorder holds, ``counts`` what was counted, by friend.
    """
    messages = []
    for thing in dict.fromkeys([*things, *found]):
        device, state = id_of(thing), found.get(thing)
        if (location := await _newest(store, thing, state)) is not None:
            messages.append(BroughtMessage(device, "location", location))
        if state is not None and state.card is not None:
            messages.append(BroughtMessage(device, "card", _text(state.card)))
        if state is not None and state.waypoints is not None:
            messages.append(BroughtMessage(device, "waypoints", _text(state.waypoints)))
        if thing in counts:
            messages.append(BroughtMessage(device, "counts", counts=counts[thing]))
    return messages


async def _newest(store: Store, thing: str, state: StoredState | None) -> str | None:
    """Return the newest location: of history, whose entry is not to be there twice, or of last."""
    page = await store.page(Span(thing, "fix", newest_first=True), 1)
    last = None if state is None else state.location
    if page.entries:
        entry = page.entries[0]
        tst = None if last is None else last.get("tst")
        if not isinstance(tst, int | float) or entry.tst >= tst:
            return entry.body.decode()
    return None if last is None else _text(last)


def _text(message: Mapping[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
