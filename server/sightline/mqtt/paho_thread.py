"""Serve one connection to a broker on a thread of its own, which paho belongs to.

The reactor only leaves jobs in an outbox and rings a bell (`Orders`). What comes in goes to the
`Inbox`, news of the connection included.

paho's own network loop is not used: it waits with select(), which refuses descriptors from 1024 up.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from paho.mqtt.client import Client
from twisted.python.failure import Failure

from sightline.model.kind import Arrival
from sightline.mqtt import reasons
from sightline.mqtt.connection_events import AnyConnection, Down, Event, Receipt, Rejected, Up
from sightline.mqtt.fastread import FastClient
from sightline.mqtt.inbox import Inbox
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.orders import Orders
from sightline.mqtt.paho_client import connect_async, make_client
from sightline.mqtt.retries import Ending

# AWS IoT takes no more filters than this in one SUBSCRIBE.
FILTERS_AT_ONCE = 8
# How long to wait for the answers to our subscriptions before going on without them (s).
SUBACK_SECONDS = 5.0
# A broker that is asked at 1 keepalive must have answered by this many.
SILENT_KEEPALIVES = 1.75
# The loop looks at its clocks at least this often (s).
TICK = 0.25
# While the reactor is far behind, we pause this long (s) after so many messages: the rest waits in
# the kernel and with the broker, and only what we cannot leave there overflows.
BREATHER = 0.01
BREATH = 200
# While the reactor has not come to what we read last, small reads wait this long (s) for more to
# come: at 40,000 messages a second this halves what each of them costs.
PAUSE = 0.001
HANDFUL = 100
_PUBACK = b"\x40\x02"
# How long stopping may take to send what is waiting (s).
LAST_WORDS = 1.0


P = ParamSpec("P")


def _counted(
    callback: Callable[Concatenate[PahoThread, P], None],
) -> Callable[Concatenate[PahoThread, P], None]:
    """Let no exception leave a callback: paho's thread would die of it, silently and for good."""

    @wraps(callback)
    def guarded(self: PahoThread, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(self, *args, **kwargs)
        except Exception:
            self._orders.faults += 1

    return guarded


class PahoThread:
    """The thread's side of one connection. `run` it once; it ends with one `Down`.

    ``now`` gives wall time (epoch s). ``connection`` is the one that the events are about.
    """

    def __init__(
        self,
        connection: AnyConnection,
        orders: Orders,
        options: BrokerOptions,
        filters: Sequence[tuple[str, int]],
        inbox: Inbox[Event],
        now: Callable[[], float],
    ) -> None:
        self._connection = connection
        self._orders = orders
        self._options = options
        self._filters = list(filters)
        self._inbox = inbox
        self._now = now
        self._arrivals: list[Arrival] = []
        self._unacked: list[bytes] = []
        self._why = ""
        self._ending: Ending = "closed"
        self._session = False
        self._port = 0
        self._accepted = False
        self._announced = False
        self._accept_by = 0.0
        self._answer_by = 0.0
        self._awaited: dict[int, list[str]] = {}
        self._rejected: list[str] = []

    def run(self) -> None:
        """Connect, serve the connection until it is over, and say so with a `Down`."""
        why, fault = "the MQTT thread died", None
        try:
            why = self._serve()
        except Exception:
            self._orders.faults += 1
            fault = Failure()
            why = f"a fault of ours: {fault.getErrorMessage()}"
        except BaseException:  # somebody ended this thread; `why` says so
            fault = Failure()
        finally:
            self._hand_in()
            self._orders.ear.close()
            self._orders.bell.close()
            self._tell(Down(self._connection, why, fault, self._ending))

    def _serve(self) -> str:
        """Connect and stay connected; returns why it is over."""
        options = self._options
        try:
            client = self._make()
            if self._orders.stopping:
                return "stopped"
            self._orders.connecting = True
            client.reconnect()  # paho's word for "connect now": blocks until it stands or fails
            self._orders.connecting = False
        except (OSError, ValueError, reasons.CannotConnect) as error:
            return reasons.cannot_connect(error, options)
        self._accept_by = time.monotonic() + options.connect_timeout
        try:
            self._loop(client)
        finally:
            if sock := client.socket():
                sock.close()
        if self._orders.stopping:
            return "stopped"
        if self._why:
            return self._why
        if not self._accepted:
            hint = " (does it ask for a client certificate?)" if options.tls else ""
            return f"the broker closed the connection before answering{hint}"
        if not self._announced:
            return "the broker closed the connection after our subscriptions: is one not allowed?"
        return "the broker closed the connection"

    def _make(self) -> Client:
        """Return a paho client, set up and not yet connected."""
        options = self._options
        unacked = self._unacked if options.late_ack else None
        client = make_client(options, self._arrivals, self._now, unacked)
        client.on_socket_open = self._on_socket_open
        # With this set paho never writes to the socket on its own account: the loop does.
        client.on_socket_register_write = lambda *_: None
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        connect_async(client, options)
        return client

    def _loop(self, client: Client) -> None:
        """Serve the socket and the bell until the connection is over."""
        poll, ear = select.poll(), self._orders.ear.fileno()
        poll.register(ear, select.POLLIN)
        watched: tuple[int, int] | None = None
        last_received = due = time.monotonic()  # when the clocks are to be looked at
        by_chunk = isinstance(client, FastClient)
        unrested = taken = 0
        while (sock := client.socket()) is not None:
            want = select.POLLIN | (select.POLLOUT if client.want_write() else 0)
            number = sock.fileno()
            if watched != (number, want):
                poll.register(number, want)
                watched = (number, want)
            # TLS may hold decrypted bytes that poll() knows nothing of.
            held = bool(sock.pending()) if hasattr(sock, "pending") else False
            wait = 0.0 if held else max(0.0, due - time.monotonic())
            ready = dict(poll.poll(wait * 1000))
            now = self._orders.turned = time.monotonic()
            if self._orders.stopping:
                self._say_goodbye(client)
                return
            if self._orders.hushed:
                self._wait_to_stop()
                return
            readable = held or ready.get(number, 0) & ~select.POLLOUT
            if readable:
                last_received = now
                if by_chunk and taken < HANDFUL and self._inbox.waiting:
                    time.sleep(PAUSE)
                client.loop_read()
            if ear in ready:
                self._hear()
            self._work(client)
            if client.want_write():
                client.loop_write()
            if now >= due:
                due = now + TICK
                client.loop_misc()
                late = self._overdue(last_received, client.keepalive)
            else:
                late = ""
            if readable:  # last: the reactor wakes, and is not to wait for us
                taken = len(self._arrivals)
                unrested += taken
                self._hand_in()
                if unrested >= BREATH and self._inbox.crowded:
                    unrested = 0
                    time.sleep(BREATHER)
            if why := self._orders.given_up or late:
                if not self._why:
                    self._why, self._ending = why, "silent"
                return

    def _wait_to_stop(self) -> None:
        """Wait for `stop` with the socket open and untouched."""
        poll = select.poll()
        poll.register(self._orders.ear, select.POLLIN)
        while not self._orders.stopping:
            if poll.poll(TICK * 1000):
                self._hear()
            self._orders.turned = time.monotonic()

    def _hear(self) -> None:
        try:
            self._orders.ear.recv(4096)
        except BlockingIOError:
            pass

    def _work(self, client: Client) -> None:
        """Do what the reactor asked for, while the broker keeps up: the rest stays counted."""
        while self._orders.outbox and not client.want_write():
            try:
                self._orders.outbox.popleft()(client)
            except Exception:
                self._orders.faults += 1
            if client.want_write():
                client.loop_write()

    def _overdue(self, last_received: float, keepalive: int) -> str:
        """Tell what the broker should have answered by now, in words; empty when all is well.

        ``keepalive`` is the one in force: with MQTT 5 the broker may set its own.
        """
        options = self._options
        now = time.monotonic()
        if not self._accepted:
            if now > self._accept_by:
                return f"no MQTT answer from the broker within {options.connect_timeout:g} s"
        elif not self._announced and now > self._answer_by:
            self._announce()
        if now - last_received > keepalive * SILENT_KEEPALIVES:
            return f"not a word from the broker for {now - last_received:.0f} s"
        return ""

    def _say_goodbye(self, client: Client) -> None:
        """Send what is waiting, then DISCONNECT."""
        until = time.monotonic() + LAST_WORDS
        poll = select.poll()
        asked = False
        while (sock := client.socket()) is not None and time.monotonic() < until:
            if not client.want_write():
                if self._orders.outbox:
                    self._work(client)
                    continue
                if asked:
                    return
                asked = True
                client.disconnect()
            poll.register(sock.fileno(), select.POLLOUT)
            if poll.poll(100):
                client.loop_write()

    def subscribe(self, client: Client, filters: Sequence[tuple[str, int]]) -> None:
        """Send the subscriptions in packets that every broker takes."""
        for first in range(0, len(filters), FILTERS_AT_ONCE):
            some = filters[first : first + FILTERS_AT_ONCE]
            wanted = [(name, min(qos, self._options.qos)) for name, qos in some]
            _, mid = client.subscribe(wanted)
            if mid is not None:
                self._awaited[mid] = [name for name, _ in wanted]

    def _announce(self) -> None:
        unanswered = tuple(name for names in self._awaited.values() for name in names)
        self._announced = True
        self._tell(
            Up(self._connection, tuple(self._rejected), unanswered, self._session, self._port)
        )

    def _hand_in(self) -> None:
        """Give the inbox what was read. `FastClient` holds these very lists: they are emptied."""
        arrivals, acks = self._arrivals[:], b"".join(self._unacked)
        self._arrivals.clear()
        self._unacked.clear()
        if self._orders.abandoned:
            return
        dropped = self._inbox.put(arrivals) if arrivals else 0
        if not acks:
            return
        if dropped:  # who knows of which sort
            self._orders.give_up(
                "our own queue was full; the broker is to send again what was in it"
            )
        elif (
            not self._orders.given_up
        ):  # acknowledgements keep their order, so none goes before those
            self._inbox.tell(Receipt(self._connection, acks))

    def _tell(self, event: Event) -> None:
        self._hand_in()
        self._inbox.tell(event)

    @_counted
    def _on_socket_open(self, client: Client, _: object, sock: Any) -> None:
        # Without this one QoS 1 round trip takes 34 ms instead of 0.3 (Nagle and delayed ACK).
        # paho's websocket has no setsockopt, so the option is set through the descriptor.
        plain = socket.socket(fileno=sock.fileno())
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._port = int(plain.getsockname()[1])
        finally:
            plain.detach()

    @_counted
    def _on_connect(self, client: Client, _: object, flags: Any, reason: Any, *__: Any) -> None:
        if reason.is_failure:
            self._why = reasons.refused(str(reason), self._options)
            return
        self._accepted = True
        self._session = bool(flags.session_present)
        self._answer_by = time.monotonic() + SUBACK_SECONDS
        self.subscribe(client, self._filters)
        if not self._awaited:
            self._announce()

    @_counted
    def _on_subscribe(
        self, client: Client, _: object, mid: int, codes: Sequence[Any], *__: Any
    ) -> None:
        names = self._awaited.pop(mid, [])
        rejected = [n for n, code in zip(names, codes, strict=False) if code.is_failure]
        if self._announced:
            if rejected:
                self._tell(Rejected(self._connection, tuple(rejected)))
            return
        self._rejected += rejected
        if not self._awaited:
            self._announce()

    @_counted
    def _on_message(self, client: Client, _: object, message: Any) -> None:
        # Acknowledged first: a message that we fail over must not come again and again.
        if message.qos == 1 and self._options.late_ack:
            self._unacked.append(_PUBACK + message.mid.to_bytes(2))
        elif message.qos:
            client.ack(message.mid, message.qos)
        try:
            topic: str | bytes = message.topic
        except UnicodeDecodeError:
            topic = bytes(message._topic)
        self._arrivals.append(
            Arrival(
                topic,
                bytes(message.payload),
                bool(message.retain),
                message.qos,
                self._now(),
                self._options.name,
            )
        )

    @_counted
    def _on_disconnect(self, client: Client, _: object, flags: Any, reason: Any, *__: Any) -> None:
        if self._why:  # paho may call twice; the first cause is the true one
            return
        words = str(reason)
        if flags.is_disconnect_packet_from_server:
            self._why = f"the broker ended the connection: {words.lower()}"
            if words == "Session taken over":
                self._ending = "taken"
        elif words == "Keep alive timeout":
            self._why = "the broker does not answer (keepalive timeout)"
            self._ending = "silent"
        elif words == "Protocol error":
            self._why = (
                "the broker sent something that is not MQTT"
                if self._accepted
                else reasons.speaks_not(self._options)
            )
