"""The options of one MQTT broker: plain values, checked when made.

The settings are turned into these; nothing here opens a socket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sightline.mqtt.profile import ANY, Profile

Protocol = Literal["3.1", "3.1.1", "5"]
Transport = Literal["tcp", "websockets"]


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """TLS to the broker. Files are paths to PEM; an empty ``ca`` means the system's authorities.

    ``cert`` and ``key`` are our own, for brokers that ask for one. ``alpn`` are protocol names
    such as ``x-amzn-mqtt-ca``. ``insecure`` gives up checking who the broker is: never by default.
    """

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    alpn: tuple[str, ...] = ()
    insecure: bool = False

    def __post_init__(self) -> None:
        if self.key and not self.cert:
            raise ValueError("tls.key is of no use without tls.cert")


def is_aws_iot(host: str, alpn: Sequence[str]) -> bool:
    """Tell whether this broker is AWS IoT, by its name or by the protocol only AWS speaks."""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn")) or "x-amzn-mqtt-ca" in alpn


@dataclass(frozen=True, slots=True)
class Will:
    """The message that the broker sends in our name, at QoS 1, when we vanish."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True)
class BrokerOptions:
    """The options of one broker. Times are in s.

    ``qos`` is the highest quality of service we ask for. ``clean`` asks the broker to forget us
    when we leave; otherwise it keeps our messages, with MQTT 5 for ``session_expiry`` seconds.
    Waits between attempts grow from ``reconnect_min`` to ``reconnect_max``. ``queue_limit`` is how
    many messages may wait between paho's thread and the reactor before they are dropped and
    counted. ``send_limit`` is how many of ours may wait for a slow broker. With ``late_ack``
    messages are acknowledged by the one that gets their receipts, not by the connection. With
    ``fast_reading`` off all reading is left to paho (see `fastread`). ``will`` is left with the
    broker, ``profile`` is what the broker takes. ``unshared``: the client id is made up anew at
    each start, so connections that do not last are no sign of another client with it.
    """

    name: str = "main"
    host: str = "127.0.0.1"
    port: int = 1883
    transport: Transport = "tcp"
    ws_path: str = "/mqtt"
    protocol: Protocol = "3.1.1"
    client_id: str = ""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsOptions | None = None
    keepalive: int = 5
    qos: Literal[0, 1] = 0
    clean: bool = True
    session_expiry: int = 3600
    connect_timeout: float = 5.0
    reconnect_min: float = 1.0
    reconnect_max: float = 30.0
    queue_limit: int = 100_000
    send_limit: int = 1_000
    late_ack: bool = False
    fast_reading: bool = True
    will: Will | None = None
    profile: Profile = ANY
    unshared: bool = False

    def __post_init__(self) -> None:
        for wrong, what in (
            (not self.name, "name is empty"),
            (not self.host, "host is empty"),
            (not 1 <= self.port <= 65535, f"port {self.port} is not 1..65535"),
            (self.transport not in ("tcp", "websockets"), f"unknown transport {self.transport!r}"),
            (self.protocol not in ("3.1", "3.1.1", "5"), f"unknown protocol {self.protocol!r}"),
            (not 1 <= self.keepalive <= 65535, f"keepalive {self.keepalive} is not 1..65535 s"),
            (self.qos not in (0, 1), f"qos {self.qos} is not 0 or 1"),
            (not self.clean and not self.client_id, "a lasting session needs a client_id"),
            (self.password is not None and self.user is None, "a password needs a user"),
            (self.connect_timeout <= 0, "connect_timeout is not above 0 s"),
            (
                not 0 < self.reconnect_min <= self.reconnect_max,
                "reconnect_min and reconnect_max are not 0 < min <= max s",
            ),
            (self.queue_limit < 1, "queue_limit is not above 0"),
            (self.send_limit < 1, "send_limit is not above 0"),
        ):
            if wrong:
                raise ValueError(f"broker {self.name!r}: {what}")

    @property
    def aws_iot(self) -> bool:
        """Tell whether it is AWS IoT, which ends the connection for much that others allow."""
        alpn = self.tls.alpn if self.tls else ()
        return is_aws_iot(self.host, alpn)

    @property
    def address(self) -> str:
        """Return host and port as people write them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"
