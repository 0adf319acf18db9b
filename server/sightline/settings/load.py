"""Read the settings: a TOML file, its secrets and the environment become one `Settings`."""

from __future__ import annotations

import difflib
import os
import re
import socket
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec.inspect import type_info

from sightline.settings.allowed_values import allowed_values, lenient
from sightline.settings.channels import ChannelsSettings
from sightline.settings.checks import (
    AWS_ALPN,
    AWS_SHARED_PORT,
    ROBOT_NAME,
    check_environment,
    check_values,
)
from sightline.settings.databases import DynamodbSettings, ReplicasSettings, StoreSettings
from sightline.settings.errors import BadSettings, shown
from sightline.settings.files import (
    PASSWORD_VARIABLE,
    SECRET_FILES,
    check_file,
    first_line,
    password_variable,
    read_password,
    resolved_path,
)
from sightline.settings.map_reading import map_settings
from sightline.settings.maps import MapSettings
from sightline.settings.oidc import OidcSettings
from sightline.settings.oidc_reading import oidc_settings
from sightline.settings.rules import HomeAssistantSettings, RulesSettings
from sightline.settings.schema import (
    AccountsSettings,
    ArchiveSettings,
    BrokerSettings,
    ConsoleSettings,
    DrivingSettings,
    FanoutSettings,
    FriendsSettings,
    HistorySettings,
    HttpsSettings,
    LimitsSettings,
    ProbotSettings,
    ProbotsSettings,
    RegionsSettings,
    ServerSettings,
    Settings,
    WebhookSettings,
)
from sightline.settings.section import Section
from sightline.settings.store import with_password
from sightline.settings.values import Secret

# Filled in by us; in a file it would be a secret lying about.
_NOT_IN_FILE = {"password", "keys", "secret", "named"}
_BROKER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_DEVICE = re.compile(r"[^/+#\x00-\x1f\x7f]{1,128}/[^/+#\x00-\x1f\x7f]{1,128}")


def load(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> Settings:
    """Return the settings of the file at ``path`` (None: defaults), with secrets of ``environ``.

    Raises `BadSettings`.
    """
    if path is None:
        return _settings({}, "settings", Path.cwd(), environ)
    return _settings(_table(path), str(path), Path(path).resolve().parent, environ)


def load_brokers(
    path: str | os.PathLike[str], environ: Mapping[str, str], name: str = ""
) -> Mapping[str, BrokerSettings]:
    """Return the brokers of the file, or the one of this ``name``, as `load` gives them.

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
        if not PASSWORD_VARIABLE.fullmatch(variable) or variable in map(password_variable, brokers)
    }
    only = {"broker": brokers} if brokers else {}
    return _settings(only, str(path), Path(path).resolve().parent, own).broker


def load_robot_topics(path: str | os.PathLike[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the base topics of the robots. Raises `BadSettings`.

    For the guard, as `load_brokers`: nothing else of the file is read, and no secret.
    """
    robots = _table(path).get("probots", {})
    only = {"topics": robots["topics"]} if isinstance(robots, dict) and "topics" in robots else {}
    own = {k: v for k, v in environ.items() if not PASSWORD_VARIABLE.fullmatch(k)}
    folder = Path(path).resolve().parent
    return _settings({"probots": only}, str(path), folder, own).probots.topics


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
    RulesSettings,
    HomeAssistantSettings,
    ChannelsSettings,
    HistorySettings,
    ArchiveSettings,
    DynamodbSettings,
    StoreSettings,
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
    store = sections.get("store", StoreSettings())
    sections["store"] = with_password(store, file, folder, environ)
    brokers = table.get("broker", {})
    if not isinstance(brokers, dict):
        raise BadSettings(f"{file}: broker: must be tables, one per broker: [broker.main]")
    robots = table.get("probot", {})
    if not isinstance(robots, dict):
        raise BadSettings(f"{file}: probot: must be tables, one per robot: [probot.ProBot1]")
    hooks = table.get("webhook", {})
    if not isinstance(hooks, dict):
        raise BadSettings(f"{file}: webhook: must be tables, one per receiver: [webhook.house]")
    maps = table.get("map", {})
    if not isinstance(maps, dict):
        raise BadSettings(f"{file}: map: must be tables, one per map: [map.satellite]")
    providers = table.get("oidc", {})
    if not isinstance(providers, dict):
        raise BadSettings(f"{file}: oidc: must be tables, one per provider: [oidc.authelia]")
    replica = sections.get("replicas", ReplicasSettings()).name
    settings = Settings(
        **sections,
        webhook={name: _webhook(name, t, file, folder, environ) for name, t in hooks.items()},
        map={
            name: map_settings(
                name, _values(MapSettings, t, file, f"map.{name}"), file, folder, environ
            )
            for name, t in maps.items()
        },
        oidc={
            name: oidc_settings(
                name, _values(OidcSettings, t, file, f"oidc.{name}"), file, folder, environ
            )
            for name, t in providers.items()
        },
        probot={name: _probot(name, t, file, folder) for name, t in robots.items()},
        broker={
            name: _broker(name, t, file, folder, environ, replica) for name, t in brokers.items()
        },
    )
    check_environment(settings, environ)
    check_values(settings, file)
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
            f" password_env or the environment variable {password_variable(name)}"
        )
    values = _values(BrokerSettings, table, file, where)
    if not values.get("host"):
        raise BadSettings(f"{file}: {where}.host: is missing; must be the broker's name or address")
    for key in ("password_file", "tls_ca", "tls_cert", "tls_key"):
        if values.get(key):
            values[key] = resolved_path(values[key], folder, environ, f"{file}: {where}.{key}")
            check_file(values[key], file, f"{where}.{key}", secret=key in SECRET_FILES)
    if values.get("profile") == "aws":
        values = _AWS | values
        if values.get("port") == AWS_SHARED_PORT:
            values.setdefault("tls_alpn", (AWS_ALPN,))
    broker = BrokerSettings(**values)
    return msgspec.structs.replace(
        broker,
        port=broker.port or _PORTS[broker.transport, broker.tls],
        client_id=broker.client_id or _default_client_id(broker.protocol, replica),
        password=read_password(name, broker, file, environ),
        named=bool(broker.client_id),
    )


def _https(
    https: HttpsSettings, file: str, folder: Path, environ: Mapping[str, str]
) -> HttpsSettings:
    """Make the paths whole. Whether the files are there is the server's matter, not the guard's."""
    paths = {}
    for key in ("certificate", "key"):
        if value := getattr(https, key):
            paths[key] = resolved_path(value, folder, environ, f"{file}: https.{key}", needed=False)
    if https.acme_webroot:
        paths["acme_webroot"] = str(folder / https.acme_webroot)
    return msgspec.structs.replace(https, **paths)


def _with_keys(friends: FriendsSettings, file: str, folder: Path) -> FriendsSettings:
    """Return the secrets of friends who encrypt, from their file: ``"user/device" = "secret"``."""
    if not friends.keys_file:
        return friends
    path, where = str(folder / friends.keys_file), "friends.keys_file"
    check_file(path, file, where, secret=True)
    try:
        table = tomllib.loads(Path(path).read_bytes().decode())
    except ValueError:  # its text might quote a secret
        raise BadSettings(
            f'{file}: {where}: {path} must hold lines such as "jane/phone" = "secret"'
        ) from None
    for device, secret in table.items():
        if not _DEVICE.fullmatch(device):
            raise BadSettings(
                f"{file}: {where}: {path}: {shown(device)} is no device such as jane/phone"
            )
        if not isinstance(secret, str) or not 1 <= len(secret.encode()) <= 32:
            raise BadSettings(
                f"{file}: {where}: {path}: the secret of {device} must be a text of 1 to 32 bytes"
            )
    keys = {device: Secret(secret) for device, secret in table.items()}
    return msgspec.structs.replace(friends, keys_file=path, keys=keys)


def _probot(name: str, table: object, file: str, folder: Path) -> ProbotSettings:
    where = f"probot.{name}"
    if not ROBOT_NAME.fullmatch(name):
        raise BadSettings(f"{file}: {where}: a robot's name is such as ProBot1")
    values = _values(ProbotSettings, table, file, where)
    if values.get("picture"):
        values["picture"] = str(folder / values["picture"])
        check_file(values["picture"], file, f"{where}.picture", secret=False)
    return ProbotSettings(**values)


# What AWS IoT Core asks of a connection, where the file says nothing.
_AWS: dict[str, Any] = {"tls": True, "keepalive": 30}


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
        raise BadSettings(f"{file}: {where}.url: {fault} (is {shown(url)})")
    secret = None
    if values.get("secret_file"):
        values["secret_file"] = str(folder / values["secret_file"])
        check_file(values["secret_file"], file, f"{where}.secret_file", secret=True)
        secret = first_line(values["secret_file"], f"{file}: {where}.secret_file")
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
    """Tell what is wrong with where a webhook goes; empty: nothing."""
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


def _values(section: type[Section], table: object, file: str, where: str) -> dict[str, Any]:
    """Return the keys of one table, each of its field's type."""
    if not isinstance(table, dict):
        raise BadSettings(f"{file}: {where}: must be a table: [{where}]")
    fields = {f.name: f.type for f in msgspec.structs.fields(section) if f.name not in _NOT_IN_FILE}
    _check_names(table, fields, file, f"{where}.")
    values = {}
    for key, value in table.items():
        kind = type_info(fields[key])
        try:
            values[key] = msgspec.convert(lenient(value, kind), fields[key])
        except msgspec.ValidationError as why:
            raise BadSettings(
                f"{file}: {where}.{key}: must be {allowed_values(kind)} (is {shown(value)})"
            ) from why
    return values


def _check_names(table: Mapping[str, Any], allowed: Iterable[str], file: str, where: str) -> None:
    names = sorted(allowed)
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=3)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise BadSettings(
                f"{file}: {where}{key}: no such setting; {hint}allowed here: {', '.join(names)}"
            )
