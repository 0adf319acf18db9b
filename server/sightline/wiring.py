"""From the settings to the parts' own options: what both the server and `sightline check` need."""

from __future__ import annotations

from sightline.mqtt.options import BrokerOptions, TlsOptions
from sightline.settings import Broker


def broker_options(name: str, broker: Broker) -> BrokerOptions:
    """How to reach the broker of this name in the settings."""
    tls = None
    if broker.tls:
        tls = TlsOptions(
            ca=broker.tls_ca or None,
            cert=broker.tls_cert or None,
            key=broker.tls_key or None,
            alpn=broker.tls_alpn,
            insecure=broker.tls_insecure,
        )
    return BrokerOptions(
        name=name,
        host=broker.host,
        port=broker.port,
        transport=broker.transport,
        ws_path=broker.ws_path,
        protocol=broker.protocol,
        client_id=broker.client_id,
        user=broker.user or None,
        password=broker.password.reveal() if broker.password else None,
        tls=tls,
        keepalive=broker.keepalive,
        qos=broker.qos,
        reconnect_min=broker.reconnect_min,
        reconnect_max=broker.reconnect_max,
        queue_limit=broker.queue,
    )
