"""Answer charts of figures over time: since the start of the server, or from the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from twisted.internet.defer import DeferredLock

from sightline.console import contract
from sightline.console.series import Series
from sightline.contract.errors import Refused
from sightline.live.requests import Asker, Requests

REMEMBERED = 60.0
"""s for which an answer from the store will do: it is a chart of hours or days."""
_MOST_REMEMBERED = 32

Stored = Callable[[str, float, float], Awaitable[Sequence[tuple[float, Mapping[str, Any]]]]]
"""States of a thing between two times (epoch s), a few, each with its time; from the store."""


class Charts:
    """The series of all things, and what was asked of the store lately. ``wall`` gives epoch s."""

    def __init__(self, wall: Callable[[], float], stored: Stored | None) -> None:
        self._wall = wall
        self._stored = stored
        self._figures: dict[str, Series] = defaultdict(Series)
        self._remembered: dict[tuple[str, float], tuple[float, Series]] = {}
        self._one_by_one = DeferredLock()

    def join(self, requests: Requests) -> None:
        """Add the request for figures to the dispatcher."""
        requests.add(contract.FIGURES, self._tell_figures)

    def figures(self, thing: str) -> Series:
        """Return the series of a thing's figures."""
        return self._figures[thing]

    def _tell_figures(
        self, asker: Asker, asked: contract.Figures
    ) -> contract.FiguresOverTime | Awaitable[contract.FiguresOverTime]:
        thing = asked.thing
        if thing not in self._figures or not asker.user.scope.sees(thing):
            raise Refused("unknown", "there are no figures of this")
        if asked.stored is not None:
            if self._stored is None:
                raise Refused("no_store", "nothing is kept here")
            return self._tell_stored(thing, asked.names, asked.stored)
        return contract.FiguresOverTime(
            thing=thing, **self._figures[thing].series(asked.names, asked.since)
        )

    async def _tell_stored(
        self, thing: str, names: list[str] | None, back: float
    ) -> contract.FiguresOverTime:
        """Answer one at a time for everybody together: each costs the store some hundred looks."""
        await self._one_by_one.acquire()
        try:
            figures = await self._from_store(thing, back)
        finally:
            self._one_by_one.release()
        return contract.FiguresOverTime(
            thing=thing, stored=back, **figures.series(names, float("-inf"))
        )

    async def _from_store(self, thing: str, back: float) -> Series:
        now = self._wall()
        known = self._remembered.get((thing, back))
        if known is not None and 0 <= now - known[0] < REMEMBERED:
            return known[1]
        assert self._stored is not None
        try:
            states = await self._stored(thing, now - back, now)
        except Exception as why:
            raise Refused("busy", f"the store does not answer: {why}") from None
        figures = Series()
        for at, state in states:
            figures.sample(at, flat(state))
        while len(self._remembered) >= _MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[thing, back] = (now, figures)
        return figures


def flat(state: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures in a thing's state as it was stored, by the names that charts know them
    by.
    """
    found = dict(_numbers(state))
    found |= _numbers(state.get("sys"))
    found |= {f"{name}/s": rate for name, rate in _numbers(state.get("rates"))}
    return found


def _numbers(state: object) -> Iterator[tuple[str, float]]:
    if isinstance(state, Mapping):
        for name, value in state.items():
            if type(value) in (int, float):
                yield str(name), value
