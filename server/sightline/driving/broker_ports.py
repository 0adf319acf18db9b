"""What driving needs of a broker, in whatever way it is connected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from twisted.internet.defer import Deferred


class WillPort(Protocol):
    """The connection of one lease, whose will is the stop (`sightline.mqtt.will_connection`)."""

    def open(self) -> Deferred[None]:
        """Connect; errs when the broker does not give us one."""

    @property
    def is_open(self) -> bool:
        """Tell whether the broker holds our will."""

    @property
    def waiting(self) -> int:
        """Return how many messages wait for the broker."""

    def publish(self, payload: bytes, wanted: Callable[[], bool]) -> bool:
        """Send a command if it is still ``wanted`` when its turn comes."""

    def stop(self, payload: bytes) -> bool:
        """Send the stop before all that waits."""

    def close(self) -> Deferred[Any]:
        """End it without its will."""

    def hush(self) -> None:
        """Send nothing more, and leave the connection as it is: as if we hung."""


class BrokerPort(Protocol):
    """The way to the robots of one broker."""

    @property
    def name(self) -> str:
        """Return the name of the broker in the settings."""

    @property
    def no_driving(self) -> str:
        """Return why nobody drives there; empty when one may."""

    @property
    def broken(self) -> str:
        """Return why the broker cannot be reached just now; empty when it can."""

    @property
    def waiting(self) -> int:
        """Return how many of our messages wait for the broker."""

    def send(
        self, topic: str, payload: bytes, *, urgent: bool = False, retain: bool = False
    ) -> bool:
        """Publish now or never; False: it could not be sent."""

    def will_connection(self, topic: str, stop: bytes, lost: Callable[[str], None]) -> WillPort:
        """Make a connection for one lease, not yet opened; ``lost`` hears why it ended unasked."""

    @property
    def lost(self) -> int:
        """Return how many messages came and found no place with us."""

    def look_up(self, filters: Sequence[tuple[str, int]]) -> None:
        """Subscribe anew, so that the broker says again what is retained there."""

    def overwrite(self, topics: Sequence[str], payload: bytes) -> None:
        """Replace what is retained on ``topics`` by ``payload``, which the broker drops after 1 s.

        Needs MQTT 5; at a broker without it nothing happens.
        """
