"""What a simulated friend and a simulated robot have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message to publish."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Actor(Protocol):
    """A simulated phone or robot: a model without I/O and without a clock.

    ``wall`` is the time of day in epoch seconds; ``faults`` names what is wrong with it just now.
    """

    @property
    def name(self) -> str:
        """Return its name, as faults call it: ``amara``, ``ProBot1``."""

    @property
    def client_id(self) -> str:
        """Return its client id; empty: the broker or the client library makes one up."""

    @property
    def keepalive(self) -> int:
        """Return the keep-alive of its connection, s."""

    @property
    def will(self) -> Message:
        """Tell what the broker says in its name when it vanishes."""

    @property
    def listens_to(self) -> Sequence[str]:
        """Return the topics it subscribes to."""

    @property
    def interval(self) -> float:
        """Return the seconds until it wants to be stepped again."""

    @property
    def off(self) -> bool:
        """Tell whether it is switched off: no connection, no word."""

    def step(self, dt: float, wall: float, faults: frozenset[str]) -> list[Message]:
        """Live ``dt`` seconds; return what it publishes at the end of them."""

    def connected(self, wall: float) -> list[Message]:
        """Tell what it publishes when its connection stands."""

    def disconnected(self) -> None:
        """Note that its connection is lost."""

    def received(self, topic: str, payload: bytes, wall: float) -> list[Message]:
        """Take in a message; return what is answered."""
