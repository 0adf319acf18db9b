"""Read the settings of a sign-in elsewhere, with the secret of each provider."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sightline.settings.errors import BadSettings, shown
from sightline.settings.files import check_file, first_line, resolved_path
from sightline.settings.oidc import OidcSettings
from sightline.settings.values import Secret

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_GROUPS = ("viewer", "operator", "admin")


def oidc_settings(
    name: str,
    values: Mapping[str, Any],
    file: str,
    folder: Path,
    environ: Mapping[str, str],
) -> OidcSettings:
    """Return the settings of one provider, with its secret. Raises `BadSettings`."""
    where = f"{file}: oidc.{name}"
    if not _NAME.fullmatch(name):
        raise BadSettings(
            f"{where}: a provider's name is 1 to 32 of a-z 0-9 - _, such as [oidc.authelia]"
        )
    for key in ("issuer", "client_id"):
        if not values.get(key):
            raise BadSettings(f"{where}.{key}: is missing")
    values = dict(values)
    text = _secret(values, file, name, folder, environ)
    found = OidcSettings(**values, secret=Secret(text) if text else None)
    for key, fault in _faults(found):
        raise BadSettings(f"{where}.{key}: {fault}")
    return found


def _secret(
    values: dict[str, Any], file: str, name: str, folder: Path, environ: Mapping[str, str]
) -> str:
    """Return the secret by which the provider knows us; "" for a client without one."""
    where = f"{file}: oidc.{name}"
    path, variable = values.get("client_secret_file"), values.get("client_secret_env")
    if path and variable:
        raise BadSettings(
            f"{where}: has both client_secret_file and client_secret_env; only one is allowed"
        )
    if path:
        path = resolved_path(path, folder, environ, f"{where}.client_secret_file")
        values["client_secret_file"] = path
        check_file(path, file, f"oidc.{name}.client_secret_file", secret=True)
        text = first_line(path, f"{where}.client_secret_file")
    elif variable:
        text = environ.get(variable, "")
    else:
        return ""
    if not text:
        key = "client_secret_env" if variable else "client_secret_file"
        why = f"the environment variable {variable} is not set" if variable else "is empty"
        raise BadSettings(f"{where}.{key}: {why}")
    return text


def _faults(found: OidcSettings) -> Iterable[tuple[str, str]]:
    if fault := _issuer_fault(found):
        yield "issuer", f"{fault} (is {shown(found.issuer)})"
    if any(not scope or not scope.isascii() or " " in scope for scope in found.scopes):
        yield "scopes", 'each must be one word, such as "profile"'
    if not found.roles_claim:
        for key in _GROUPS:
            if getattr(found, key):
                yield key, "has no effect without roles_claim; set it or remove this"
    elif not any(getattr(found, key) for key in _GROUPS):
        yield "roles_claim", "has no effect without groups in viewer, operator or admin"


def _issuer_fault(found: OidcSettings) -> str:
    try:
        parts = urlsplit(found.issuer)
        named = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        named = False
    if not named or parts.query or parts.fragment or not found.issuer.isprintable():
        return "must be an address such as https://auth.example.org"
    if parts.scheme == "http" and not found.private:
        return "must begin with https:// (http:// needs private = true)"
    return "" if parts.scheme in ("http", "https") else "must begin with https://"
