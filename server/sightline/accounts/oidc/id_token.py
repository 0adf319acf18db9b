"""Verify an ID token (OpenID Connect Core 1.0, 3.1.3.7), by the keys that its provider told. Pure.

The signature is checked by `joserfc`; which algorithm and key may make it, and all else, here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from sightline.accounts.oidc.errors import UnknownKey, Untrusted
from sightline.accounts.oidc.metadata import ALGORITHMS, json_object

SKEW = 60.0
"""s that the clocks of a provider and of ours may differ."""
OLDEST = 900.0
"""s since a token was made: a sign-in takes less."""
_LONGEST = 32_768
_MOST_KEYS = 100
_RSA_BITS = range(2048, 8193)
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_HEAD = 8192  # bytes; some send the chain of their certificate along
_Key = RSAKey | ECKey | OKPKey


class _Signatures(jws.JWSRegistry):
    """The signatures that are believed. EdDSA is one of them, though its name is out of fashion."""

    max_header_length = _HEAD

    def get_alg(self, name: str) -> Any:
        """Return how such a signature is checked."""
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


_SIGNATURES = _Signatures(strict_check_header=False)


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A public key of a provider. ``alg`` "": it does not say for which signatures."""

    kid: str
    alg: str
    key: _Key


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say: by whom and for whom it is, and the ``nonce`` of this sign-in."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Sequence[str]


def read_keys(data: bytes) -> tuple[ProviderKey, ...]:
    """Return the keys of a JWK set that can verify signatures; the others are left out.

    Raises `Untrusted` when there is none.
    """
    listed = json_object(data, "its list of keys").get("keys")
    found = [_key(each) for each in listed[:_MOST_KEYS]] if isinstance(listed, list) else []
    keys = tuple(each for each in found if each is not None)
    if not keys:
        raise Untrusted("it lists no key that can be used")
    return keys


def _key(jwk: object) -> ProviderKey | None:
    if not isinstance(jwk, dict) or jwk.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    if jwk.get("use", "sig") != "sig":
        return None
    # Only what is public: nothing else that a provider writes there is of use to us.
    public = {name: jwk[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in jwk}
    kid, alg = jwk.get("kid", ""), jwk.get("alg", "")
    if not isinstance(kid, str) or not isinstance(alg, str):
        return None
    try:
        key = JWKRegistry.import_key(public)
        native = key.public_key if isinstance(key, _Key) else None
    except (JoseError, ValueError, TypeError, OverflowError):
        return None
    if isinstance(key, RSAKey) and getattr(native, "key_size", 0) not in _RSA_BITS:
        return None
    return ProviderKey(kid, alg, key) if isinstance(key, _Key) else None


def verified_claims(
    token: str,
    keys: Sequence[ProviderKey],
    expected: Expected,
    now: float,
    access_token: str = "",
) -> dict[str, Any]:
    """Return the claims of a token once all of it was found right. ``now`` in epoch s.

    Raises `Untrusted`, and `UnknownKey` when other keys may help.
    """
    header = _header(token)
    alg, kid = header.get("alg"), header.get("kid", "")
    if not isinstance(alg, str) or alg not in expected.algorithms:
        raise Untrusted("its ID token is signed in a way that is not believed")
    if "crit" in header or not isinstance(kid, str):
        raise Untrusted("the head of its ID token is not understood")
    fitting = [each for each in keys if _fits(each, alg) and (not kid or each.kid == kid)]
    if not fitting:
        raise UnknownKey("its ID token is signed with a key that it does not list")
    claims = json_object(_payload(token, fitting, named=bool(kid)), "its ID token")
    _check_parties(claims, expected)
    _check_times(claims, now)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), expected.nonce.encode()):
        raise Untrusted("its ID token is not the one of this sign-in (nonce)")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(alg, access_token):
        raise Untrusted("its access token is not the one of its ID token (at_hash)")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise Untrusted("its ID token does not say who somebody is (sub)")
    return claims


def _header(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(token) > _LONGEST or len(parts) != 3:
        raise Untrusted("its ID token is no signed token")
    try:
        said = json.loads(base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4)))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Untrusted("the head of its ID token cannot be read")
    return said


def _fits(key: ProviderKey, alg: str) -> bool:
    """Tell whether this key makes such signatures."""
    if key.alg not in ("", alg):
        return False
    match key.key:
        case RSAKey():
            return alg[:2] in ("RS", "PS")
        case ECKey():
            return _CURVES.get(alg) == key.key.curve_name
        case _:
            return alg in ("EdDSA", "Ed25519") and key.key.curve_name == "Ed25519"


def _payload(token: str, keys: Sequence[ProviderKey], *, named: bool) -> bytes:
    for each in keys:
        try:
            found = jws.deserialize_compact(token, each.key, registry=_SIGNATURES)
        except (JoseError, ValueError):
            continue
        return bytes(found.payload or b"")
    if not named:  # which key it was is not said: one that is new, perhaps
        raise UnknownKey("the signature of its ID token is by none of its keys")
    raise Untrusted("the signature of its ID token is wrong")


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise Untrusted("its ID token is by somebody else (iss)")
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or expected.client_id not in listed:
        raise Untrusted("its ID token is for somebody else (aud)")
    party = claims.get("azp")
    if (len(listed) > 1 or party is not None) and party != expected.client_id:
        raise Untrusted("its ID token is for somebody else (azp)")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    if now >= _time(claims, "exp") + SKEW:
        raise Untrusted("its ID token has expired (exp); are both clocks right?")
    made = _time(claims, "iat")
    if made > now + SKEW:
        raise Untrusted("its ID token is of the future (iat); are both clocks right?")
    if made < now - OLDEST - SKEW:
        raise Untrusted("its ID token is old (iat); are both clocks right?")
    if "nbf" in claims and _time(claims, "nbf") > now + SKEW:
        raise Untrusted("its ID token is of the future (nbf); are both clocks right?")


def _time(claims: Mapping[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < 1e12:
        raise Untrusted(f"its ID token says no time ({name})")
    return float(found)


def _half_hash(alg: str, token: str) -> str:
    """Return the half of a token's hash that ``at_hash`` must be (Core 1.0, 3.1.3.6)."""
    if alg.endswith("256"):
        found = hashlib.sha256(token.encode()).digest()
    elif alg.endswith("384"):
        found = hashlib.sha384(token.encode()).digest()
    else:  # 512, and Ed25519, whose own hash that is
        found = hashlib.sha512(token.encode()).digest()
    return base64.urlsafe_b64encode(found[: len(found) // 2]).rstrip(b"=").decode()
