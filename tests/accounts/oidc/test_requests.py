"""Addresses of a provider, and how its answer is handed on to the page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.accounts.oidc.flow import Flow, new_secrets
from sightline.accounts.oidc.metadata import Metadata
from sightline.accounts.oidc.options import ProviderOptions
from sightline.accounts.oidc.requests import (
    LONGEST,
    ProviderReturn,
    authorization_url,
    end_session_url,
    packed,
    place_within,
    redirect_uri,
    unpacked,
)

AT = "https://auth.example.org"
METADATA = Metadata(AT, f"{AT}/authorize?x=1", f"{AT}/token", f"{AT}/jwks", end_session=f"{AT}/out")
OPTIONS = ProviderOptions(AT, "sight&line", scopes=("profile", "openid", "groups"))


def test_everything_that_a_sign_in_needs_is_asked_for():
    back = redirect_uri("https://map.example.org/sub", "home")
    assert back == "https://map.example.org/sub/oidc/home"
    flow = Flow(
        provider="home", issuer=AT, purpose="sign_in", redirect=back, began=0.0, **new_secrets()
    )
    asked = parse_qs(urlsplit(authorization_url(METADATA, OPTIONS, flow)).query)
    assert asked == {
        "x": ["1"],
        "response_type": ["code"],
        "client_id": ["sight&line"],
        "redirect_uri": [back],
        "scope": ["openid profile groups"],
        "state": [flow.state],
        "nonce": [flow.nonce],
        "code_challenge": [flow.challenge],
        "code_challenge_method": ["S256"],
    }
    assert flow.verifier not in str(asked)


def test_the_way_out_is_there_where_it_is_offered():
    found = urlsplit(end_session_url(METADATA, OPTIONS, "https://map.example.org/"))
    assert parse_qs(found.query)["post_logout_redirect_uri"] == ["https://map.example.org/"]
    assert end_session_url(Metadata(AT, AT, AT, AT), OPTIONS, "x") == ""


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("#map?view=5.05/50.6000/6.6000&id=friend/jane/phone", True),
        ("#account", True),
        ("#map?at=2026-11-17T13:32:08Z", True),
        ("", False),
        ("map", False),
        ("#invite=secret", False),
        ("#map?x=<script>", False),
        ("https://evil.example.org/#map", False),
        ("#map\nx", False),
        ("#" + "a" * 21, False),
    ],
)
def test_only_a_place_of_our_page_is_kept(place, kept):
    assert place_within(place) == (place if kept else "")


@given(
    st.dictionaries(
        st.sampled_from(["state", "code", "iss", "error", "else"]), st.text(max_size=99)
    )
)
def test_an_answer_is_one_word_and_comes_back_as_it_was(query):
    text = packed("home", query)
    assert all(letter.isalnum() or letter in "-_" for letter in text)
    known = {name: query.get(name, "") for name in ("state", "code", "iss", "error")}
    assert unpacked(text) == ProviderReturn(provider="home", **known)


def test_too_much_is_nothing():
    assert packed("home", {"code": "x" * LONGEST}) == ""


@given(st.text())
def test_any_word_can_be_looked_at(text):
    found = unpacked(text)
    assert found is None or isinstance(found.provider, str)
