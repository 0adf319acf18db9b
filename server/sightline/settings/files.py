"""Files and secrets that the settings name."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from sightline.settings.errors import BadSettings, shown
from sightline.settings.schema import BrokerSettings
from sightline.settings.values import Secret

_CREDENTIAL = "credential:"


def resolved_path(
    value: str, folder: Path, environ: Mapping[str, str], where: str, *, needed: bool = True
) -> str:
    """Resolve the path of a file: beside the settings, or a credential that systemd handed us.

    A credential that was not handed over is refused, or left as it is where it is not ``needed``.
    """
    if not value.startswith(_CREDENTIAL):
        return str(folder / value)
    name = value.removeprefix(_CREDENTIAL)
    if not re.fullmatch(r"[\w.@-]+", name) or name in (".", ".."):
        raise BadSettings(f"{where}: a credential's name is one word (is {shown(name)})")
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    if not credentials and not needed:
        return value
    if not credentials:
        raise BadSettings(
            f"{where}: there is no credential {name}: systemd gave us none"
            f" (LoadCredential={name}:/path in the unit)"
        )
    return str(Path(credentials) / name)


SECRET_FILES = {"password_file", "tls_key"}
PASSWORD_VARIABLE = re.compile(r"SIGHTLINE_BROKER_.+_PASSWORD")


def password_variables(name: str, broker: BrokerSettings) -> tuple[str, ...]:
    """Return the environment variables that may hold the password of this broker."""
    named = (broker.password_env,) if broker.password_env else ()
    return (password_variable(name), *named)


def password_variable(name: str) -> str:
    """Name the environment variable with the password of the broker ``name``."""
    return f"SIGHTLINE_BROKER_{name.upper().replace('-', '_')}_PASSWORD"


def read_password(
    name: str, broker: BrokerSettings, file: str, environ: Mapping[str, str]
) -> Secret | None:
    """Read the password of this broker: the environment goes before the file."""
    where = f"{file}: broker.{name}"
    if broker.password_file and broker.password_env:
        raise BadSettings(f"{where}: has both password_file and password_env; only one is allowed")
    variable = broker.password_env or password_variable(name)
    if variable in environ:
        text = environ[variable]
    elif broker.password_env:
        raise BadSettings(f"{where}.password_env: the environment variable {variable} is not set")
    elif broker.password_file:
        text = first_line(broker.password_file, f"{where}.password_file")
    else:
        return None
    if not text:
        raise BadSettings(f"{where}: the password is empty")
    if not broker.user:
        raise BadSettings(f"{where}.user: is missing; MQTT takes no password without a user")
    return Secret(text)


def first_line(path: str, where: str) -> str:
    """Read the first line of a file of a secret. Raises `BadSettings`."""
    try:
        lines = Path(path).read_text().splitlines()
    except UnicodeDecodeError as why:
        raise BadSettings(f"{where}: {path} is not text in UTF-8") from why
    if len(lines) > 1:
        raise BadSettings(f"{where}: {path} must hold one line, the password")
    return "".join(lines)


def check_file(path: str, file: str, where: str, *, secret: bool) -> None:
    """Raise `BadSettings` for a file that is not there, or a ``secret`` that others can read."""
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
