"""How things looked then: states made of entries of history, by the kinds that know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from sightline.history.record import HistoryEntry, LastState
from sightline.history.restore import Restorer
from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend
from sightline.kinds.regions.model import Region
from sightline.live.hub import Hub
from sightline.model.kind import Arrival, CannotDecode, Kind, State, Timeouts, id_of, kind_of
from sightline.model.server import Server
from sightline.wiring.clock import now
from sightline.wiring.history import SAMPLED


def shower(kinds: Sequence[Kind], hub: Hub) -> Callable[[HistoryEntry, float], State | None]:
    """Tell what makes states of entries. Names of people are those of today."""
    decoders = {thing: kind.decode for kind in kinds for thing in kind.things}
    patience: dict[str, Timeouts] = {}
    states: dict[str, type[State]] = {"broker": Broker, "server": Server, "region": Region}
    for kind in kinds:
        patience |= kind.patience
        states |= kind.states
    # Of what is kept only now and then, the last may be older than what was known then.
    for name, (_, every) in SAMPLED.items():
        if (usual := patience.get(name)) is not None:
            patience[name] = Timeouts(usual.stale_after + every, usual.offline_after + every)
    restorer = Restorer(states, patience, now)

    def show(entry: HistoryEntry, at: float) -> State | None:
        if entry.body == b"null":
            return None  # it was removed
        if entry.sort != "fix":
            standing = LastState(entry.thing, entry.tst, entry.body)
            found = restorer.reading(standing, at)
            return None if found is None else found.state
        decode = decoders.get(kind_of(entry.thing))
        if decode is None:
            return None
        # As a broker's copy, heard at that time: so old it was then.
        arrival = Arrival(f"owntracks/{id_of(entry.thing)}", entry.body, True, 0, at)
        try:
            for reading in decode(arrival):
                state = reading.onto(None)
                if isinstance(state, Friend):
                    present = hub.world.state(entry.thing)
                    name = present.name if isinstance(present, Friend) else None
                    return replace(state, at=entry.at, tst=entry.tst, name=name)
        except CannotDecode:
            pass
        return None

    return show
