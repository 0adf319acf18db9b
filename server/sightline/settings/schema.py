"""The settings as structs: every table of the file, with its defaults and what each key means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from sightline.kinds.friends.bases import DEFAULT
from sightline.kinds.maps.remote import origin_of
from sightline.kinds.probots.bases import DEFAULT as ROBOT_BASES
from sightline.settings.channels import ChannelsSettings
from sightline.settings.databases import DynamodbSettings, ReplicasSettings, StoreSettings
from sightline.settings.maps import MapSettings
from sightline.settings.oidc import OidcSettings
from sightline.settings.rules import HomeAssistantSettings, RulesSettings
from sightline.settings.section import Section
from sightline.settings.values import (
    Bytes,
    Count,
    CountOrNone,
    Milliseconds,
    Seconds,
    Secret,
    is_guessable,
    is_here,
)


class ServerSettings(Section, frozen=True, kw_only=True):
    """The server's port and its folders.

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
    """The limits on the costs of one browser, and of all of them.

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
    """The bundling of news on its way to the browsers.

    Changes within ``tick_ms`` share one frame; under load the tick widens up to ``tick_max_ms``.
    ``frame_bytes`` is where a frame is split. ``beat_seconds`` is the interval of the beat that
    tells a quiet server from a lost one.
    """

    tick_ms: Milliseconds = 2
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
    """The silences (s) after which a friend is stale, then offline; and friends' phones.

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
    """The silences (s) after which a robot counts less; the robots that are shown before they are
    heard.

    ``listen`` is the interface or IPv4 address in the robots' network where they get in without a
    password, at ``port``: opened by the private broker, looked at by `sightline check`.
    ``topics`` are the bases in front of their topics (`sightline.kinds.probots.bases`).
    """

    stale_after: Seconds = 1.5
    offline_after: Seconds = 3.0
    known: tuple[str, ...] = ()
    listen: str = ""
    port: Annotated[int, Meta(ge=1, le=65535)] = 1883
    topics: tuple[str, ...] = ROBOT_BASES


class AccountsSettings(Section, frozen=True, kw_only=True):
    """The role of guests, and how long a sign-in lasts.

    ``guest`` is the role of who did not sign in; anywhere but on this machine it also needs
    ``guest_anywhere``. ``hash_memory`` is in KiB, ``hash_passes`` how often it is gone over.
    ``add_phones``: who adds phones, everybody their own or admins only. ``second_factor``: who
    needs more than a password (a passkey, or a code of an app): nobody, admins, operators (and
    admins) or everybody.
    """

    guest: Literal["none", "viewer", "operator", "admin"] = "none"
    guest_anywhere: bool = False
    idle_hours: Annotated[float, Meta(ge=0.01, le=87_600)] = 12.0
    session_days: Annotated[float, Meta(ge=0.01, le=3650)] = 30.0
    link_days: Annotated[float, Meta(ge=0.01, le=3650)] = 31.0
    add_phones: Literal["everybody", "admins"] = "everybody"
    second_factor: Literal["nobody", "admins", "operators", "everybody"] = "nobody"
    hash_memory: Annotated[int, Meta(ge=1024, le=4_194_304)] = 19_456
    hash_passes: Annotated[int, Meta(ge=1, le=100)] = 3


class ProbotSettings(Section, frozen=True, kw_only=True):
    """One robot by its name. ``name`` is for people; ``picture`` a PNG or JPEG file."""

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
    """The rights of the console on the broker page.

    ``read_role`` may look at topics and subscribe, ``publish_role`` may publish: viewer, operator
    or admin. ``subscribe`` and ``publish`` are filters: what they match is open. Topics that
    command robots and phones are never open for publishing.
    """

    read_role: Literal["viewer", "operator", "admin"] = "operator"
    publish_role: Literal["viewer", "operator", "admin"] = "admin"
    subscribe: tuple[str, ...] = ("#", "$SYS/#")
    publish: tuple[str, ...] = ("test/#",)


class RegionsSettings(Section, frozen=True, kw_only=True):
    """The rules by which somebody counts as inside of a region, and where transitions are
    published.

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
    """A receiver that is told of transitions by HTTP.

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
    """The history, and how long it is kept.

    ``store``: sqlite (``history.db`` in the state folder), dynamodb (see `DynamodbSettings`) or
    memory (for
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


class ArchiveSettings(Section, frozen=True, kw_only=True):
    """The archive of raw MQTT messages, in files by day; what of them, and how long.

    ``topics`` are filters. What is older than ``days`` goes, and the oldest when there is more than
    ``megabytes``.
    """

    enabled: bool = True
    topics: tuple[str, ...] = ("#",)
    days: Annotated[int, Meta(ge=1, le=3660)] = 7
    megabytes: Annotated[int, Meta(ge=8, le=1_000_000)] = 256


class Settings(Section, frozen=True, kw_only=True):
    """Everything that the operator decides.

    ``broker`` is by name; empty: use a private mosquitto. ``probot`` is by name, too, in the order
    in which they are shown; and so are ``webhook``, ``map`` and ``oidc``.
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
    rules: RulesSettings = RulesSettings()
    homeassistant: HomeAssistantSettings = HomeAssistantSettings()
    webhook: Mapping[str, WebhookSettings] = {}
    channels: ChannelsSettings = ChannelsSettings()
    map: Mapping[str, MapSettings] = {}
    oidc: Mapping[str, OidcSettings] = {}
    history: HistorySettings = HistorySettings()
    archive: ArchiveSettings = ArchiveSettings()
    dynamodb: DynamodbSettings = DynamodbSettings()
    store: StoreSettings = StoreSettings()
    replicas: ReplicasSettings = ReplicasSettings()

    def warnings(self) -> list[str]:
        """Tell what is allowed but should be said aloud at every start."""
        said = []
        if self.accounts.guest != "none":
            said.append(
                f"accounts.guest: who reaches this server is let in as {self.accounts.guest}"
                " without signing in"
            )
        if self.history.store == "memory":
            said.append("history.store: history is kept in memory and ends with the server")
        if self.dynamodb.endpoint.startswith("http:") and not is_here(
            urlsplit(self.dynamodb.endpoint).hostname or ""
        ):
            said.append("dynamodb.endpoint: positions travel unencrypted (http)")
        if unsafe := self.store.warning:
            said.append(unsafe)
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
            elif broker.password and not broker.tls and not is_here(broker.host):
                said.append(f"broker.{name}: the password travels unencrypted (tls = false)")
            if broker.named and broker.profile != "aws" and is_guessable(broker.client_id):
                said.append(
                    f"broker.{name}.client_id: who guesses it can throw us out and take what the"
                    " broker keeps for us; remove it (a random one is made and kept), or use what"
                    " openssl rand -hex 16 prints"
                )
        for name, each in self.map.items():
            said.append(
                f"map.{name}: whoever has {origin_of(each.url)} learns which area people look at"
            )
        for name, provider in self.oidc.items():
            if provider.issuer.startswith("http:"):
                said.append(f"oidc.{name}.issuer: sign-ins travel unencrypted (http)")
        for name, webhook in self.webhook.items():
            if webhook.url.startswith("http:") and not webhook.private:
                said.append(f"webhook.{name}: where people are travels unencrypted (http)")
        return said
