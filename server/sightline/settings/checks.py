"""Find what makes no sense in settings that were read: values, and values beside others."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from sightline.kinds.friends.bases import base_fault
from sightline.kinds.probots.bases import MOST
from sightline.kinds.probots.bases import base_fault as robot_base_fault
from sightline.model.filters import filter_fault, topic_fault
from sightline.settings.channels import channel_faults
from sightline.settings.databases import DynamodbSettings
from sightline.settings.errors import BadSettings, shown
from sightline.settings.files import PASSWORD_VARIABLE, password_variable
from sightline.settings.schema import (
    BrokerSettings,
    FriendsSettings,
    ServerSettings,
    Settings,
)
from sightline.settings.section import Section
from sightline.settings.store import store_faults
from sightline.settings.values import is_here

_REPLICA_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,11}")
ROBOT_NAME = re.compile(r"ProBot[1-9][0-9]{0,3}")
_INTERFACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")
_ENDPOINT = re.compile(r"[a-z0-9]+:.+")
_TCP_ENDPOINT = re.compile(r"(?:tcp|tcp6|ssl|tls):(?:port=)?([0-9]+)(?::.*)?")
AWS_SHARED_PORT = 443  # where it tells MQTT from HTTPS by ALPN
AWS_ALPN = "x-amzn-mqtt-ca"


def check_environment(settings: Settings, environ: Mapping[str, str]) -> None:
    """Refuse a password for a broker that is not there: it is a slip of the pen."""
    known = {password_variable(name) for name in settings.broker}
    used = {broker.password_env for broker in settings.broker.values()}
    for variable in environ:
        if PASSWORD_VARIABLE.fullmatch(variable) and variable not in known | used:
            names = ", ".join(settings.broker) or "none"
            raise BadSettings(
                f"environment: {variable}: no broker of that name (configured: {names})"
            )


def check_values(settings: Settings, file: str) -> None:
    """Refuse what one field's type alone cannot."""
    for where, wrong in (
        *_server_faults(settings.server),
        *_https_faults(settings),
        *_order_faults(settings),
        *_friends_faults(settings.friends),
        *_robot_topics_faults(settings),
        *_filter_faults("console", settings.console, ("subscribe", "publish")),
        *_filter_faults("archive", settings.archive, ("topics",)),
        *_dynamodb_faults(settings.dynamodb),
        *channel_faults(settings.channels),
        *store_faults(settings.store),
        *_replicas_faults(settings),
        *(fault for name, b in settings.broker.items() for fault in _broker_faults(name, b)),
        *_twin_faults(settings.broker),
    ):
        raise BadSettings(f"{file}: {where}: {wrong}")


def _server_faults(server: ServerSettings) -> Iterable[tuple[str, str]]:
    if not _is_endpoint(server.listen):
        yield (
            "server.listen",
            "must be a Twisted endpoint such as tcp:8080:interface=127.0.0.1"
            f" (is {shown(server.listen)})",
        )
    if not server.state:
        yield "server.state", "must name a folder"
    for proxy in server.proxies:
        if proxy != "local" and not _is_network(proxy):
            yield (
                "server.proxies",
                'each must be an address, a network such as 10.0.0.0/8, or "local" for a socket'
                f" file (is {shown(proxy)})",
            )
    for origin in server.origins:
        if not _is_origin(origin):
            yield (
                "server.origins",
                "each must be a scheme and a host, with a port if it has one, such as"
                f" https://map.example.org (is {shown(origin)})",
            )
    url = urlsplit(server.public_url)
    if server.public_url and not (url.scheme in ("http", "https") and url.hostname):
        yield (
            "server.public_url",
            "must be empty or an address such as https://map.example.org"
            f" (is {shown(server.public_url)})",
        )


def _https_faults(settings: Settings) -> Iterable[tuple[str, str]]:
    https = settings.https
    if bool(https.certificate) != bool(https.key):
        missing = "key" if https.certificate else "certificate"
        yield f"https.{missing}", "is missing; certificate and key go together"
    if not https.certificate:
        for name in ("redirect", "acme_webroot"):
            if getattr(https, name):
                yield f"https.{name}", "has no effect without a certificate; set it or remove this"
    elif settings.server.listen.startswith(("ssl:", "tls:")):
        yield (
            "server.listen",
            "must be a plain endpoint such as tcp:443, as https.certificate already brings TLS"
            f" (is {shown(settings.server.listen)})",
        )
    if https.acme_webroot and not https.redirect:
        yield "https.acme_webroot", "has no effect without https.redirect, the port for plain HTTP"
    if https.redirect and not _is_endpoint(https.redirect):
        yield (
            "https.redirect",
            f"must be a Twisted endpoint such as tcp:80 (is {shown(https.redirect)})",
        )


def _is_endpoint(text: str) -> bool:
    port = _TCP_ENDPOINT.fullmatch(text)
    return bool(_ENDPOINT.fullmatch(text)) and not (port and int(port[1]) > 65535)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_origin(text: str) -> bool:
    try:
        url = urlsplit(text)
        plain = f"{url.scheme}://{url.hostname}" + (f":{url.port}" if url.port else "")
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.hostname) and plain == text.lower()


def _order_faults(settings: Settings) -> Iterable[tuple[str, str]]:
    pairs: list[tuple[str, Section, str, str]] = [
        ("fanout", settings.fanout, "tick_ms", "tick_max_ms"),
        ("friends", settings.friends, "stale_after", "offline_after"),
        ("probots", settings.probots, "stale_after", "offline_after"),
    ]
    for name, broker in settings.broker.items():
        pairs.append((f"broker.{name}", broker, "reconnect_min", "reconnect_max"))
    for where, section, low, high in pairs:
        small, great = getattr(section, low), getattr(section, high)
        if small > great:
            yield f"{where}.{low}", f"must not be more than {high} (is {small:g}, {great:g})"
    for where in ("regions", "rules", "homeassistant"):
        chosen = getattr(settings, where).broker
        if chosen and chosen not in (settings.broker or ("main",)):
            yield f"{where}.broker", f"there is no broker of that name (is {shown(chosen)})"
    prefix = settings.homeassistant.prefix
    if (fault := topic_fault(prefix)) is not None:
        yield "homeassistant.prefix", f"{fault} (is {shown(prefix)})"
    listen = settings.probots.listen
    if (listen and not _INTERFACE.fullmatch(listen)) or listen == "0.0.0.0":
        yield (
            "probots.listen",
            "must be one network interface such as wlan0, or its IPv4 address: robots need no"
            f" password there, so never everywhere (is {shown(listen)})",
        )
    for name in settings.probots.known:
        if not ROBOT_NAME.fullmatch(name):
            yield "probots.known", f"each must be a name such as ProBot1 (is {shown(name)})"


_TAKEN = frozenset(
    ("telemetry", "ClientStatus", "keys", "MainRoutine", "shutdownProBot", "sightline", "$SYS")
)


def _friends_faults(friends: FriendsSettings) -> Iterable[tuple[str, str]]:
    at = urlsplit(friends.mqtt_at)
    try:
        good = at.scheme in ("mqtt", "mqtts") and bool(at.hostname) and at.port != 0
    except ValueError:
        good = False
    if friends.mqtt_at and not good:
        yield (
            "friends.mqtt_at",
            "must be empty or an address such as mqtts://mqtt.example.org:8883"
            f" (is {shown(friends.mqtt_at)})",
        )
    if not friends.topics:
        yield "friends.topics", "must name one base topic at least, such as owntracks/+/+"
    for base in friends.topics:
        fault = filter_fault(base) or base_fault(base)
        if not fault and base.strip("/").partition("/")[0] in _TAKEN:
            fault = "robots and brokers speak there"
        if fault:
            yield (
                "friends.topics",
                f"each must be such as owntracks/+/+: {fault} (is {shown(base)})",
            )


def _robot_topics_faults(settings: Settings) -> Iterable[tuple[str, str]]:
    where, bases = "probots.topics", settings.probots.topics
    if not 1 <= len(bases) <= MOST:
        yield where, f'must name 1 to {MOST} base topics, such as "" or "site/berlin/"'
    friends = {base.removeprefix("/").partition("/")[0] for base in settings.friends.topics}
    for base in bases:
        fault = robot_base_fault(base)
        if not fault and base.removeprefix("/").partition("/")[0] in {*friends, "owntracks"}:
            fault = "phones speak below this first level (friends.topics)"
        if fault:
            yield (
                where,
                f'each must be such as "", "/" or "site/berlin/": {fault} (is {shown(base)})',
            )


def _filter_faults(where: str, section: Section, keys: Iterable[str]) -> Iterable[tuple[str, str]]:
    for key in keys:
        for name in getattr(section, key):
            if fault := filter_fault(name):
                yield f"{where}.{key}", f"each must be a topic filter: {fault} (is {shown(name)})"


def _dynamodb_faults(dynamodb: DynamodbSettings) -> Iterable[tuple[str, str]]:
    table, region, endpoint = dynamodb.table, dynamodb.region, dynamodb.endpoint
    if not re.fullmatch(r"[A-Za-z0-9_.-]{3,255}", table):
        yield "dynamodb.table", f"must be 3 to 255 of A-Z a-z 0-9 _ . - (is {shown(table)})"
    if region and not re.fullmatch(r"[a-z0-9-]{1,32}", region):
        yield "dynamodb.region", f"must be such as eu-west-1 (is {shown(region)})"
    if endpoint and not _is_origin(endpoint):
        yield (
            "dynamodb.endpoint",
            f"must be empty or such as http://127.0.0.1:8000, no path (is {shown(endpoint)})",
        )


def _replicas_faults(settings: Settings) -> Iterable[tuple[str, str]]:
    name = settings.replicas.name
    if not name:
        return
    if not _REPLICA_NAME.fullmatch(name):
        yield "replicas.name", f"must be 1 to 12 of a-z 0-9 - (is {shown(name)})"
    if not settings.store.url:
        yield (
            "replicas.name",
            "several servers share a PostgreSQL: set store.url. The table of [dynamodb] keeps the"
            " history of one server only; how to move is in operators/several-servers.md",
        )
    if settings.history.store == "dynamodb":
        yield (
            "history.store",
            '"dynamodb" keeps the history of one server; with replicas.name remove this',
        )
    if not settings.broker:
        yield (
            "replicas.name",
            "several servers share a broker: name it in [broker.main]; a private one is not shared",
        )


def _broker_faults(name: str, broker: BrokerSettings) -> Iterable[tuple[str, str]]:
    where = f"broker.{name}"
    if broker.profile == "aws":
        yield from _aws_faults(where, broker)
    if not broker.tls:
        for key in ("tls_ca", "tls_cert", "tls_key", "tls_alpn", "tls_insecure"):
            if getattr(broker, key):
                yield f"{where}.{key}", "has no effect without tls = true; set it or remove this"
    if bool(broker.tls_cert) != bool(broker.tls_key):
        missing = "tls_key" if broker.tls_cert else "tls_cert"
        yield f"{where}.{missing}", "is missing; tls_cert and tls_key go together"
    if not broker.ws_path.startswith("/"):
        yield f"{where}.ws_path", f"must begin with / (is {shown(broker.ws_path)})"
    if broker.protocol == "3.1" and len(broker.client_id) > 23:
        yield f"{where}.client_id", "MQTT 3.1 allows at most 23 characters"


def _aws_faults(where: str, broker: BrokerSettings) -> Iterable[tuple[str, str]]:
    """Tell what AWS IoT would answer with a closed connection and no word."""
    if not broker.tls:
        yield f"{where}.tls", "AWS IoT speaks TLS only; remove this"
    if not broker.tls_cert:
        yield f"{where}.tls_cert", "is missing; AWS IoT knows us by our certificate and its key"
    if broker.tls_insecure:
        yield f"{where}.tls_insecure", "is not for AWS IoT, whose certificate every system trusts"
    if _is_address(broker.host):
        yield f"{where}.host", "must be a name: AWS IoT finds the account by it (SNI)"
    if broker.user or broker.password:
        yield f"{where}.user", "AWS IoT knows us by our certificate; remove user and password"
    if broker.transport != "tcp":
        yield f"{where}.transport", 'AWS IoT takes a certificate with transport "tcp" only'
    if broker.protocol == "3.1":
        yield f"{where}.protocol", 'AWS IoT speaks "3.1.1" and "5"'
    if not 30 <= broker.keepalive <= 1200:
        yield f"{where}.keepalive", f"AWS IoT takes 30 to 1200 seconds (is {broker.keepalive})"
    if broker.port == AWS_SHARED_PORT and AWS_ALPN not in broker.tls_alpn:
        yield f"{where}.tls_alpn", f'AWS IoT on port 443 needs ["{AWS_ALPN}"]'
    if broker.port != AWS_SHARED_PORT and broker.tls_alpn:
        yield f"{where}.tls_alpn", "AWS IoT wants this on port 443 only"
    if len(broker.client_id.encode()) > 128:
        yield f"{where}.client_id", "AWS IoT takes at most 128 bytes"
    if broker.reconnect_min < 1:
        yield f"{where}.reconnect_min", "AWS IoT takes one attempt in a second from one client id"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _twin_faults(brokers: Mapping[str, BrokerSettings]) -> Iterable[tuple[str, str]]:
    """Yield client ids that two connections have at one broker: they throw each other out for
    ever.
    """
    seen: dict[tuple[str, int, str], str] = {}
    for name, broker in brokers.items():
        twin = seen.setdefault((broker.host, broker.port, broker.client_id), name)
        if twin != name:
            yield (
                f"broker.{name}.client_id",
                f"is that of broker.{twin} at the same address; each connection needs its own",
            )


def is_private(listen: str, server: ServerSettings) -> bool:
    """Tell whether only this machine can reach the server: a loopback endpoint without a proxy."""
    if server.proxies or server.public_url:
        return False
    parts = listen.split(":")
    interfaces = [part.removeprefix("interface=") for part in parts if "interface=" in part]
    found = [name.replace("\\", "").strip("[]") for name in interfaces]
    return parts[0] == "tcp" and len(found) == 1 and is_here(found[0])
