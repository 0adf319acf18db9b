"""Read addresses of people's choice: what they begin with, where they go, what of them is secret.

An address is one of `apprise`: ``ntfys://token@ntfy.example.org/topic``, ``mailto://…``. Pure.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from sightline.model.addresses import NEVER
from sightline.model.text import clean

LONGEST = 2000  # characters
HIDDEN = "•••"
_SCHEMA = re.compile(r"([A-Za-z0-9]{1,20})://(?=.)")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
# By these the first part behind :// is a host of the user's own, not a token of a service.
_HOSTED = re.compile(
    r"(?:bark|gotify|hassio|json|mailto|mastodon|matrix|mmost|ncloud|nctalk|ntfy|pushdeer|rocket"
    r"|signal|synology)s?"
)
_LEAST = 4
"""Characters of a part that is hidden wherever it is repeated: shorter ones are in every word."""
_TRANSPORT = ("https", "http")


class BadChannelAddress(Exception):
    """It cannot be used; the message says why, and never repeats it."""


def schema_of(address: str, allowed: Collection[str]) -> str:
    """Return what an address begins with, in small letters. Raises `BadChannelAddress`."""
    if len(address) > LONGEST:
        raise BadChannelAddress(f"address must have at most {LONGEST} characters")
    if not address.isprintable() or address != address.strip():
        raise BadChannelAddress("address must be one line without blanks around it")
    found = _SCHEMA.match(address)
    if found is None:
        raise BadChannelAddress(
            "address must be such as ntfys://ntfy.example.org/topic or mailtos://…"
        )
    schema = found[1].lower()
    if schema in NEVER:
        raise BadChannelAddress(f"{schema}:// would act on the server itself, and is never allowed")
    if schema not in allowed:
        raise BadChannelAddress(
            f"{schema}:// is not among what this server sends to; an admin can allow it in the"
            " settings (channels.schemas)"
        )
    return schema


def shown_host(address: str, schema: str) -> str:
    """Return what may be shown of an address: its host, if it names one; else what it begins with.

    With many services the first part of an address is a token and no host.
    """
    if not _HOSTED.fullmatch(schema):
        return schema
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return schema
    return host if (_HOST.fullmatch(host) and "." in host) or host == "localhost" else schema


def hide(text: str, address: str, schema: str) -> str:
    """Return a text without any part of an address that may be a secret, fit to be shown."""
    host = shown_host(address, schema)
    for part in sorted(set(_parts(address)), key=len, reverse=True):
        if part.lower() not in (host, schema):
            text = text.replace(part, HIDDEN)
    return clean(" ".join(text.split()), 300)


def _parts(address: str) -> Iterator[str]:
    """Yield every part of an address, plain and as it may be written elsewhere."""
    rest = address.partition("://")[2]
    path, _, query = rest.partition("?")
    try:
        values = [value for _, value in parse_qsl(query)]
    except ValueError:
        values = [query]
    yield rest
    for each in (*re.split(r"[/@:;,#]", path), path.rpartition("@")[0], *values):
        plain = unquote(each)
        if len(plain) >= _LEAST:
            yield from (each, plain, quote(plain, safe=""), quote(plain))
            yield base64.b64encode(plain.encode("utf-8", "replace")).decode()


def origin_of(url: str, *, private: bool) -> tuple[str, str]:
    """Return origin and host of where something is posted. Raises `BadChannelAddress`.

    Without ``private`` it must be HTTPS: then nobody on the way reads who is told.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise BadChannelAddress("it is no address") from None
    fits = len(url) <= LONGEST and url.isascii() and url.isprintable() and " " not in url
    if not fits or parts.scheme not in _TRANSPORT or not host or port == 0:
        raise BadChannelAddress("it must be an address such as https://push.example.org/…")
    if parts.scheme == "http" and not private:
        raise BadChannelAddress("it must begin with https://")
    if "@" in parts.netloc or parts.fragment:
        raise BadChannelAddress("it must hold no user, no password and nothing after a #")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}", shown
