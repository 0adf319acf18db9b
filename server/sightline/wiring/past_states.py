"""Make the states of a past moment out of entries of history, by the kinds that know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sightline.history.record import HistoryEntry, LastState
from sightline.history.restore import Restorer
from sightline.kinds import SAMPLED
from sightline.live.hub import Hub
from sightline.model.kind import Kind, PastEntry, State, Timeouts, kind_of, timeouts_of
from sightline.wiring.clock import now


def shower(kinds: Sequence[Kind], hub: Hub) -> Callable[[HistoryEntry, float], State | None]:
    """Make what makes states of entries. Names of people are those of today."""
    things = [(kind, each) for kind in kinds for each in kind.things]
    past = {(each.name, each.track): kind.past for kind, each in things if kind.past is not None}
    states = {each.name: each.state for _, each in things if each.state is not None}
    timeouts = timeouts_of(kinds)
    # Of what is kept only now and then, the last may be older than what was known then.
    for name, (_, every) in SAMPLED.items():
        if (usual := timeouts.get(name)) is not None:
            timeouts[name] = Timeouts(usual.stale_after + every, usual.offline_after + every)
    restorer = Restorer(states, timeouts, now)

    def show(entry: HistoryEntry, at: float) -> State | None:
        if entry.body == b"null":
            return None  # it was removed
        thing = entry.thing
        if (made := past.get((kind_of(thing), entry.sort))) is not None:
            present = hub.world.state(thing)
            return made(PastEntry(thing, entry.tst, entry.at, entry.body, at, present))
        found = restorer.reading(LastState(thing, entry.tst, entry.body), at)
        return None if found is None else found.state

    return show
