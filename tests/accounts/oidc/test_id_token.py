"""ID tokens: what of keys and tokens is believed, without a provider."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from sightline.accounts.oidc.errors import UnknownKey, Untrusted
from sightline.accounts.oidc.id_token import Expected, read_keys, verified_claims
from sightline.accounts.oidc.metadata import ALGORITHMS

NOW = 1_795_235_000.0
KEY = ECKey.generate_key("P-256", {"kid": "a"})
OTHER = ECKey.generate_key("P-256", {"kid": "a"})
EXPECTED = Expected("https://auth.example.org", "sightline", "n-1", ALGORITHMS)
CLAIMS = {
    "iss": EXPECTED.issuer,
    "aud": "sightline",
    "exp": NOW + 60,
    "iat": NOW,
    "nonce": "n-1",
    "sub": "u-1",
}


def listed(*keys: Any) -> bytes:
    return json.dumps({"keys": [k.as_dict(private=False) for k in keys]}).encode()


def token(key: Any = KEY, head: dict[str, Any] | None = None, **claims: Any) -> str:
    header = {"alg": "ES256", "kid": "a"} if head is None else head
    return jwt.encode(header, {**CLAIMS, **claims}, key, algorithms=["ES256"])


def verified(text: str, keys: bytes | None = None, **more: Any) -> dict[str, Any]:
    return verified_claims(text, read_keys(keys or listed(KEY)), EXPECTED, NOW, **more)


def test_a_good_token_says_who_somebody_is():
    assert verified(token())["sub"] == "u-1"


def test_a_token_that_names_no_key_is_by_one_of_those_that_fit():
    keys = listed(RSAKey.generate_key(2048), OTHER, KEY)
    assert verified(token(head={"alg": "ES256"}), keys)["sub"] == "u-1"
    with pytest.raises(UnknownKey):
        verified(token(head={"alg": "ES256"}), listed(OTHER))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (token(OTHER), Untrusted),
        (token(head={"alg": "ES256", "kid": "b"}), UnknownKey),
        (token(azp="other"), Untrusted),
        (token(aud=["sightline", "b"], azp="b"), Untrusted),
        (token(at_hash="x"), Untrusted),
        ("a.b", Untrusted),
        ("a.b.c.d.e", Untrusted),
        ("!.b.c", Untrusted),
        ("", Untrusted),
        (token() + "x" * 40_000, Untrusted),
    ],
)
def test_what_is_no_such_token_is_refused(text, error):
    with pytest.raises(error):
        verified(text)


def test_several_audiences_are_good_when_we_are_the_party():
    assert verified(token(aud=["sightline", "b"], azp="sightline"))["sub"] == "u-1"


def test_a_critical_part_of_the_head_that_is_not_known_is_refused():
    head = json.dumps({"alg": "ES256", "kid": "a", "crit": ["x"], "x": 1}).encode()
    from oidc_provider import b64

    parts = token().split(".")
    with pytest.raises(Untrusted, match="head"):
        verified(".".join((b64(head), *parts[1:])))


def test_only_keys_that_can_sign_are_listed():
    weak = {**RSAKey.generate_key(2048).as_dict(private=False), "use": "enc"}
    odd = [weak, OctKey.generate_key(256).as_dict(), {"kty": "EC"}, {"kty": "RSA", "n": 1}, 7, None]
    good = OKPKey.generate_key("Ed25519", {"kid": "o"}).as_dict(private=False)
    (found,) = read_keys(json.dumps({"keys": [*odd, good]}).encode())
    assert found.kid == "o"
    for nothing in (b"{}", b'{"keys": 1}', json.dumps({"keys": odd}).encode()):
        with pytest.raises(Untrusted, match="no key"):
            read_keys(nothing)


def test_a_key_for_another_signature_is_not_used():
    said = {**KEY.as_dict(private=False), "alg": "ES512"}
    with pytest.raises(UnknownKey):
        verified(token(), json.dumps({"keys": [said]}).encode())


def test_a_private_key_that_is_listed_by_mistake_is_still_a_public_one():
    keys = read_keys(json.dumps({"keys": [KEY.as_dict(private=True)]}).encode())
    assert not keys[0].key.is_private


@given(
    st.text(max_size=60) | st.from_regex(r"[\w-]{0,20}\.[\w-]{0,20}\.[\w-]{0,20}", fullmatch=True)
)
def test_any_text_is_refused(text):
    with pytest.raises(Untrusted):
        verified(text)


@given(
    st.dictionaries(
        st.sampled_from(sorted(CLAIMS)), st.none() | st.booleans() | st.text() | st.floats()
    )
)
def test_a_signed_token_with_odd_claims_is_believed_only_where_they_are_right(odd):
    try:
        text = token(**odd)
    except ValueError:
        return
    try:
        found = verified(text)
    except Untrusted:
        return
    assert all(found[name] == CLAIMS[name] for name in ("iss", "aud", "nonce"))
