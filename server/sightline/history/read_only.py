"""Refuse acts of browsers that look at the past: last Tuesday is no place to drive from.

A browser says with ``look`` when it leaves the present and when it is back. Meanwhile its requests
are refused here, whatever its page shows or enables; only what makes things safer is done at once.
"""

from __future__ import annotations

from weakref import WeakSet

from sightline.contract.errors import Refused
from sightline.contract.fields import Done, RequestFields
from sightline.contract.requests import RequestSpec
from sightline.live import protocol
from sightline.live.requests import Asker, Requests

ALWAYS = frozenset(("ping", "look", "stop", "halt", "release", "unsubscribe"))
"""Verbs that are done whatever time is looked at."""


class Look(RequestFields, frozen=True):
    """Whether the page shows the ``past``."""

    past: bool


LOOK = RequestSpec(
    name="look",
    summary="Say that the page shows the past, or is back in the present",
    fields=Look,
    example={"past": True},
)


class ReadOnlyPast:
    """The browsers that look at the past."""

    def __init__(self) -> None:
        self._away: WeakSet[Asker] = WeakSet()

    def join(self, requests: Requests) -> None:
        """Add the verb, and stand before all others."""
        requests.add(LOOK, self._look)
        requests.guard(self._check)
        requests.when_left(self._away.discard)

    def _look(self, asker: Asker, asked: Look) -> Done:
        if asked.past:
            self._away.add(asker)
        else:
            self._away.discard(asker)
        return Done()

    def _check(self, asker: Asker, request: protocol.Request) -> None:
        if request.do not in ALWAYS and asker in self._away:
            raise Refused("past", "you are looking at the past: go back to live first")
