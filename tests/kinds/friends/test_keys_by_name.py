"""A key in the settings opens what its device sends under any of its names."""

from __future__ import annotations

import json

import pytest

from sightline.kinds.friends.encryption import EncryptionKeys
from sightline.kinds.friends.names import Alias, DeviceNames
from sightline.model.kind import CannotDecode

pytest.importorskip("nacl")


def boxed(secret: str, text: bytes) -> str:
    found: str = json.loads(EncryptionKeys({"a/b": secret}).seal("a/b", text))["data"]
    return found


def test_a_key_holds_for_all_names_of_its_device():
    names = DeviceNames()
    keys = EncryptionKeys({"Jane/Phone": "secret"}, names)
    names.of("jane/phone")
    assert "jane/phone" in keys
    assert "jane/tablet" not in keys
    assert keys.open("jane/phone", boxed("secret", b"{}")) == b"{}"
    names.set_aliases([Alias("jane/phone", "zoe/mobile", "rename", 1)])
    assert keys.open("zoe/mobile", boxed("secret", b"{}")) == b"{}"
    with pytest.raises(CannotDecode, match="no key for this device"):
        keys.open("jane/tablet", boxed("secret", b"{}"))


def test_of_two_keys_of_a_merged_device_the_last_good_one_seals():
    names = DeviceNames()
    keys = EncryptionKeys({"jane/phone": "one", "jane/old": "two"}, names)
    names.set_aliases([Alias("jane/old", "jane/phone", "merge", 1)])
    assert keys.open("jane/phone", boxed("one", b"1")) == b"1"
    assert keys.open("jane/phone", boxed("two", b"2")) == b"2"
    sealed = json.loads(keys.seal("jane/phone", b"3"))["data"]
    assert EncryptionKeys({"x/y": "two"}).open("x/y", sealed) == b"3"
    with pytest.raises(CannotDecode, match="another key"):
        keys.open("jane/phone", boxed("three", b"{}"))
