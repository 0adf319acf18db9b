"""Make one connection to a broker, from the attempt to its end: paho and its thread.

paho belongs to this thread alone: the reactor only leaves jobs in an outbox and rings a bell. What
comes in goes to the `Inbox`, news of the connection included. A connection is never used twice, so
nothing of an old one can leak into the next.

paho's own network loop is not used: it waits with select(), which refuses descriptors from 1024 up.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from twisted.python.failure import Failure

from sightline.model.kind import Arrival
from sightline.mqtt import reasons
from sightline.mqtt.fastread import FastClient, fits
from sightline.mqtt.inbox import Inbox
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.retries import Ending

_VERSIONS = {
    "3.1": MQTTProtocolVersion.MQTTv31,
    "3.1.1": MQTTProtocolVersion.MQTTv311,
    "5": MQTTProtocolVersion.MQTTv5,
}
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
_PUBACK_SIZE = 4
# How long stopping may take to send what is waiting (s).
LAST_WORDS = 1.0


@dataclass(frozen=True, slots=True)
class Up:
    """The broker accepted us and answered our subscriptions, except those in ``unanswered``.

    ``session``: it still knew us, and what it kept for us comes. ``port`` is our own, 0: unknown.
    """

    connection: MqttConnection
    rejected: tuple[str, ...]
    unanswered: tuple[str, ...] = ()
    session: bool = False
    port: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """The broker refused some later subscriptions."""

    connection: MqttConnection
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Down:
    """The connection ended or never came about; ``fault`` when a mistake of ours is to blame."""

    connection: MqttConnection
    why: str
    fault: Failure | None = None
    ending: Ending = "closed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of messages that are not acknowledged on arrival; it comes behind them.

    Whoever gets it calls one of the two, on the reactor thread, in the order of the receipts.
    """

    connection: MqttConnection
    acks: bytes
    """The PUBACKs, as they go to the broker."""

    def acknowledge(self) -> None:
        """Acknowledge the messages, which are safe now: the broker forgets them."""
        self.connection.acknowledge(self.acks)

    def again(self) -> None:
        """Connect anew, so that the broker sends what is not acknowledged once more."""
        self.connection.give_up("some messages were not kept; the broker is to send them again")


Event = Up | Rejected | Down | Receipt
P = ParamSpec("P")


def _counted(
    callback: Callable[Concatenate[MqttConnection, P], None],
) -> Callable[Concatenate[MqttConnection, P], None]:
    """Let no exception leave a callback: paho's thread would die of it, silently and for good."""

    @wraps(callback)
    def guarded(self: MqttConnection, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(self, *args, **kwargs)
        except Exception:
            self.faults += 1

    return guarded


class MqttConnection:
    """One attempt, and one connection if it succeeds. `start` it once; it ends with one `Down`.

    ``now`` gives wall time (epoch s) and is called on paho's thread.
    """

    def __init__(
        self,
        options: BrokerOptions,
        filters: Sequence[tuple[str, int]],
        inbox: Inbox[Event],
        now: Callable[[], float],
    ) -> None:
        self._options = options
        self._filters = list(filters)
        self._inbox = inbox
        self._now = now
        self.faults = 0
        self.unsent = 0
        # The thread waits for the network and hears nothing of ours meanwhile.
        self.connecting = False
        self._turned = time.monotonic()
        self._outbox: deque[Callable[[Client], None]] = deque()
        self._stopping = False
        self._hushed = False
        self._given_up = ""
        self._abandoned = False
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"mqtt-{options.name}", daemon=True)
        # paho's thread only
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

    # ---- reactor thread below

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Tell whether the thread runs."""
        return self._thread.is_alive()

    def idle(self) -> float:
        """Tell how long the thread has not come round (s); it does so several times a second."""
        return time.monotonic() - self._turned

    @property
    def waiting(self) -> int:
        """Tell how many jobs wait for the thread: more than a few mean that the broker is slow."""
        return len(self._outbox)

    def publish(
        self,
        topic: str,
        payload: bytes,
        qos: int,
        retain: bool,
        *,
        urgent: bool = False,
        wanted: Callable[[], bool] | None = None,
        expiry: int | None = None,
    ) -> bool:
        """Leave a message for the broker; False when too many wait already.

        What is ``urgent`` overtakes all that waits, and there is always room for it. ``wanted`` is
        asked on paho's thread, as the last thing before the message is written. ``expiry`` (s,
        MQTT 5 only) is how long the broker keeps it.
        """

        def send(client: Client) -> None:
            if wanted is not None and not wanted():
                return
            properties = None
            if expiry is not None:
                properties = Properties(PacketTypes.PUBLISH)
                properties.MessageExpiryInterval = expiry
            if client.publish(topic, payload, qos, retain, properties).rc:
                self.unsent += 1

        if urgent:
            self._outbox.appendleft(send)
            self._ring()
            return True
        return self._leave(send)

    def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        """Ask for more; a refusal comes back as `Rejected`."""
        self._leave(lambda client: self._subscribe(client, filters))

    def unsubscribe(self, filters: Sequence[str]) -> None:
        self._leave(lambda client: client.unsubscribe(list(filters)) and None)

    def acknowledge(self, acks: bytes) -> None:
        """Let the broker forget messages; ``acks`` are of a `Receipt`."""

        def send(client: Client) -> None:
            if isinstance(client, FastClient):
                client.acknowledge(acks)
                return
            for at in range(0, len(acks), _PUBACK_SIZE):
                client.ack(int.from_bytes(acks[at + 2 : at + 4]), 1)

        # There is always room: the broker sends only so many that are not acknowledged.
        self._outbox.append(send)
        self._ring()

    def give_up(self, why: str) -> None:
        """End the connection, as if it were lost."""
        self._given_up = why
        self._ring()

    def _leave(self, job: Callable[[Client], None]) -> bool:
        if len(self._outbox) >= self._options.send_limit:
            return False
        self._outbox.append(job)
        self._ring()
        return True

    def stop(self) -> None:
        """Send what is waiting, then DISCONNECT, and end the thread. Returns at once."""
        self._stopping = True
        self._ring()

    def hush(self) -> None:
        """Stop reading and writing until `stop`, as a process that hangs does."""
        self._hushed = True
        self._ring()

    def abandon(self) -> None:
        """Ignore the connection from now on: nothing it still brings is taken."""
        self._abandoned = True
        self.stop()

    def join(self, seconds: float) -> bool:
        """Wait for the thread to end; not to be called on the reactor thread."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _ring(self) -> None:
        try:
            self._bell.send(b"!")
        except OSError:  # full: it rings already; closed: nobody listens any more
            pass

    # ---- paho's thread below

    def _run(self) -> None:
        why, fault = "the MQTT thread died", None
        try:
            why = self._serve()
        except Exception:
            self.faults += 1
            fault = Failure()
            why = f"a fault of ours: {fault.getErrorMessage()}"
        except BaseException:  # somebody ended this thread; `why` says so
            fault = Failure()
        finally:
            self._hand_in()
            self._ear.close()
            self._bell.close()
            self._tell(Down(self, why, fault, self._ending))

    def _serve(self) -> str:
        """Connect and stay connected; returns why it is over."""
        options = self._options
        try:
            client = self._client()
            if self._stopping:
                return "stopped"
            self.connecting = True
            client.reconnect()  # paho's word for "connect now": blocks until it stands or fails
            self.connecting = False
        except (OSError, ValueError, reasons.CannotConnect) as error:
            return reasons.cannot_connect(error, options)
        self._accept_by = time.monotonic() + options.connect_timeout
        try:
            self._loop(client)
        finally:
            if sock := client.socket():
                sock.close()
        if self._stopping:
            return "stopped"
        if self._why:
            return self._why
        if not self._accepted:
            hint = " (does it ask for a client certificate?)" if options.tls else ""
            return f"the broker closed the connection before answering{hint}"
        if not self._announced:
            return "the broker closed the connection after our subscriptions: is one not allowed?"
        return "the broker closed the connection"

    def _client(self) -> Client:
        """Return a paho client, set up and not yet connected."""
        options = self._options
        how: dict[str, Any] = {
            "callback_api_version": CallbackAPIVersion.VERSION2,
            "client_id": options.client_id or f"sightline-{time.time_ns() % 10**12:x}",
            "protocol": _VERSIONS[options.protocol],
            "transport": options.transport,
            "reconnect_on_failure": False,
            "manual_ack": True,  # acknowledged by us, once the message is in the inbox
        }
        if options.protocol != "5":
            how["clean_session"] = options.clean
        client: Client
        if options.fast_reading and fits(options.transport):
            unacked = self._unacked if options.late_ack else None
            client = FastClient(self._arrivals, options.name, self._now, unacked, **how)
        else:
            client = Client(**how)
        client.suppress_exceptions = True
        client.connect_timeout = options.connect_timeout
        client.max_queued_messages_set(options.send_limit)
        if options.user is not None:
            client.username_pw_set(options.user, options.password)
        if options.will is not None:
            client.will_set(options.will.topic, options.will.payload, qos=1)
        if options.tls:
            client.tls_set_context(tls_context(options))
            client.tls_insecure_set(options.tls.insecure)
        if options.transport == "websockets":
            client.ws_set_options(options.ws_path)
        client.on_socket_open = self._on_socket_open
        # With this set paho never writes to the socket on its own account: the loop does.
        client.on_socket_register_write = lambda *_: None
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        session: dict[str, Any] = {}
        if options.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)
            if not options.clean:
                properties.SessionExpiryInterval = options.session_expiry
            session = {"clean_start": options.clean, "properties": properties}
        client.connect_async(options.host, options.port, options.keepalive, **session)
        return client

    def _loop(self, client: Client) -> None:
        """Serve the socket and the bell until the connection is over."""
        poll = select.poll()
        poll.register(self._ear, select.POLLIN)
        watched: tuple[int, int] | None = None
        last_received = time.monotonic()
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
            ready = dict(poll.poll(0 if held else TICK * 1000))
            self._turned = time.monotonic()
            if self._stopping:
                self._say_goodbye(client)
                return
            if self._hushed:
                self._wait_to_stop()
                return
            if held or ready.get(number, 0) & ~select.POLLOUT:
                last_received = self._turned
                if by_chunk and taken < HANDFUL and self._inbox.waiting:
                    time.sleep(PAUSE)
                client.loop_read()
                taken = len(self._arrivals)
                unrested += taken
                self._hand_in()
                if unrested >= BREATH and self._inbox.crowded:
                    unrested = 0
                    time.sleep(BREATHER)
            if self._ear.fileno() in ready:
                self._hear()
            self._work(client)
            if client.want_write():
                client.loop_write()
            client.loop_misc()
            if why := self._given_up or self._overdue(last_received, client.keepalive):
                if not self._why:
                    self._why, self._ending = why, "silent"
                return

    def _wait_to_stop(self) -> None:
        """Wait for `stop` with the socket open and untouched."""
        poll = select.poll()
        poll.register(self._ear, select.POLLIN)
        while not self._stopping:
            if poll.poll(TICK * 1000):
                self._hear()
            self._turned = time.monotonic()

    def _hear(self) -> None:
        try:
            self._ear.recv(4096)
        except BlockingIOError:
            pass

    def _work(self, client: Client) -> None:
        """Do what the reactor asked for, while the broker keeps up: the rest stays counted."""
        while self._outbox and not client.want_write():
            try:
                self._outbox.popleft()(client)
            except Exception:
                self.faults += 1
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
                if self._outbox:
                    self._work(client)
                    continue
                if asked:
                    return
                asked = True
                client.disconnect()
            poll.register(sock.fileno(), select.POLLOUT)
            if poll.poll(100):
                client.loop_write()

    def _subscribe(self, client: Client, filters: Sequence[tuple[str, int]]) -> None:
        for first in range(0, len(filters), FILTERS_AT_ONCE):
            some = filters[first : first + FILTERS_AT_ONCE]
            wanted = [(name, min(qos, self._options.qos)) for name, qos in some]
            _, mid = client.subscribe(wanted)
            if mid is not None:
                self._awaited[mid] = [name for name, _ in wanted]

    def _announce(self) -> None:
        unanswered = tuple(name for names in self._awaited.values() for name in names)
        self._announced = True
        self._tell(Up(self, tuple(self._rejected), unanswered, self._session, self._port))

    def _hand_in(self) -> None:
        """Give the inbox what was read. `FastClient` holds these very lists: they are emptied."""
        arrivals, acks = self._arrivals[:], b"".join(self._unacked)
        self._arrivals.clear()
        self._unacked.clear()
        if self._abandoned:
            return
        dropped = self._inbox.put(arrivals) if arrivals else 0
        if not acks:
            return
        if dropped:  # who knows of which sort
            self.give_up("our own queue was full; the broker is to send again what was in it")
        elif not self._given_up:  # acknowledgements keep their order, so none goes before those
            self._inbox.tell(Receipt(self, acks))

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
        self._subscribe(client, self._filters)
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
                self._tell(Rejected(self, tuple(rejected)))
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


def tls_context(options: BrokerOptions) -> ssl.SSLContext:
    """Make the TLS context of the options; for each attempt, so that renewed files are noticed."""
    tls = options.tls
    assert tls is not None
    file: str | None = None
    try:
        file = tls.ca
        context = ssl.create_default_context(cafile=tls.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.cert:
            file = tls.cert
            context.load_cert_chain(tls.cert, tls.key)
    except OSError as error:  # ssl.SSLError is one of them
        what = "a PEM file" if isinstance(error, ssl.SSLError) else "readable"
        raise reasons.CannotConnect(f"{file} (or its key) is not {what}") from error
    if tls.alpn:
        context.set_alpn_protocols(list(tls.alpn))
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
