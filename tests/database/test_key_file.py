"""The file with the key that seals secrets: made once, closed to others, never begun anew."""

from __future__ import annotations

import pytest

from sightline.database.key_file import KeyFile
from sightline.model.faults import CannotOpen


def test_it_is_made_when_needed_and_read_again(tmp_path):
    path = tmp_path / "sealing.key"
    one = KeyFile(path)
    assert not path.exists()
    sealed = one.seal(b"a secret", "x")
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyFile(path).open(sealed, "x") == b"a secret"
    assert [each.name for each in tmp_path.iterdir()] == ["sealing.key"]


@pytest.mark.parametrize("text", [b"", b"too short", b"x" * 44, b"\xff" * 44])
def test_a_damaged_one_is_refused_and_not_replaced(tmp_path, text):
    path = tmp_path / "sealing.key"
    path.write_bytes(text)
    path.chmod(0o600)
    with pytest.raises(CannotOpen, match="damaged"):
        KeyFile(path).seal(b"a secret", "x")
    assert path.read_bytes() == text


def test_one_that_everybody_may_read_is_refused(tmp_path):
    path = tmp_path / "sealing.key"
    KeyFile(path).seal(b"a secret", "x")
    path.chmod(0o644)
    with pytest.raises(CannotOpen, match="chmod 600"):
        KeyFile(path).seal(b"a secret", "x")


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CannotOpen, match="cannot be made"):
        KeyFile(tmp_path / "none" / "sealing.key").seal(b"a secret", "x")
