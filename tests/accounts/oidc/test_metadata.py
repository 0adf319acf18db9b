"""What a provider says of itself: what is believed, and what is said of the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.accounts.oidc.errors import Untrusted
from sightline.accounts.oidc.metadata import (
    LARGEST,
    address_fault,
    discovery_url,
    json_object,
    read_metadata,
)

ISSUER = "https://auth.example.org"
GOOD = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": "https://tokens.example.org/token",
    "jwks_uri": f"{ISSUER}/jwks",
}


def read(said: Any, *, private: bool = False) -> Any:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    return read_metadata(data, ISSUER, private=private)


def test_the_least_is_enough():
    found = read(GOOD)
    assert (found.token, found.userinfo, found.end_session) == (GOOD["token_endpoint"], "", "")
    assert not found.says_issuer
    assert "RS256" in found.algorithms


def test_what_it_offers_is_known():
    found = read(
        {
            **GOOD,
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
            "end_session_endpoint": f"{ISSUER}/out",
        }
    )
    assert (found.algorithms, found.secret_in_body, found.says_issuer) == (("ES256",), True, True)
    assert found.end_session == f"{ISSUER}/out"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"<html>", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"[" * 100_000, "no JSON object"),
        (b" " * LARGEST, "too long"),
        (GOOD | {"issuer": "https://evil.example.org"}, "calls itself https://evil"),
        (GOOD | {"issuer": ISSUER + "/"}, "calls itself"),
        (GOOD | {"issuer": 7}, "calls itself nothing"),
        (GOOD | {"token_endpoint": None}, "token_endpoint is missing"),
        (GOOD | {"jwks_uri": "http://auth.example.org/jwks"}, "must begin with https://"),
        (GOOD | {"authorization_endpoint": "javascript:alert(1)"}, "must begin with https://"),
        (GOOD | {"authorization_endpoint": "https://a:b@c.org"}, "no user and password"),
        (GOOD | {"authorization_endpoint": "https://c.org/#x"}, "nothing after a #"),
        (GOOD | {"response_types_supported": ["token"]}, "the code flow"),
        (GOOD | {"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        (GOOD | {"id_token_signing_alg_values_supported": ["none", "HS256"]}, "signs in no way"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_with_its_reason(said, words):
    with pytest.raises(Untrusted, match=words):
        read(said)


def test_plain_http_needs_the_word_for_it():
    plain = {**GOOD, "jwks_uri": "http://10.0.0.1/jwks"}
    assert read(plain, private=True).jwks == "http://10.0.0.1/jwks"


def test_a_way_out_that_is_no_address_is_none():
    assert read({**GOOD, "end_session_endpoint": "javascript:alert(1)"}).end_session == ""


def test_the_document_is_below_the_issuer():
    assert discovery_url(ISSUER + "/") == f"{ISSUER}/.well-known/openid-configuration"


@given(st.text() | st.just("https://[x") | st.just("https://a:99999/"))
def test_any_text_can_be_judged_as_an_address(text):
    if not address_fault(text, private=False):
        assert text.startswith("https://")


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(data):
    try:
        assert isinstance(json_object(data, "it"), dict)
    except Untrusted:
        pass


@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "response_types_supported", "userinfo_endpoint"]),
        st.recursive(st.none() | st.text() | st.integers(), st.lists),
    )
)
def test_a_document_of_any_types_is_read_or_refused(said):
    try:
        read({**GOOD, **said})
    except Untrusted:
        pass
