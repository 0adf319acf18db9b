"""Connect one MQTT client of the check: it asks and waits, everything with a deadline."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.tls import tls_context

_VERSIONS = {
    "3.1": MQTTProtocolVersion.MQTTv31,
    "3.1.1": MQTTProtocolVersion.MQTTv311,
    "5": MQTTProtocolVersion.MQTTv5,
}
SILENT = 1.5
"""Seconds without a message after which no more will come."""
_FAILED = 0x80  # a SUBACK code from here on is a refusal


class Probe:
    """A client that is somebody else than the running Sightline: it throws nobody out."""

    def __init__(
        self, options: BrokerOptions, *, anonymous: bool = False, acknowledges: bool = True
    ) -> None:
        self._options = options
        self.client_id = "sl-check-" + secrets.token_hex(6)
        self.refused: str | None = None
        self.accepted = False
        self.messages: list[tuple[str, bytes, bool]] = []
        self._granted: dict[int, list[Any]] = {}
        self._sent: set[int] = set()
        self._unread: list[int] = []
        self._client = client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.client_id,
            protocol=_VERSIONS[options.protocol],
            transport=options.transport,
            reconnect_on_failure=False,
            manual_ack=not acknowledges,
        )
        client.suppress_exceptions = True
        client.connect_timeout = options.connect_timeout
        client.max_inflight_messages_set(1000)
        if options.user is not None and not anonymous:
            client.username_pw_set(options.user, options.password)
        if options.tls:
            client.tls_set_context(tls_context(options))
            client.tls_insecure_set(options.tls.insecure)
        if options.transport == "websockets":
            client.ws_set_options(options.ws_path)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.alive:
            self._client.disconnect()
            self._client.loop(0.1)
        if sock := self._client.socket():
            sock.close()

    @property
    def alive(self) -> bool:
        """Tell whether the connection stands."""
        return self._client.socket() is not None

    def connect(self) -> bool:
        """Connect and sign in; `refused` says why not. May raise OSError."""
        self._client.connect(self._options.host, self._options.port, 30)
        self.until(lambda: self.accepted or self.refused is not None, self._options.connect_timeout)
        return self.accepted

    def until(self, fact: Callable[[], bool], seconds: float) -> bool:
        """Serve the connection until a fact, its end, or the deadline; whether it is a fact."""
        end = time.monotonic() + seconds
        while not fact():
            if not self.alive or time.monotonic() > end:
                return fact()
            self._client.loop(0.02)
        return True

    def subscribe(self, filters: Sequence[tuple[str, int]]) -> list[str]:
        """Subscribe; return the filters that were refused."""
        refused = []
        for first in range(0, len(filters), 8):  # AWS IoT takes no more at a time
            some = filters[first : first + 8]
            _, mid = self._client.subscribe(list(some))
            if mid is None or not self.until(partial(self._granted.__contains__, mid), 5.0):
                refused += [name for name, _ in some]
                continue
            codes = [getattr(code, "value", code) for code in self._granted[mid]]
            refused += [
                name for (name, _), code in zip(some, codes, strict=False) if code >= _FAILED
            ]
        return refused

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> int:
        """Send a message; its number, by which `acknowledged` knows it."""
        return self._client.publish(topic, payload, qos, retain).mid

    def acknowledged(self, mids: set[int]) -> bool:
        """Tell whether the broker has taken all of these."""
        return mids <= self._sent

    def drain(self, count: int, seconds: float) -> int:
        """Read late: acknowledge one by one what came, until all, or nothing more for a while."""
        done, end = 0, time.monotonic() + seconds
        while done < count and time.monotonic() < end and self.alive:
            if not self.until(lambda: len(self._unread) > 0, SILENT):
                break
            for mid in self._unread:
                self._client.ack(mid, 1)
            done += len(self._unread)
            self._unread.clear()
        return done

    def got(self, topic: str, payload: bytes) -> bool:
        """Tell whether this message has come."""
        return any(one[:2] == (topic, payload) for one in self.messages)

    def _on_connect(self, client: Client, _: object, flags: Any, reason: Any, *__: Any) -> None:
        if reason.is_failure:
            self.refused = str(reason)
        else:
            self.accepted = True

    def _on_message(self, client: Client, _: object, message: Any) -> None:
        topic = bytes(message._topic).decode("utf-8", "replace")
        self.messages.append((topic, bytes(message.payload), bool(message.retain)))
        if message.qos:
            self._unread.append(message.mid)

    def _on_subscribe(self, client: Client, _: object, mid: int, codes: Any, *__: Any) -> None:
        self._granted[mid] = list(codes)

    def _on_publish(self, client: Client, _: object, mid: int, *__: Any) -> None:
        self._sent.add(mid)
