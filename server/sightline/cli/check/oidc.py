"""Check the providers at which people sign in: there, and what this server needs of them."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from sightline.accounts.oidc.errors import Untrusted
from sightline.accounts.oidc.id_token import read_keys
from sightline.accounts.oidc.metadata import LARGEST, discovery_url, read_metadata
from sightline.accounts.oidc.requests import redirect_uri
from sightline.cli.check.findings import Finding
from sightline.cli.check.public import connect
from sightline.settings import OidcSettings, Settings
from sightline.wiring.oidc import plain


def check(settings: Settings, context: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """Look at each provider. ``context``: whom to trust, by default the system's."""
    public = settings.server.public_url.rstrip("/")
    for name, each in settings.oidc.items():
        where = f"oidc.{name}"
        yield _provider(where, each, context)
        if public:
            address = redirect_uri(public, name)
            said = f"the provider must know this server by the address {address}"
            yield Finding(where, "redirect", "ok", said)
        else:
            said = "it is not known to which address the provider sends people back"
            todo = "set server.public_url, or choose the address on the page (Admin)"
            yield Finding(where, "redirect", "warn", said, todo)


def _provider(where: str, each: OidcSettings, context: ssl.SSLContext | None) -> Finding:
    try:
        found = read_metadata(
            _get(discovery_url(each.issuer), context), each.issuer, private=each.private
        )
        keys = read_keys(_get(found.jwks, context))
    except Untrusted as why:
        todo = f"look at {discovery_url(each.issuer)}; oidc.*.issuer is as it calls itself"
        return Finding(where, "provider", "fail", f"it cannot be used: {why}", todo)
    except (OSError, http.client.HTTPException) as why:
        todo = "people who have a password come in meanwhile; is its address right, and up?"
        return Finding(where, "provider", "fail", f"it cannot be asked: {_plain(why)}", todo)
    said = f"it answers, with {len(keys)} keys"
    if not found.end_session:
        said += "; it offers no sign-out of its own"
    return Finding(where, "provider", "ok", said)


def _plain(why: Exception) -> str:
    if isinstance(why, ssl.SSLCertVerificationError):
        return plain(why)
    said = plain(why)
    return said if said != "the connection broke" else str(why) or said


def _get(url: str, context: ssl.SSLContext | None) -> bytes:
    """Return what an address answers. Raises `OSError`."""
    parts = urlsplit(url)
    connection = connect(parts, context)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"accept": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise OSError(f"it answers with {answer.status}")
        return answer.read(LARGEST)
    finally:
        connection.close()
