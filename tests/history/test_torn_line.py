"""What a kill left half written is cut off, and not a byte more."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.history.torn_line import cut_torn_line


@pytest.mark.parametrize(
    ("there", "left"),
    [
        (b"", b""),
        (b"one\ntwo\n", b"one\ntwo\n"),
        (b"one\ntw", b"one\n"),
        (b"half", b""),
        (b"one\n" + b"x" * 200_000, b"one\n"),  # longer than what is looked at at once
        (b"y" * 65_535 + b"\n" + b"x" * 65_536, b"y" * 65_535 + b"\n"),
    ],
)
def test_the_last_whole_line_stays(tmp_path: Path, there: bytes, left: bytes):
    path = tmp_path / "lines"
    path.write_bytes(there)
    with path.open("r+b") as file:
        assert cut_torn_line(file.fileno()) == len(left)
    assert path.read_bytes() == left
