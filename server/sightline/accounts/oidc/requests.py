"""Write the addresses by which browsers go to a provider, and read how they come back. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from sightline.accounts.oidc.flow import Flow
from sightline.accounts.oidc.metadata import Metadata
from sightline.accounts.oidc.options import ProviderOptions

PATH = "oidc"
"""Providers send people back to ``/oidc/<name>``."""
LONGEST = 6000
"""Letters of an answer in the page's address."""
_PLACE = re.compile(r"#[a-z]{1,20}(\?[\w=&/%.,:+~-]{0,300})?")


class ProviderReturn(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a provider sent back by the browser, and to whose address of ours."""

    provider: str
    state: str = ""
    code: str = ""
    iss: str = ""
    error: str = ""


def authorization_url(metadata: Metadata, options: ProviderOptions, flow: Flow) -> str:
    """Return where somebody signs in at the provider."""
    asked = {
        "response_type": "code",
        "client_id": options.client_id,
        "redirect_uri": flow.redirect,
        "scope": " ".join(dict.fromkeys(("openid", *options.scopes))),
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": flow.challenge,
        "code_challenge_method": "S256",
    }
    return _with(metadata.authorize, asked)


def end_session_url(metadata: Metadata, options: ProviderOptions, back: str) -> str:
    """Return where somebody signs out at the provider, too; "" where it offers that not."""
    if not metadata.end_session:
        return ""
    asked = {"client_id": options.client_id, "post_logout_redirect_uri": back}
    return _with(metadata.end_session, asked)


def redirect_uri(base: str, name: str) -> str:
    """Return the exact address of ours that the provider must know."""
    return f"{base}/{PATH}/{name}"


def place_within(place: str) -> str:
    """Return a place of our own page to go on at; "" for anything else."""
    return place if _PLACE.fullmatch(place) else ""


def packed(name: str, query: Mapping[str, str]) -> str:
    """Return what came back as one word for the page's address; "" when it is too much."""
    known = {each: query.get(each, "") for each in ("state", "code", "iss", "error")}
    data = msgspec.json.encode(ProviderReturn(provider=name, **known))
    text = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    return text if len(text) <= LONGEST else ""


def unpacked(text: str) -> ProviderReturn | None:
    """Return what `packed` packed; None for anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        return msgspec.json.decode(data, type=ProviderReturn)
    except (ValueError, msgspec.MsgspecError):
        return None


def _with(url: str, asked: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}"
