"""Publish one message after the other on a plain connection, which knows when it cannot."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion

from sightline.mqtt.paho_client import stop_loop

_CONNECT = 10.0  # s
_TIMEOUT = 30.0  # s without the broker, or without an answer of its
_WAITING = 500  # messages under way


class CannotSend(Exception):
    """The broker cannot be reached, or does not take our messages."""


class MqttSender:
    """A connection, made at once. Raises `CannotSend`."""

    def __init__(self, host: str, port: int, user: str = "", password: str = "") -> None:
        self._where = f"{host}:{port}"
        self._why = "no answer"
        self._up = threading.Event()
        self._refused = threading.Event()
        self._under_way: deque[MQTTMessageInfo] = deque()
        self._client = client = Client(CallbackAPIVersion.VERSION2, clean_session=True)
        if user:
            client.username_pw_set(user, password or None)
        client.max_inflight_messages_set(100)
        client.reconnect_delay_set(1, 5)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        try:
            client.connect(host, port)
        except (OSError, ValueError) as why:
            raise CannotSend(f"no connection to {self._where}: {why}") from why
        client.loop_start()
        self._wait_until_up(_CONNECT)

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        """Send a message; waits while too many are under way. Raises `CannotSend`."""
        self._wait_until_up(_TIMEOUT)
        self._under_way.append(self._client.publish(topic, payload, qos, retain))
        while len(self._under_way) > _WAITING:
            self._arrive(self._under_way.popleft())

    def pause(self, seconds: float) -> None:
        """Wait so long, or until the broker refuses us."""
        self._refused.wait(seconds)

    def close(self) -> None:
        """Wait until everything is sent, then say goodbye. Raises `CannotSend`."""
        try:
            while self._under_way:
                self._arrive(self._under_way.popleft())
        finally:
            self._client.disconnect()
            stop_loop(self._client)

    def _arrive(self, message: MQTTMessageInfo) -> None:
        try:
            message.wait_for_publish(_TIMEOUT)
        except (RuntimeError, ValueError) as why:  # lost with the connection, or no room
            raise CannotSend(f"{self._where}: a message was not sent: {why}") from why
        if not message.is_published():
            raise CannotSend(f"{self._where} does not take our messages")

    def _wait_until_up(self, seconds: float) -> None:
        if not self._up.wait(seconds) or self._refused.is_set():
            stop_loop(self._client)
            raise CannotSend(f"no connection to {self._where}: {self._why}")

    # paho's thread below

    def _on_connect(self, client: Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            self._why = f"the broker refuses: {reason}"
            self._refused.set()
        self._up.set()

    def _on_disconnect(self, client: Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        self._up.clear()
        if not self._refused.is_set():
            self._why = str(reason)
