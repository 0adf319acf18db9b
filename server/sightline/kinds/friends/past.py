"""Make the state of a friend at a past moment, from a fix in history."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from sightline.kinds.friends.model import Friend
from sightline.model.kind import Arrival, CannotDecode, PastEntry, State, Update, id_of


def past_state(decode: Callable[[Arrival], Iterable[Update]], entry: PastEntry) -> State | None:
    """Make a friend of a fix as it came; under the name of today. None: it cannot be read."""
    # As a broker's copy, heard at that time: so old it was then.
    arrival = Arrival(f"owntracks/{id_of(entry.thing)}", entry.body, True, 0, entry.then)
    try:
        for update in decode(arrival):
            state = update.onto(None)
            if isinstance(state, Friend):
                name = entry.present.name if isinstance(entry.present, Friend) else None
                return replace(state, at=entry.at, tst=entry.tst, name=name)
    except CannotDecode:
        pass
    return None
