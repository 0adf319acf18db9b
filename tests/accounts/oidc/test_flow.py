"""What a browser keeps of a sign-in that it began: sealed, and for ten minutes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.accounts.oidc.flow import LASTS, Flow, FlowSealer, new_secrets

FLOW = Flow(
    provider="home",
    issuer="https://auth.example.org",
    purpose="sign_in",
    redirect="https://map.example.org/oidc/home",
    began=1000.0,
    place="#map",
    **new_secrets(),
)
SEALER = FlowSealer(b"k" * 32)


def test_it_comes_back_as_it_was_and_each_time_sealed_anew():
    assert SEALER.opened(SEALER.seal(FLOW), 1000.0) == FLOW
    assert SEALER.seal(FLOW) != SEALER.seal(FLOW)


def test_another_server_with_the_same_key_opens_it_and_one_with_another_does_not():
    assert FlowSealer(b"k" * 32).opened(SEALER.seal(FLOW), 1000.0) == FLOW
    assert FlowSealer(b"l" * 32).opened(SEALER.seal(FLOW), 1000.0) is None


@pytest.mark.parametrize(("now", "open"), [(999.0, False), (1000 + LASTS, False), (1599.0, True)])
def test_it_is_good_for_its_time(now, open):
    assert (SEALER.opened(SEALER.seal(FLOW), now) is not None) is open


@given(st.text() | st.binary().map(lambda data: data.hex()))
def test_nothing_else_is_opened(text):
    assert SEALER.opened(text, 1000.0) is None


@given(st.integers(0, 10_000), st.sampled_from("Az9-_"))
def test_nothing_of_it_can_be_changed(at, letter):
    sealed = SEALER.seal(FLOW)
    at %= len(sealed) - 1  # the last letter may hold bits that mean nothing
    changed = sealed[:at] + letter + sealed[at + 1 :]
    if changed != sealed:
        assert SEALER.opened(changed, 1000.0) is None


def test_the_provider_learns_the_hash_of_the_verifier_only():
    # RFC 7636, appendix B
    known = Flow(
        provider="x",
        issuer="x",
        purpose="sign_in",
        redirect="x",
        began=0.0,
        state="s",
        nonce="n",
        verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )
    assert known.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_state_answers_its_own_sign_in():
    assert FLOW.is_answered_by(FLOW.state)
    assert not FLOW.is_answered_by(FLOW.state[:-1])
    assert not FLOW.is_answered_by("é")
