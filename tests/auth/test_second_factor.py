"""Codes of an app (RFC 6238), recovery codes, and of whom more than a password is wanted."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.auth.second_factor import (
    AuthenticatorApp,
    address,
    code_at,
    demanded_of,
    is_recovery,
    matching_step,
    new_recovery_codes,
    new_secret,
    plain_code,
    recovery_digest,
    step_at,
    wanted,
)

SECRET = base64.b32encode(b"12345678901234567890").decode()
"""The secret of RFC 6238, appendix B."""
NOW = 1_795_235_000.0
STEP = int(NOW) // 30
APP = AuthenticatorApp("jane", "sealed", 0, NOW)


@pytest.mark.parametrize(
    ("at", "eight_digits"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(at, eight_digits):
    six = eight_digits[2:]  # the same number, modulo a million
    assert code_at(SECRET, step_at(at)) == six
    assert matching_step(SECRET, six, at, last=0) == at // 30


@pytest.mark.parametrize(
    ("drift", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_before_or_behind(drift, counts):
    found = matching_step(SECRET, code_at(SECRET, STEP + drift), NOW, last=0)
    assert found == (STEP + drift if counts else None)


@given(st.integers(-3, 3), st.integers(-3, 3))
def test_a_code_that_was_used_and_those_before_it_count_no_more(used, tried):
    code, last = code_at(SECRET, STEP + tried), STEP + used
    found = matching_step(SECRET, code, NOW, last)
    assert found == (STEP + tried if tried > used and abs(tried) <= 1 else None)


@pytest.mark.parametrize("typed", ["287 082", " 287082 ", "287-082"])
def test_a_code_may_be_typed_in_groups(typed):
    assert matching_step(SECRET, typed, 59, last=0) == 1


@pytest.mark.parametrize("typed", ["", "28708", "2870820", "٢٨٧٠٨٢", "\ud800", "x" * 64])
def test_what_is_no_code_matches_nothing(typed):
    assert matching_step(SECRET, typed.encode("utf-8", "replace").decode(), 59, last=0) is None


def test_secrets_have_160_bits_and_differ():
    assert len(base64.b32decode(new_secret())) == 20
    assert new_secret() != new_secret()


def test_what_an_app_reads_names_account_and_server():
    text = address(SECRET, "zoë o'brien", "map.example.org")
    assert text.startswith("otpauth://totp/Sightline:zo%C3%AB%20o%27brien%40map.example.org?")
    assert f"secret={SECRET}" in text
    assert "issuer=Sightline" in text


def test_recovery_codes_are_ten_that_are_read_however_they_are_typed():
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert is_recovery(code)
        assert len(plain_code(code)) == 16
        typed = f" {code.upper().replace('-', ' ').replace('0', 'O').replace('1', 'l')} "
        assert recovery_digest(typed) == recovery_digest(code)
        assert code not in recovery_digest(code)
    assert not is_recovery("123 456")


@pytest.mark.parametrize(
    ("demanded", "roles"),
    [
        ("nobody", ()),
        ("admins", ("admin",)),
        ("operators", ("operator", "admin")),
        ("everybody", ("viewer", "operator", "admin")),
    ],
)
def test_more_is_demanded_by_role(demanded, roles):
    found = tuple(r for r in ("viewer", "operator", "admin") if demanded_of(r, demanded))
    assert found == roles


@pytest.mark.parametrize(
    ("demanded", "app", "passkeys", "wants"),
    [
        ("nobody", None, 0, None),
        ("nobody", None, 2, None),
        ("nobody", APP, 0, "code"),
        ("nobody", APP, 2, "code"),
        ("admins", None, 0, "enrol"),
        ("admins", None, 1, "passkey"),
        ("admins", APP, 1, "code"),
    ],
)
def test_what_is_wanted_after_a_password(demanded, app, passkeys, wants):
    assert wanted("admin", demanded, app, passkeys) == wants
