"""Sightline's own state, as a thing among the others."""

from __future__ import annotations

from sightline.model.kind import State


class Server(State, frozen=True, omit_defaults=True, kw_only=True):
    """How the server is doing.

    ``started`` in epoch s; ``received``, ``accepted`` and ``overflow`` in messages since then;
    ``rejected`` by reason; ``rate`` in messages/s; ``lag`` is the worst delay of the reactor in
    the last second, in ms; ``overflow`` counts messages lost because our own queue was full.
    """

    version: str
    started: float
    received: int
    accepted: int
    rejected: dict[str, int]
    rate: float
    viewers: int
    lag: float
    overflow: int
