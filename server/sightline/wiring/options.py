"""Make the parts' options from the settings: for the server, the guard and `sightline check`."""

from __future__ import annotations

from typing import Any

from sightline.mqtt.options import BrokerOptions, TlsOptions, is_aws_iot
from sightline.mqtt.profile import AWS, PROFILES
from sightline.settings import BrokerSettings, WebhookSettings
from sightline.webhooks.options import WebhookOptions

PRIVATE = "main"
"""The private broker's name."""
_SESSION = 14 * 86400  # s


def broker_options(name: str, broker: BrokerSettings, client_id: str = "") -> BrokerOptions:
    """Make the options of the broker of this name in the settings, with ``client_id`` if one is
    given.
    """
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
        client_id=client_id or broker.client_id,
        user=broker.user or None,
        password=broker.password.reveal() if broker.password else None,
        tls=tls,
        keepalive=broker.keepalive,
        qos=broker.qos,
        reconnect_min=broker.reconnect_min,
        reconnect_max=broker.reconnect_max,
        queue_limit=broker.queue,
        profile=AWS if is_aws_iot(broker.host, broker.tls_alpn) else PROFILES[broker.profile],
        **_lasting(broker.qos == 1),
    )


def private_options(port: int, client_id: str) -> BrokerOptions:
    """Tell how to reach our own broker."""
    return BrokerOptions(
        name=PRIVATE,
        port=port,
        client_id=client_id,
        keepalive=5,
        reconnect_max=5.0,
        qos=1,
        **_lasting(True),
    )


def _lasting(lasting: bool) -> dict[str, Any]:
    """Return the options of a session that the broker keeps while we are away, until all is safe
    with us.
    """
    return {"clean": not lasting, "session_expiry": _SESSION, "late_ack": lasting}


def no_driving(name: str, broker: BrokerSettings) -> str:
    """Tell why no robot is driven at this broker; empty when they may be."""
    if not broker.driving:
        return f"driving is switched off for the broker {name} in the settings"
    if broker.profile == "aws" or is_aws_iot(broker.host, broker.tls_alpn):
        return (
            f"the broker {name} is AWS IoT: it waits at least 45 s before it stops the robot of a"
            " server that is gone"
        )
    return ""


def webhook_options(name: str, webhook: WebhookSettings) -> WebhookOptions:
    """Make the options of a webhook."""
    return WebhookOptions(
        name=name,
        url=webhook.url,
        secret=webhook.secret.reveal().encode() if webhook.secret else None,
        events=frozenset(webhook.events),
        by=frozenset(webhook.by),
        regions=frozenset(webhook.regions),
        private=webhook.private,
        timeout=webhook.timeout,
        attempts=webhook.attempts,
        queue=webhook.queue,
    )
