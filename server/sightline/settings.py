"""config/sightline.toml, read once into one frozen `Settings`; the only reader of that file.

Whatever is wrong is refused with the file, the key and what is allowed there. Passwords come from
a file or the environment and are kept in a `Secret`, which shows itself to nobody. The text beside
each key in config/sightline.toml is its documentation; tests hold the two together.
"""

from __future__ import annotations

import difflib
import ipaddress
import itertools
import os
import re
import socket
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta
from msgspec.inspect import (
    BoolType,
    FloatType,
    IntType,
    ListType,
    LiteralType,
    StrType,
    Type,
    type_info,
)

from sightline.kinds.friends.bases import DEFAULT, base_fault
from sightline.model.filters import filter_fault

Count = Annotated[int, Meta(ge=1, le=10_000_000)]
CountOrNone = Annotated[int, Meta(ge=0, le=10_000_000)]
Bytes = Annotated[int, Meta(ge=1024, le=67_108_864)]
Seconds = Annotated[float, Meta(ge=0.1, le=31_536_000)]
Milliseconds = Annotated[int, Meta(ge=0, le=10_000)]


class BadSettings(Exception):
    """The settings cannot be used; the message says where and what is allowed."""


class Secret:
    """A text that is shown only to who asks for it by `reveal`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for the one call that must send it, never for a log."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the file."""


class ServerSettings(Section, frozen=True, kw_only=True):
    """Where the server listens and keeps its files.

    ``listen`` is a Twisted endpoint. ``state`` is a folder, relative to the working directory.
    ``web_root`` is the folder of the built pages, empty: found by the server itself. ``origins``
    are web origins besides our own that may open the WebSocket. ``public_url`` is the address
    people use when a proxy stands in front. ``proxies`` are addresses or networks whose
    ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.
    """

    listen: str = "tcp:8080:interface=127.0.0.1"
    state: str = "state"
    web_root: str = ""
    origins: tuple[str, ...] = ()
    public_url: str = ""
    proxies: tuple[str, ...] = ()


class HttpsSettings(Section, frozen=True, kw_only=True):
    """HTTPS by ourselves: with a ``certificate``, ``server.listen`` speaks TLS.

    ``certificate`` and ``key`` are PEM files, the chain behind the certificate, watched while we
    run; their paths are absolute after `load`. ``redirect`` is an endpoint for plain HTTP, from
    which browsers are sent on. ``acme_webroot`` is the folder in which certbot lays down its
    answers for that port; with it the certificate may still be missing at the start.
    """

    certificate: str = ""
    key: str = ""
    redirect: str = ""
    acme_webroot: str = ""


class LimitsSettings(Section, frozen=True, kw_only=True):
    """What one browser, and all of them, may cost us.

    ``connections_per_address`` and ``http_per_address`` do not count this machine's own addresses
    (0: no limit). ``behind_seconds`` is how long a browser may take nothing before it is closed,
    ``unsent_bytes`` how much may wait for all that take it slowly.
    ``memory_mb`` is what we may use (0: as cgroup and ulimit say, else 512); what the world, faces
    and one sender may take of it follows from that. ``devices_per_sender``, ``sender_kb`` (0: 1/32
    of the memory), ``new_things_per_day`` and ``rows_per_day`` bound one sender, that is the user
    level of an OwnTracks topic. ``disk_floor_mb`` are left to accounts and the audit log.
    """

    connections: Count = 10_000
    connections_per_address: CountOrNone = 1000
    connections_per_user: Count = 50
    http_per_address: CountOrNone = 100
    requests_per_second: Count = 20
    message_bytes: Annotated[int, Meta(ge=256, le=1_048_576)] = 4096
    messages_per_second: Count = 30
    handshake_seconds: Seconds = 10.0
    behind_seconds: Seconds = 10.0
    unsent_bytes: Annotated[int, Meta(ge=1_048_576, le=17_179_869_184)] = 67_108_864
    things: Count = 200_000
    memory_mb: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    devices_per_sender: Count = 1000
    sender_kb: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    new_things_per_day: Count = 5000
    rows_per_day: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 1_000_000
    disk_floor_mb: Annotated[int, Meta(ge=0, le=1_000_000)] = 64
    ping_seconds: Seconds = 30.0


class FanoutSettings(Section, frozen=True, kw_only=True):
    """How news is bundled on its way to the browsers.

    Changes within ``tick_ms`` share one frame; under load the tick widens up to ``tick_max_ms``.
    ``frame_bytes`` is where a frame is split. ``beat_seconds`` is the interval of the beat that
    tells a quiet server from a lost one.
    """

    tick_ms: Milliseconds = 10
    tick_max_ms: Milliseconds = 100
    frame_bytes: Bytes = 262_144
    compression: bool = True
    beat_seconds: Seconds = 5.0


class BrokerSettings(Section, frozen=True, kw_only=True):
    """One MQTT broker to connect to.

    ``port`` and ``client_id`` are filled in by `load` where the file leaves them out; paths are
    absolute after it. ``keepalive``, ``reconnect_min`` and ``reconnect_max`` are seconds; ``queue``
    is how many messages may wait for us before more are dropped and counted. ``qos`` is the
    highest we subscribe with. ``tls_alpn`` are protocol names, as AWS IoT asks for on port 443.
    ``driving`` false: its robots are seen and can be stopped, not driven. ``profile`` "aws": the
    broker is AWS IoT, and what it needs is filled in and checked. ``named``: ``client_id`` stands
    in the file; otherwise it is the one of AWS IoT, and of versions before random ones.
    """

    host: str
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    transport: Literal["tcp", "websockets"] = "tcp"
    ws_path: str = "/mqtt"
    protocol: Literal["3.1", "3.1.1", "5"] = "3.1.1"
    client_id: str = ""
    user: str = ""
    password_file: str = ""
    password_env: str = ""
    keepalive: Annotated[int, Meta(ge=1, le=65535)] = 5
    qos: Literal[0, 1] = 1
    tls: bool = False
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    tls_alpn: tuple[str, ...] = ()
    tls_insecure: bool = False
    reconnect_min: Seconds = 1.0
    reconnect_max: Seconds = 10.0
    queue: Count = 100_000
    driving: bool = True
    profile: Literal["", "aws"] = ""
    password: Secret | None = None
    named: bool = False


class FriendsSettings(Section, frozen=True, kw_only=True):
    """How long a friend may be silent, in seconds, before it is stale, then offline; their phones.

    ``keys_file`` holds the secrets of those who encrypt what they send, ``keys`` is what was read
    there, by ``user/device``. ``mqtt_at`` is the broker's address that phones are set up with.
    ``topics`` are the bases below which they publish (`sightline.kinds.friends.bases`).
    """

    stale_after: Seconds = 900.0
    offline_after: Seconds = 3600.0
    keys_file: str = ""
    mqtt_at: str = ""
    topics: tuple[str, ...] = DEFAULT
    keys: Mapping[str, Secret] = {}


class ProbotsSettings(Section, frozen=True, kw_only=True):
    """How long a robot may be silent, in seconds; which robots are shown before they are heard.

    ``listen`` is the interface or IPv4 address in the robots' network where they get in without a
    password, at ``port``: opened by the private broker, looked at by `sightline check`.
    """

    stale_after: Seconds = 1.5
    offline_after: Seconds = 3.0
    known: tuple[str, ...] = ()
    listen: str = ""
    port: Annotated[int, Meta(ge=1, le=65535)] = 1883


class AccountsSettings(Section, frozen=True, kw_only=True):
    """Who gets in without signing in, and how long a sign-in lasts.

    ``guest`` is the role of who did not sign in; anywhere but on this machine it also needs
    ``guest_anywhere``. ``hash_memory`` is in KiB, ``hash_passes`` how often it is gone over.
    """

    guest: Literal["none", "viewer", "operator", "admin"] = "none"
    guest_anywhere: bool = False
    idle_hours: Annotated[float, Meta(ge=0.01, le=87_600)] = 12.0
    session_days: Annotated[float, Meta(ge=0.01, le=3650)] = 30.0
    link_days: Annotated[float, Meta(ge=0.01, le=3650)] = 31.0
    hash_memory: Annotated[int, Meta(ge=1024, le=4_194_304)] = 19_456
    hash_passes: Annotated[int, Meta(ge=1, le=100)] = 3


class ProbotSettings(Section, frozen=True, kw_only=True):
    """One robot by its name. ``name`` is what people call it; ``picture`` a PNG or JPEG file."""

    name: str = ""
    picture: str = ""


class DrivingSettings(Section, frozen=True, kw_only=True):
    """The guard: a process that stops robots when the server hangs.

    ``guard``: start one for each broker; false when it runs as a unit of its own. ``need_guard``:
    nobody drives at a broker without one.
    """

    guard: bool = True
    need_guard: bool = False


class ConsoleSettings(Section, frozen=True, kw_only=True):
    """Who may use the console on the broker page, and for what.

    ``read_role`` may look at topics and subscribe, ``publish_role`` may publish: viewer, operator
    or admin. ``subscribe`` and ``publish`` are filters: what they match is open. Topics that
    command robots and phones are never open for publishing.
    """

    read_role: Literal["viewer", "operator", "admin"] = "operator"
    publish_role: Literal["viewer", "operator", "admin"] = "admin"
    subscribe: tuple[str, ...] = ("#", "$SYS/#")
    publish: tuple[str, ...] = ("test/#",)


class RegionsSettings(Section, frozen=True, kw_only=True):
    """When somebody counts as inside of a region or outside, and who hears of it.

    ``margin`` m beyond the border is outside; a change counts after ``fixes`` in a row or ``dwell``
    seconds. ``publish``: of which regions crossings are published by MQTT, at ``broker`` (empty:
    the first one).
    """

    margin: Annotated[float, Meta(ge=0, le=10_000)] = 30.0
    fixes: Annotated[int, Meta(ge=1, le=20)] = 2
    dwell: Seconds = 60.0
    publish: Literal["none", "shared", "all"] = "shared"
    broker: str = ""


class WebhookSettings(Section, frozen=True, kw_only=True):
    """Somebody who is told of crossings by HTTP.

    ``events`` and ``by`` choose among them; ``regions`` are ids, ``shared`` or ``all``. ``private``
    lets it be an address of our own network. ``timeout`` in seconds; ``attempts`` before one is
    given up; ``queue`` is how many may wait.
    """

    url: str
    secret_file: str = ""
    secret_env: str = ""
    events: tuple[Literal["enter", "leave"], ...] = ("enter", "leave")
    by: tuple[Literal["server", "phone"], ...] = ("server", "phone")
    regions: tuple[str, ...] = ("shared",)
    private: bool = False
    timeout: Annotated[float, Meta(ge=0.1, le=60)] = 10.0
    attempts: Annotated[int, Meta(ge=1, le=20)] = 8
    queue: Annotated[int, Meta(ge=1, le=10_000)] = 1000
    secret: Secret | None = None


class HistorySettings(Section, frozen=True, kw_only=True):
    """What happened, and for how long it is kept.

    ``store``: sqlite (``history.db`` in the state folder), dynamodb (see `DynamodbSettings`) or memory (for
    trying out; at most ``memory_rows`` entries). Positions are kept for ``days``, unless their
    owner said otherwise; commands, alarms, logs and figures for ``log_days``; 0: for good. While
    the store is slow or fails, ``queue`` records of ``queue_megabytes`` may wait for it.
    """

    store: Literal["sqlite", "dynamodb", "memory"] = "sqlite"
    days: Annotated[int, Meta(ge=0, le=36_600)] = 90
    log_days: Annotated[int, Meta(ge=0, le=36_600)] = 90
    queue: Count = 200_000
    queue_megabytes: Annotated[int, Meta(ge=1, le=4096)] = 64
    memory_rows: Count = 100_000


class DynamodbSettings(Section, frozen=True, kw_only=True):
    """The table in Amazon DynamoDB, for ``history.store = "dynamodb"``.

    ``region`` empty: as AWS_REGION says. ``endpoint`` is a URL where it is not AWS itself.
    ``ttl_days``: DynamoDB itself removes entries that are so old; 0: it does not. While AWS is away
    ``spill_megabytes`` may wait on disk.
    """

    table: str = "sightline"
    region: str = ""
    endpoint: str = ""
    ttl_days: Annotated[int, Meta(ge=0, le=36_600)] = 0
    spill_megabytes: Annotated[int, Meta(ge=1, le=1_000_000)] = 256


class ReplicasSettings(Section, frozen=True, kw_only=True):
    """Several servers that are one to everybody: they share the table of `DynamodbSettings`.

    ``name`` is this server's among them; empty: it is alone.
    """

    name: str = ""


class ArchiveSettings(Section, frozen=True, kw_only=True):
    """Raw MQTT messages as they came, in files by day; what of them, and how long.

    ``topics`` are filters. What is older than ``days`` goes, and the oldest when there is more than
    ``megabytes``.
    """

    enabled: bool = True
    topics: tuple[str, ...] = ("#",)
    days: Annotated[int, Meta(ge=1, le=3660)] = 7
    megabytes: Annotated[int, Meta(ge=8, le=1_000_000)] = 256


class Settings(Section, frozen=True, kw_only=True):
    """Everything the operator decided.

    ``broker`` is by name; empty: use a private mosquitto. ``probot`` is by name, too, in the order
    in which they are shown; and so is ``webhook``.
    """

    server: ServerSettings = ServerSettings()
    https: HttpsSettings = HttpsSettings()
    limits: LimitsSettings = LimitsSettings()
    fanout: FanoutSettings = FanoutSettings()
    broker: Mapping[str, BrokerSettings] = {}
    friends: FriendsSettings = FriendsSettings()
    probots: ProbotsSettings = ProbotsSettings()
    accounts: AccountsSettings = AccountsSettings()
    driving: DrivingSettings = DrivingSettings()
    probot: Mapping[str, ProbotSettings] = {}
    console: ConsoleSettings = ConsoleSettings()
    regions: RegionsSettings = RegionsSettings()
    webhook: Mapping[str, WebhookSettings] = {}
    history: HistorySettings = HistorySettings()
    archive: ArchiveSettings = ArchiveSettings()
    dynamodb: DynamodbSettings = DynamodbSettings()
    replicas: ReplicasSettings = ReplicasSettings()

    def warnings(self) -> list[str]:
        """What is allowed but should be said aloud at every start."""
        said = []
        if self.accounts.guest != "none":
            said.append(
                f"accounts.guest: who reaches this server is let in as {self.accounts.guest}"
                " without signing in"
            )
        if self.history.store == "memory":
            said.append("history.store: history is kept in memory and ends with the server")
        if self.dynamodb.endpoint.startswith("http:") and not _is_here(
            urlsplit(self.dynamodb.endpoint).hostname or ""
        ):
            said.append("dynamodb.endpoint: positions travel unencrypted (http)")
        if self.https.certificate and not self.server.public_url:
            said.append(
                "https: without server.public_url only pages opened by an address such as"
                " https://192.0.2.7 may connect, not those opened by a name"
            )
        for name, broker in self.broker.items():
            if broker.tls_insecure:
                said.append(
                    f"broker.{name}.tls_insecure: the broker's certificate is NOT checked; anybody"
                    " on the way can read and change everything"
                )
            elif broker.password and not broker.tls and not _is_here(broker.host):
                said.append(f"broker.{name}: the password travels unencrypted (tls = false)")
            if broker.named and broker.profile != "aws" and is_guessable(broker.client_id):
                said.append(
                    f"broker.{name}.client_id: who guesses it can throw us out and take what the"
                    " broker keeps for us; remove it (a random one is made and kept), or use what"
                    " openssl rand -hex 16 prints"
                )
        for name, webhook in self.webhook.items():
            if webhook.url.startswith("http:") and not webhook.private:
                said.append(f"webhook.{name}: where people are travels unencrypted (http)")
        return said


# Filled in by us; in a file it would be a secret lying about.
_NOT_IN_FILE = {"password", "keys", "secret", "named"}

_BROKER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_REPLICA_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,11}")
_ROBOT_NAME = re.compile(r"ProBot[1-9][0-9]{0,3}")
_INTERFACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")
_DEVICE = re.compile(r"[^/+#\x00-\x1f\x7f]{1,128}/[^/+#\x00-\x1f\x7f]{1,128}")
_ENDPOINT = re.compile(r"[a-z0-9]+:.+")
_TCP_ENDPOINT = re.compile(r"(?:tcp|tcp6|ssl|tls):(?:port=)?([0-9]+)(?::.*)?")


def load(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> Settings:
    """The settings in the file at ``path`` (None: all defaults), with secrets from ``environ``.

    Raises `BadSettings`.
    """
    if path is None:
        return _settings({}, "settings", Path.cwd(), environ)
    return _settings(_table(path), str(path), Path(path).resolve().parent, environ)


def load_brokers(
    path: str | os.PathLike[str], environ: Mapping[str, str], name: str = ""
) -> Mapping[str, BrokerSettings]:
    """The brokers of the file, or the one of this ``name``, as `load` gives them.

    For the guard: it needs no other secret than its broker's, so it is given none.
    Raises `BadSettings`.
    """
    table = _table(path)
    brokers = table.get("broker", {})
    if name and isinstance(brokers, dict) and name in brokers:
        brokers = {name: brokers[name]}
    own = {
        variable: value
        for variable, value in environ.items()
        if not _PASSWORD_VARIABLE.fullmatch(variable)
        or variable in map(_password_variable, brokers)
    }
    only = {"broker": brokers} if brokers else {}
    return _settings(only, str(path), Path(path).resolve().parent, own).broker


def _table(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_bytes().decode())
    except OSError as why:
        raise BadSettings(f"{path}: cannot be read: {why.strerror}") from why
    except ValueError as why:  # broken TOML or broken UTF-8
        raise BadSettings(f"{path}: is not valid TOML: {why}") from why


_SECTIONS = (
    ServerSettings,
    HttpsSettings,
    LimitsSettings,
    FanoutSettings,
    FriendsSettings,
    ProbotsSettings,
    AccountsSettings,
    DrivingSettings,
    ConsoleSettings,
    RegionsSettings,
    HistorySettings,
    ArchiveSettings,
    DynamodbSettings,
    ReplicasSettings,
)


def _settings(
    table: Mapping[str, Any], file: str, folder: Path, environ: Mapping[str, str]
) -> Settings:
    _check_names(table, Settings.__struct_fields__, file, "")
    sections: dict[str, Any] = {}
    for section in _SECTIONS:
        name = section.__name__.removesuffix("Settings").lower()
        if name in table:
            sections[name] = section(**_values(section, table[name], file, name))
    if "https" in sections:
        sections["https"] = _https(sections["https"], file, folder, environ)
    if "friends" in sections:
        sections["friends"] = _with_keys(sections["friends"], file, folder)
    brokers = table.get("broker", {})
    if not isinstance(brokers, dict):
        raise BadSettings(f"{file}: broker: must be tables, one per broker: [broker.main]")
    robots = table.get("probot", {})
    if not isinstance(robots, dict):
        raise BadSettings(f"{file}: probot: must be tables, one per robot: [probot.ProBot1]")
    hooks = table.get("webhook", {})
    if not isinstance(hooks, dict):
        raise BadSettings(f"{file}: webhook: must be tables, one per receiver: [webhook.house]")
    replica = sections.get("replicas", ReplicasSettings()).name
    settings = Settings(
        **sections,
        webhook={name: _webhook(name, t, file, folder, environ) for name, t in hooks.items()},
        probot={name: _probot(name, t, file, folder) for name, t in robots.items()},
        broker={
            name: _broker(name, t, file, folder, environ, replica) for name, t in brokers.items()
        },
    )
    _check_environment(settings, environ)
    _check_values(settings, file)
    return settings


def _broker(
    name: str,
    table: object,
    file: str,
    folder: Path,
    environ: Mapping[str, str],
    replica: str,
) -> BrokerSettings:
    where = f"broker.{name}"
    if not _BROKER_NAME.fullmatch(name):
        raise BadSettings(
            f"{file}: {where}: a broker's name is 1 to 32 of a-z 0-9 - _, such as [broker.main]"
        )
    if isinstance(table, dict) and "password" in table:
        raise BadSettings(
            f"{file}: {where}.password: a password is not written here; use password_file,"
            f" password_env or the environment variable {_password_variable(name)}"
        )
    values = _values(BrokerSettings, table, file, where)
    if not values.get("host"):
        raise BadSettings(f"{file}: {where}.host: is missing; must be the broker's name or address")
    for key in ("password_file", "tls_ca", "tls_cert", "tls_key"):
        if values.get(key):
            values[key] = _path(values[key], folder, environ, f"{file}: {where}.{key}")
            _check_file(values[key], file, f"{where}.{key}", secret=key in _SECRET_FILES)
    if values.get("profile") == "aws":
        values = _AWS | values
        if values.get("port") == _AWS_SHARED_PORT:
            values.setdefault("tls_alpn", (_AWS_ALPN,))
    broker = BrokerSettings(**values)
    return msgspec.structs.replace(
        broker,
        port=broker.port or _PORTS[broker.transport, broker.tls],
        client_id=broker.client_id or _default_client_id(broker.protocol, replica),
        password=_password(name, broker, file, environ),
        named=bool(broker.client_id),
    )


def _https(
    https: HttpsSettings, file: str, folder: Path, environ: Mapping[str, str]
) -> HttpsSettings:
    """With whole paths. Whether the files are there is the server's matter, not the guard's."""
    paths = {}
    for key in ("certificate", "key"):
        if value := getattr(https, key):
            paths[key] = _path(value, folder, environ, f"{file}: https.{key}", needed=False)
    if https.acme_webroot:
        paths["acme_webroot"] = str(folder / https.acme_webroot)
    return msgspec.structs.replace(https, **paths)


_CREDENTIAL = "credential:"


def _path(
    value: str, folder: Path, environ: Mapping[str, str], where: str, *, needed: bool = True
) -> str:
    """The whole path of a file: beside the settings, or a credential that systemd handed us.

    A credential that was not handed over is refused, or left as it is where it is not ``needed``.
    """
    if not value.startswith(_CREDENTIAL):
        return str(folder / value)
    name = value.removeprefix(_CREDENTIAL)
    if not re.fullmatch(r"[\w.@-]+", name) or name in (".", ".."):
        raise BadSettings(f"{where}: a credential's name is one word (is {_shown(name)})")
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    if not credentials and not needed:
        return value
    if not credentials:
        raise BadSettings(
            f"{where}: there is no credential {name}: systemd gave us none"
            f" (LoadCredential={name}:/path in the unit)"
        )
    return str(Path(credentials) / name)


def _with_keys(friends: FriendsSettings, file: str, folder: Path) -> FriendsSettings:
    """The secrets of friends who encrypt, from their file: ``"user/device" = "secret"``."""
    if not friends.keys_file:
        return friends
    path, where = str(folder / friends.keys_file), "friends.keys_file"
    _check_file(path, file, where, secret=True)
    try:
        table = tomllib.loads(Path(path).read_bytes().decode())
    except ValueError:  # its text might quote a secret
        raise BadSettings(
            f'{file}: {where}: {path} must hold lines such as "jane/phone" = "secret"'
        ) from None
    for device, secret in table.items():
        if not _DEVICE.fullmatch(device):
            raise BadSettings(
                f"{file}: {where}: {path}: {_shown(device)} is no device such as jane/phone"
            )
        if not isinstance(secret, str) or not 1 <= len(secret.encode()) <= 32:
            raise BadSettings(
                f"{file}: {where}: {path}: the secret of {device} must be a text of 1 to 32 bytes"
            )
    keys = {device: Secret(secret) for device, secret in table.items()}
    return msgspec.structs.replace(friends, keys_file=path, keys=keys)


def _probot(name: str, table: object, file: str, folder: Path) -> ProbotSettings:
    where = f"probot.{name}"
    if not _ROBOT_NAME.fullmatch(name):
        raise BadSettings(f"{file}: {where}: a robot's name is such as ProBot1")
    values = _values(ProbotSettings, table, file, where)
    if values.get("picture"):
        values["picture"] = str(folder / values["picture"])
        _check_file(values["picture"], file, f"{where}.picture", secret=False)
    return ProbotSettings(**values)


# What AWS IoT Core asks of a connection, where the file says nothing.
_AWS: dict[str, Any] = {"tls": True, "keepalive": 30}
_AWS_SHARED_PORT = 443  # where it tells MQTT from HTTPS by ALPN
_AWS_ALPN = "x-amzn-mqtt-ca"


def _webhook(
    name: str, table: object, file: str, folder: Path, environ: Mapping[str, str]
) -> WebhookSettings:
    where = f"webhook.{name}"
    if not _BROKER_NAME.fullmatch(name):
        raise BadSettings(
            f"{file}: {where}: a webhook's name is 1 to 32 of a-z 0-9 - _, such as [webhook.house]"
        )
    if isinstance(table, dict) and "secret" in table:
        raise BadSettings(
            f"{file}: {where}.secret: a secret is not written here; use secret_file or secret_env"
        )
    values = _values(WebhookSettings, table, file, where)
    url = values.get("url", "")
    if fault := _url_fault(url):
        raise BadSettings(f"{file}: {where}.url: {fault} (is {_shown(url)})")
    secret = None
    if values.get("secret_file"):
        values["secret_file"] = str(folder / values["secret_file"])
        _check_file(values["secret_file"], file, f"{where}.secret_file", secret=True)
        secret = _first_line(values["secret_file"], f"{file}: {where}.secret_file")
    if variable := values.get("secret_env"):
        if secret is not None:
            raise BadSettings(
                f"{file}: {where}: has both secret_file and secret_env; only one is allowed"
            )
        secret = environ.get(variable)
        if secret is None:
            raise BadSettings(
                f"{file}: {where}.secret_env: the environment variable {variable} is not set"
            )
    if secret is not None and len(secret) < _LEAST_SECRET:
        raise BadSettings(f"{file}: {where}: a secret has at least {_LEAST_SECRET} characters")
    return WebhookSettings(**values, secret=None if secret is None else Secret(secret))


_LEAST_SECRET = 16


def _url_fault(url: str) -> str:
    """What is wrong with where a webhook goes; empty: nothing."""
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or not url.isascii() or any(c.isspace() for c in url):
        return "must be an address such as https://house.example.org/crossings"
    if parts.username is not None or parts.password is not None:
        return "must hold no user and password"
    return "must hold nothing after a #" if parts.fragment else ""


_SECRET_FILES = {"password_file", "tls_key"}
_PORTS = {
    ("tcp", False): 1883,
    ("tcp", True): 8883,
    ("websockets", False): 80,
    ("websockets", True): 443,
}


def _default_client_id(protocol: str, replica: str) -> str:
    host = socket.gethostname().partition(".")[0]
    longest = 23 if protocol == "3.1" else 256  # MQTT 3.1 allows no more
    mine = f"-{replica}" if replica else ""  # two of us may be on one machine
    return f"sightline-{host}"[: longest - len(mine)] + mine


def is_guessable(client_id: str) -> bool:
    """Whether this id looks like a name rather than like chance: too short, or too regular."""
    plain = re.sub(r"[^A-Za-z0-9]", "", client_id)
    changes = sum(a.isdigit() != b.isdigit() for a, b in itertools.pairwise(plain))
    return len(plain) < _LEAST_RANDOM or changes < _LEAST_CHANGES


# 16 hexadecimal digits are 64 bits, and change between digits and letters 7 times on average.
_LEAST_RANDOM, _LEAST_CHANGES = 16, 4


_PASSWORD_VARIABLE = re.compile(r"SIGHTLINE_BROKER_.+_PASSWORD")


def password_variables(name: str, broker: BrokerSettings) -> tuple[str, ...]:
    """The environment variables that may hold the password of this broker."""
    named = (broker.password_env,) if broker.password_env else ()
    return (_password_variable(name), *named)


def _password_variable(name: str) -> str:
    return f"SIGHTLINE_BROKER_{name.upper().replace('-', '_')}_PASSWORD"


def _password(
    name: str, broker: BrokerSettings, file: str, environ: Mapping[str, str]
) -> Secret | None:
    """The password of this broker: the environment goes before the file."""
    where = f"{file}: broker.{name}"
    if broker.password_file and broker.password_env:
        raise BadSettings(f"{where}: has both password_file and password_env; only one is allowed")
    variable = broker.password_env or _password_variable(name)
    if variable in environ:
        text = environ[variable]
    elif broker.password_env:
        raise BadSettings(f"{where}.password_env: the environment variable {variable} is not set")
    elif broker.password_file:
        text = _first_line(broker.password_file, f"{where}.password_file")
    else:
        return None
    if not text:
        raise BadSettings(f"{where}: the password is empty")
    if not broker.user:
        raise BadSettings(f"{where}.user: is missing; MQTT takes no password without a user")
    return Secret(text)


def _first_line(path: str, where: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except UnicodeDecodeError as why:
        raise BadSettings(f"{where}: {path} is not text in UTF-8") from why
    if len(lines) > 1:
        raise BadSettings(f"{where}: {path} must hold one line, the password")
    return "".join(lines)


def _values(section: type[Section], table: object, file: str, where: str) -> dict[str, Any]:
    """The keys of one table, each of its field's type."""
    if not isinstance(table, dict):
        raise BadSettings(f"{file}: {where}: must be a table: [{where}]")
    fields = {f.name: f.type for f in msgspec.structs.fields(section) if f.name not in _NOT_IN_FILE}
    _check_names(table, fields, file, f"{where}.")
    values = {}
    for key, value in table.items():
        kind = type_info(fields[key])
        try:
            values[key] = msgspec.convert(_lenient(value, kind), fields[key])
        except msgspec.ValidationError as why:
            raise BadSettings(
                f"{file}: {where}.{key}: must be {_allowed(kind)} (is {_shown(value)})"
            ) from why
    return values


def _lenient(value: object, kind: Type) -> object:
    """``protocol = 5`` without quotes is plain enough."""
    if isinstance(kind, LiteralType) and "5" in kind.values and type(value) in (int, float):
        return str(value)
    return value


def _check_names(table: Mapping[str, Any], allowed: Iterable[str], file: str, where: str) -> None:
    names = sorted(allowed)
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=3)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise BadSettings(
                f"{file}: {where}{key}: no such setting; {hint}allowed here: {', '.join(names)}"
            )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return str(value)


def _allowed(kind: Type) -> str:
    """What a field of this type takes, in words."""
    if isinstance(kind, LiteralType):
        return f"one of {', '.join(str(v) for v in kind.values)}"
    if isinstance(kind, BoolType):
        return "true or false"
    if isinstance(kind, IntType):
        return f"a whole number from {kind.ge} to {kind.le}"
    if isinstance(kind, FloatType):
        return f"a number from {kind.ge:g} to {kind.le:.0f}"
    if isinstance(kind, StrType):
        return 'a text in quotes: "…"'
    assert isinstance(kind, ListType | msgspec.inspect.VarTupleType), kind
    return 'a list of texts: ["…", "…"]'


def _check_file(path: str, file: str, where: str, *, secret: bool) -> None:
    try:
        with open(path, "rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
    except (OSError, ValueError) as why:  # ValueError: a NUL in the path
        reason = why.strerror if isinstance(why, OSError) else why
        raise BadSettings(f"{file}: {where}: {path!r} cannot be read: {reason}") from why
    if secret and mode & stat.S_IROTH:
        raise BadSettings(
            f"{file}: {where}: {path} can be read by everybody on this machine;"
            f" type: chmod 600 {path}"
        )


def _check_environment(settings: Settings, environ: Mapping[str, str]) -> None:
    """A password for a broker that is not there is a slip of the pen: say so."""
    known = {_password_variable(name) for name in settings.broker}
    used = {broker.password_env for broker in settings.broker.values()}
    for variable in environ:
        if _PASSWORD_VARIABLE.fullmatch(variable) and variable not in known | used:
            names = ", ".join(settings.broker) or "none"
            raise BadSettings(
                f"environment: {variable}: no broker of that name (configured: {names})"
            )


def _check_values(settings: Settings, file: str) -> None:
    """What one field's type alone cannot say."""
    for where, wrong in (
        *_server_faults(settings.server),
        *_https_faults(settings),
        *_order_faults(settings),
        *_friends_faults(settings.friends),
        *_filter_faults("console", settings.console, ("subscribe", "publish")),
        *_filter_faults("archive", settings.archive, ("topics",)),
        *_dynamodb_faults(settings.dynamodb),
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
            f" (is {_shown(server.listen)})",
        )
    if not server.state:
        yield "server.state", "must name a folder"
    for proxy in server.proxies:
        if proxy != "local" and not _is_network(proxy):
            yield (
                "server.proxies",
                'each must be an address, a network such as 10.0.0.0/8, or "local" for a socket'
                f" file (is {_shown(proxy)})",
            )
    for origin in server.origins:
        if not _is_origin(origin):
            yield (
                "server.origins",
                "each must be a scheme and a host, with a port if it has one, such as"
                f" https://map.example.org (is {_shown(origin)})",
            )
    url = urlsplit(server.public_url)
    if server.public_url and not (url.scheme in ("http", "https") and url.hostname):
        yield (
            "server.public_url",
            "must be empty or an address such as https://map.example.org"
            f" (is {_shown(server.public_url)})",
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
            f" (is {_shown(settings.server.listen)})",
        )
    if https.acme_webroot and not https.redirect:
        yield "https.acme_webroot", "has no effect without https.redirect, the port for plain HTTP"
    if https.redirect and not _is_endpoint(https.redirect):
        yield (
            "https.redirect",
            f"must be a Twisted endpoint such as tcp:80 (is {_shown(https.redirect)})",
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
    chosen = settings.regions.broker
    if chosen and chosen not in (settings.broker or ("main",)):
        yield "regions.broker", f"there is no broker of that name (is {_shown(chosen)})"
    listen = settings.probots.listen
    if (listen and not _INTERFACE.fullmatch(listen)) or listen == "0.0.0.0":
        yield (
            "probots.listen",
            "must be one network interface such as wlan0, or its IPv4 address: robots need no"
            f" password there, so never everywhere (is {_shown(listen)})",
        )
    for name in settings.probots.known:
        if not _ROBOT_NAME.fullmatch(name):
            yield "probots.known", f"each must be a name such as ProBot1 (is {_shown(name)})"


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
            f" (is {_shown(friends.mqtt_at)})",
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
                f"each must be such as owntracks/+/+: {fault} (is {_shown(base)})",
            )


def _filter_faults(where: str, section: Section, keys: Iterable[str]) -> Iterable[tuple[str, str]]:
    for key in keys:
        for name in getattr(section, key):
            if fault := filter_fault(name):
                yield f"{where}.{key}", f"each must be a topic filter: {fault} (is {_shown(name)})"


def _dynamodb_faults(dynamodb: DynamodbSettings) -> Iterable[tuple[str, str]]:
    table, region, endpoint = dynamodb.table, dynamodb.region, dynamodb.endpoint
    if not re.fullmatch(r"[A-Za-z0-9_.-]{3,255}", table):
        yield "dynamodb.table", f"must be 3 to 255 of A-Z a-z 0-9 _ . - (is {_shown(table)})"
    if region and not re.fullmatch(r"[a-z0-9-]{1,32}", region):
        yield "dynamodb.region", f"must be such as eu-west-1 (is {_shown(region)})"
    if endpoint and not _is_origin(endpoint):
        yield (
            "dynamodb.endpoint",
            f"must be empty or such as http://127.0.0.1:8000, no path (is {_shown(endpoint)})",
        )


def _replicas_faults(settings: Settings) -> Iterable[tuple[str, str]]:
    name = settings.replicas.name
    if not name:
        return
    if not _REPLICA_NAME.fullmatch(name):
        yield "replicas.name", f"must be 1 to 12 of a-z 0-9 - (is {_shown(name)})"
    if settings.history.store != "dynamodb":
        yield (
            "replicas.name",
            'several servers share the table of [dynamodb]: set history.store = "dynamodb"',
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
        yield f"{where}.ws_path", f"must begin with / (is {_shown(broker.ws_path)})"
    if broker.protocol == "3.1" and len(broker.client_id) > 23:
        yield f"{where}.client_id", "MQTT 3.1 allows at most 23 characters"


def _aws_faults(where: str, broker: BrokerSettings) -> Iterable[tuple[str, str]]:
    """What AWS IoT would answer with a closed connection and no word."""
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
    if broker.port == _AWS_SHARED_PORT and _AWS_ALPN not in broker.tls_alpn:
        yield f"{where}.tls_alpn", f'AWS IoT on port 443 needs ["{_AWS_ALPN}"]'
    if broker.port != _AWS_SHARED_PORT and broker.tls_alpn:
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
    """Two connections with one client id at one broker throw each other out for ever."""
    seen: dict[tuple[str, int, str], str] = {}
    for name, broker in brokers.items():
        twin = seen.setdefault((broker.host, broker.port, broker.client_id), name)
        if twin != name:
            yield (
                f"broker.{name}.client_id",
                f"is that of broker.{twin} at the same address; each connection needs its own",
            )


def is_private(listen: str, server: ServerSettings) -> bool:
    """Whether only this machine can reach the server: a loopback endpoint without a proxy."""
    if server.proxies or server.public_url:
        return False
    parts = listen.split(":")
    interfaces = [part.removeprefix("interface=") for part in parts if "interface=" in part]
    found = [name.replace("\\", "").strip("[]") for name in interfaces]
    return parts[0] == "tcp" and len(found) == 1 and _is_here(found[0])


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
