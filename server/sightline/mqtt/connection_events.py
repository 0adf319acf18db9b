"""Declare the news of a connection to a broker, which come in order with its messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from twisted.python.failure import Failure

from sightline.mqtt.retries import Ending


class AnyConnection(Protocol):
    """What an event needs of the connection that it is about."""

    def acknowledge(self, acks: bytes) -> None:
        """Let the broker forget messages."""

    def give_up(self, why: str) -> None:
        """End the connection, as if it were lost."""


@dataclass(frozen=True, slots=True)
class Up:
    """The broker accepted us and answered our subscriptions, except those in ``unanswered``.

    ``session``: it still knew us, and what it kept for us comes. ``port`` is our own, 0: unknown.
    """

    connection: AnyConnection
    rejected: tuple[str, ...]
    unanswered: tuple[str, ...] = ()
    session: bool = False
    port: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """The broker refused some later subscriptions."""

    connection: AnyConnection
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Down:
    """The connection ended or never came about; ``fault`` when a mistake of ours is to blame."""

    connection: AnyConnection
    why: str
    fault: Failure | None = None
    ending: Ending = "closed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of messages that are not acknowledged on arrival; it comes behind them.

    Its receiver calls one of the two, on the reactor thread, in the order of the receipts.
    """

    connection: AnyConnection
    acks: bytes
    """The PUBACKs, as they go to the broker."""

    def acknowledge(self) -> None:
        """Acknowledge the messages, which are safe now: the broker forgets them."""
        self.connection.acknowledge(self.acks)

    def again(self) -> None:
        """Connect anew, so that the broker sends what is not acknowledged once more."""
        self.connection.give_up("some messages were not kept; the broker is to send them again")


Event = Up | Rejected | Down | Receipt
