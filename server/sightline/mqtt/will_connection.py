"""Hold a connection for one lease, whose will stops the robot when the server is gone.

Its will is the stop. The driving commands go over this very connection, so that whatever the
broker still finds in it comes before the will, never after. It is made once and never again: when
it is lost, the lease is over.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure

from sightline.mqtt.connection import MqttConnection
from sightline.mqtt.connection_events import Down, Event, Up
from sightline.mqtt.inbox import Inbox, InboxReactor
from sightline.mqtt.options import BrokerOptions, Will

KEEPALIVE = 2
"""s; the broker speaks the will after one and a half of it."""
_CLOSING = 2.0  # s for the thread to say goodbye
_QUEUE = 100
_WINDOW = 20  # messages at QoS 1 that paho sends before it waits for an answer


class NoWillConnection(Exception):
    """The broker does not give us a connection with this will; the text says why."""


class WillConnection:
    """One connection. ``lost`` is called with the reason when it ends unasked, once it stood."""

    def __init__(
        self,
        reactor: InboxReactor,
        options: BrokerOptions,
        topic: str,
        stop: bytes,
        now: Callable[[], float],
        lost: Callable[[str], None],
    ) -> None:
        self._reactor = reactor
        self._topic = topic
        self._lost = lost
        # Nobody else may guess it: a second client of this name would end our connection.
        self.client_id = f"sl-{secrets.token_hex(8)}"
        self._opening: Deferred[None] | None = None
        self._open = False
        self._closing = False
        own = replace(
            options,
            client_id=self.client_id,
            keepalive=KEEPALIVE,
            connect_timeout=min(options.connect_timeout, 3.0),
            clean=True,
            late_ack=False,
            send_limit=_QUEUE,
            queue_limit=_QUEUE,
            will=Will(topic, stop),
        )
        inbox: Inbox[Event] = Inbox(reactor, _QUEUE, lambda arrivals: None, self._event)
        self._connection = MqttConnection(own, (), inbox, now)

    def open(self) -> Deferred[None]:
        """Connect; err with `NoWillConnection`."""
        self._opening = Deferred()
        self._connection.start()
        return self._opening

    @property
    def is_open(self) -> bool:
        """Tell whether the broker holds our will."""
        return self._open and not self._closing

    @property
    def waiting(self) -> int:
        """Tell how many messages wait for the broker."""
        return self._connection.waiting

    def publish(self, payload: bytes, wanted: Callable[[], bool]) -> bool:
        """Send a command if it is still ``wanted`` when its turn comes; False: there is no room."""
        if not self.is_open:
            return False
        return self._connection.publish(self._topic, payload, 0, False, wanted=wanted)

    def stop(self, payload: bytes) -> bool:
        """Send the stop before all that waits."""
        if not self.is_open:
            return False
        return self._connection.publish(self._topic, payload, 0, False, urgent=True)

    def hush(self) -> None:
        """Say nothing more, and leave the connection as it is: as if we hung."""
        self._connection.hush()

    def close(self) -> Deferred[Any]:
        """Disconnect, so that the broker does not send the will; fire when that is done."""
        if self._closing:
            return succeed(None)
        self._closing = True
        self._connection.stop()
        return deferToThreadPool(
            self._reactor,  # type: ignore[arg-type]  # all that it needs of IReactorFromThreads
            self._reactor.getThreadPool(),
            self._connection.join,
            _CLOSING,
        )

    def _event(self, event: Event) -> None:
        opening, self._opening = self._opening, None
        match event:
            case Up():
                self._open = True
                if opening is not None:
                    opening.callback(None)
            case Down(why=why):
                stood, self._open = self._open, False
                if opening is not None:
                    opening.errback(Failure(NoWillConnection(why)))
                elif stood and not self._closing:
                    self._lost(why)
            case _:
                self._opening = opening


def overwrite_retained(
    reactor: InboxReactor,
    options: BrokerOptions,
    topics: Sequence[str],
    payload: bytes,
    now: Callable[[], float],
) -> str:
    """Replace what is retained on ``topics`` by ``payload``, which the broker forgets after 1 s.

    To clear it in the usual way, by an empty message, would hand that message to every listener;
    a ProBot falls over at it. Needs MQTT 5. Nobody waits for this: the topics are looked up again
    anyway. Returns the client id of the connection made for it.
    """
    own = replace(
        options,
        protocol="5",
        client_id=f"sl-{secrets.token_hex(8)}",
        clean=True,
        late_ack=False,
        will=None,
        fast_reading=False,
        send_limit=max(_QUEUE, len(topics)),
    )
    # paho holds back what is above its window at QoS 1, and we leave without waiting for answers.
    qos = 1 if len(topics) <= _WINDOW else 0

    def event_came(event: Event) -> None:
        if isinstance(event, Up):
            for topic in topics:
                connection.publish(topic, payload, qos, True, expiry=1)
            connection.stop()

    inbox: Inbox[Event] = Inbox(reactor, _QUEUE, lambda arrivals: None, event_came)
    connection = MqttConnection(own, (), inbox, now)
    connection.start()
    return own.client_id
