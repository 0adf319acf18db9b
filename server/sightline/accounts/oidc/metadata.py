"""Read what a provider says of itself (OpenID Connect Discovery 1.0), and judge it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sightline.accounts.oidc.errors import Untrusted

LARGEST = 262_144
"""Bytes of a discovery document, of keys, of an answer with tokens."""
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures that are believed: with keys of the provider's own, never with a shared secret."""
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Metadata:
    """A provider's addresses, and what it can do. ``end_session`` and ``userinfo`` may be ""."""

    issuer: str
    authorize: str
    token: str
    jwks: str
    userinfo: str = ""
    end_session: str = ""
    says_issuer: bool = False
    """It names itself in each answer (RFC 9207)."""
    secret_in_body: bool = False
    algorithms: tuple[str, ...] = ALGORITHMS


def discovery_url(issuer: str) -> str:
    """Return where a provider's document is."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def read_metadata(data: bytes, issuer: str, *, private: bool) -> Metadata:
    """Return what a discovery document says. Raises `Untrusted` for one that cannot be used."""
    document = json_object(data, "its discovery document")
    if document.get("issuer") != issuer:
        raise Untrusted(f"it calls itself {_shown(document.get('issuer'))}, not {issuer}")
    addresses = {
        key: _address(document, key, private=private, needed=needed)
        for key, needed in (
            ("authorization_endpoint", True),
            ("token_endpoint", True),
            ("jwks_uri", True),
            ("userinfo_endpoint", False),
            ("end_session_endpoint", False),
        )
    }
    _must_offer(document, "response_types_supported", "code", "the code flow")
    _must_offer(document, "code_challenge_methods_supported", "S256", "PKCE with S256")
    offered = _list(document, "id_token_signing_alg_values_supported")
    algorithms = tuple(each for each in ALGORITHMS if offered is None or each in offered)
    if not algorithms:
        raise Untrusted("it signs in no way that can be believed (RS256, ES256, EdDSA and alike)")
    methods = _list(document, "token_endpoint_auth_methods_supported")
    return Metadata(
        issuer=issuer,
        authorize=addresses["authorization_endpoint"],
        token=addresses["token_endpoint"],
        jwks=addresses["jwks_uri"],
        userinfo=addresses["userinfo_endpoint"],
        end_session=addresses["end_session_endpoint"],
        says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        secret_in_body=methods is not None
        and "client_secret_basic" not in methods
        and "client_secret_post" in methods,
        algorithms=algorithms,
    )


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object. Raises `Untrusted`, which says ``what`` is none."""
    if len(data) >= LARGEST:
        raise Untrusted(f"{what} is too long")
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Untrusted(f"{what} is no JSON object")
    return said


def address_fault(text: str, *, private: bool) -> str:
    """Tell what is wrong with an address of a provider; "" when it is a good one."""
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "is no address"
    allowed = ("https", "http") if private else ("https",)
    if parts.scheme not in allowed or not named or len(text) > _LONGEST:
        return "must begin with https://"
    if not text.isascii() or any(letter <= " " for letter in text) or "\\" in text:
        return "has letters that no address has"
    if parts.username is not None or parts.password is not None:
        return "must hold no user and password"
    return "must hold nothing after a #" if parts.fragment else ""


def _address(document: Mapping[str, Any], key: str, *, private: bool, needed: bool) -> str:
    found = document.get(key)
    if found is None and not needed:
        return ""
    if not isinstance(found, str):
        raise Untrusted(f"its {key} is missing")
    if fault := address_fault(found, private=private):
        if not needed:
            return ""
        raise Untrusted(f"its {key} {fault}")
    return found


def _list(document: Mapping[str, Any], key: str) -> list[Any] | None:
    found = document.get(key)
    return found if isinstance(found, list) else None


def _must_offer(document: Mapping[str, Any], key: str, wanted: str, words: str) -> None:
    """Refuse a provider that says what it offers, without what we need."""
    offered = _list(document, key)
    if offered is not None and wanted not in offered:
        raise Untrusted(f"it does not offer {words}")


def _shown(found: object) -> str:
    return str(found)[:200] if isinstance(found, str) else "nothing"
