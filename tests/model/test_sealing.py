"""Sealing secrets: what is sealed comes back for its purpose and by its key, and else not."""

from __future__ import annotations

import pytest

from sightline.model.sealing import CannotUnseal, Seal

KEY = bytes(range(32))


def test_what_is_sealed_comes_back_for_its_purpose_only():
    seal = Seal(KEY)
    sealed = seal.seal(b"a secret", "totp jane")
    assert seal.open(sealed, "totp jane") == b"a secret"
    with pytest.raises(CannotUnseal, match="something else"):
        seal.open(sealed, "totp bob")


def test_two_seals_of_one_secret_differ():
    seal = Seal(KEY)
    assert seal.seal(b"a secret", "x") != seal.seal(b"a secret", "x")


def test_another_key_is_named_and_tells_nothing_of_itself():
    other = Seal(bytes(32))
    sealed = Seal(KEY).seal(b"a secret", "x")
    with pytest.raises(CannotUnseal, match=f"sealed with the key {Seal(KEY).id}"):
        other.open(sealed, "x")
    assert KEY.hex()[:8] != Seal(KEY).id


@pytest.mark.parametrize(
    "wrong", ["", "plain", "s1", "s1.", "s2.00000000.aaaa", "s1.{id}.!", "s1.{id}."]
)
def test_what_is_no_seal_is_refused_in_words(wrong):
    seal = Seal(KEY)
    with pytest.raises(CannotUnseal):
        seal.open(wrong.format(id=seal.id), "x")


def test_a_changed_letter_is_noticed():
    seal = Seal(KEY)
    sealed = seal.seal(b"a secret", "x")
    at = len(sealed) // 2
    changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
    with pytest.raises(CannotUnseal):
        seal.open(changed, "x")


def test_a_key_has_32_bytes():
    with pytest.raises(ValueError, match="32 bytes"):
        Seal(b"short")
