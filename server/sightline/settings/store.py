"""Read where the common database is, and its password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import replace

from sightline.settings.databases import StoreSettings
from sightline.settings.errors import BadSettings, shown
from sightline.settings.files import check_file, first_line, resolved_path
from sightline.settings.values import Secret

PASSWORD = "SIGHTLINE_STORE_PASSWORD"
"""The environment variable that may hold the password."""
_EXAMPLE = "postgresql://sightline@db.example.org/sightline"


def with_password(
    store: StoreSettings, file: str, folder: Path, environ: Mapping[str, str]
) -> StoreSettings:
    """Return the settings with the password: the environment goes before the file.

    Raises `BadSettings`.
    """
    where = f"{file}: store"
    if store.password_file and store.password_env:
        raise BadSettings(f"{where}: has both password_file and password_env; only one is allowed")
    variable = store.password_env or PASSWORD
    path = store.password_file
    if path:
        path = resolved_path(path, folder, environ, f"{where}.password_file")
        check_file(path, file, "store.password_file", secret=True)
    if variable in environ:
        text = environ[variable]
    elif store.password_env:
        raise BadSettings(f"{where}.password_env: the environment variable {variable} is not set")
    elif path:
        text = first_line(path, f"{where}.password_file")
    else:
        return store
    if not text:
        raise BadSettings(f"{where}: the password is empty")
    return replace(store, password_file=path, password=Secret(text))


def store_faults(store: StoreSettings) -> Iterable[tuple[str, str]]:
    """Yield what makes no sense in these settings: the key, and why."""
    if not store.url:
        for key in ("password_file", "password_env"):
            if getattr(store, key):
                yield f"store.{key}", "has no effect without store.url; set it or remove this"
        return
    try:
        parts = urlsplit(store.url)
        named = parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1
        asked = dict(parse_qsl(parts.query))
    except ValueError:
        named, asked = False, {}
    if not named:
        yield "store.url", f"must be an address such as {_EXAMPLE} (is {shown(store.url)})"
    elif parts.password is not None or "password" in asked:
        yield (
            "store.url",
            "a password is not written here; use store.password_file, store.password_env or the"
            f" environment variable {PASSWORD}",
        )
