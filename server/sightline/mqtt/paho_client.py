"""Make a paho client of the options of a broker; nothing here connects."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from sightline.model.kind import Arrival
from sightline.mqtt.fastread import FastClient, fits
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.tls import tls_context

_VERSIONS = {
    "3.1": MQTTProtocolVersion.MQTTv31,
    "3.1.1": MQTTProtocolVersion.MQTTv311,
    "5": MQTTProtocolVersion.MQTTv5,
}


def make_client(
    options: BrokerOptions,
    arrivals: list[Arrival],
    now: Callable[[], float],
    unacked: list[bytes] | None,
) -> Client:
    """Return a paho client without callbacks. A `FastClient` puts what it reads into the lists."""
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
        client = FastClient(arrivals, options.name, now, unacked, **how)
    else:
        client = Client(**how)
    client.suppress_exceptions = True
    client.connect_timeout = options.connect_timeout
    client.max_queued_messages_set(options.send_limit)
    if options.user is not None:
        client.username_pw_set(options.user, options.password)
    if (will := options.will) is not None:
        client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
    if options.tls:
        client.tls_set_context(tls_context(options))
        client.tls_insecure_set(options.tls.insecure)
    if options.transport == "websockets":
        client.ws_set_options(options.ws_path)
    return client


def connect_async(client: Client, options: BrokerOptions) -> None:
    """Tell the client where to connect, and with which session."""
    session: dict[str, Any] = {}
    if options.protocol == "5":
        properties = Properties(PacketTypes.CONNECT)
        if not options.clean:
            properties.SessionExpiryInterval = options.session_expiry
        session = {"clean_start": options.clean, "properties": properties}
    client.connect_async(options.host, options.port, options.keepalive, **session)


def stop_loop(client: Client) -> None:
    """Wait until paho's own thread has ended, as `Client.loop_stop` does.

    That one fails (paho 2.1) when the thread ends by itself this moment, behind a ``disconnect``.
    """
    with suppress(AttributeError):
        client.loop_stop()
