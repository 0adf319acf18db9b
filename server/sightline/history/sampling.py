"""Sample the states of things that change all the time, for charts: now and then, and at rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from sightline.cluster.leader import Leadership
from sightline.model.kind import State, kind_of
from sightline.model.record import Record

_encode = msgspec.json.Encoder().encode


class CurrentStates(Protocol):
    """What the recorder needs of the world: the present states."""

    def state(self, key: str) -> State | None:
        """Return a thing's state; None when there is no such thing."""


class Sampler:
    """The samples of kinds.

    ``sampled`` are the kinds: the sort in history, and the least time between two samples of a
    thing, s. ``own`` are things that each of several servers has for itself, and what they are
    called in history. ``add`` gets each record and when it was so (epoch s).
    """

    def __init__(
        self,
        known: CurrentStates,
        sampled: Mapping[str, tuple[str, float]],
        own: Mapping[str, str],
        leadership: Leadership,
        add: Callable[[Record, float], None],
    ) -> None:
        self._known = known
        self._sampled = dict(sampled)
        self._own = dict(own)
        self._leadership = leadership
        self._add = add
        self.prefixes = tuple(f"{kind}/" for kind in self._sampled)
        """What the keys of the sampled things begin with."""
        self._last_sample: dict[str, float] = {}
        self._due: dict[str, float] = {}  # things to be sampled later, and when they changed

    def sample(self, thing: str, at: float) -> None:
        """Keep this thing's state, if the last one kept is old enough; else when it is."""
        sort, every = self._sampled[kind_of(thing)]
        if not self._is_for_us(thing) or at - self._last_sample.get(thing, float("-inf")) < every:
            self._due[thing] = at
            return
        state = self._known.state(thing)
        if state is None:
            return
        self._last_sample[thing] = at
        self._due.pop(thing, None)
        self._add(Record(self._own.get(thing, thing), sort, at, _encode(state)), at)

    def sample_once(self, thing: str, at: float) -> None:
        """Keep this thing's state as `sample` does, or not at all."""
        self.sample(thing, at)
        self._due.pop(thing, None)

    def tick(self, now: float) -> None:
        """Keep the last state of what has come to rest. ``now`` is epoch s."""
        for thing in [t for t, at in self._due.items() if now - at >= self._every(t)]:
            if not self._is_for_us(thing):
                continue
            del self._due[thing]
            self._last_sample.pop(thing, None)
            self.sample(thing, now)

    def drop(self, settled: Callable[[float], bool]) -> None:
        """Forget the changes that another server has sampled by now."""
        self._due = {
            thing: at for thing, at in self._due.items() if thing in self._own or not settled(at)
        }

    def _is_for_us(self, thing: str) -> bool:
        """Tell whether we write down how this thing is."""
        return thing in self._own or self._leadership.leads

    def _every(self, thing: str) -> float:
        return self._sampled[kind_of(thing)][1]
