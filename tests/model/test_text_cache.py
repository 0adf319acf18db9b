"""What was read once is not read again, unless there is too much of it or it failed."""

from __future__ import annotations

import pytest

from sightline.model.text_cache import Remembered


def test_what_was_read_is_not_read_again_until_there_is_too_much():
    read: list[str] = []

    def shout(text: str) -> str:
        read.append(text)
        return text.upper()

    remembered = Remembered(shout, 2)
    assert [remembered[text] for text in ("a", "b", "a", "b")] == ["A", "B", "A", "B"]
    assert read == ["a", "b"]
    assert remembered["c"] == "C"
    assert len(remembered) == 1
    assert remembered["a"] == "A"
    assert read == ["a", "b", "c", "a"]
    remembered.clear()
    assert remembered["a"] == "A"
    assert len(read) == 5


def test_what_could_not_be_read_is_tried_again():
    remembered = Remembered(int, 5)
    for _ in range(2):
        with pytest.raises(ValueError, match="x"):
            remembered["x"]
    assert not remembered
