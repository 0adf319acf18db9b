"""What an older version left on disk for a store that was away is read as it was written."""

from __future__ import annotations

from pathlib import Path

import msgspec

from sightline.history.log import former_spill
from sightline.history.log.former_spill import FormerBatch
from sightline.history.record import LastState, entry

JANE, T0 = "friend/jane/phone", 1_795_235_000.0
# As version 0.9 wrote it, to the byte.
LINE = (
    b'{"entries":[{"thing":"friend/jane/phone","sort":"fix","tst":1795235001.0,'
    b'"at":1795235000.0,"body":"eyJuIjoxfQ==","digest":%d,"hidden":false,"believed":false}],'
    b'"standings":[{"thing":"friend/jane/phone","at":1795235000.0,"body":"e30="}]}\n'
) % entry(JANE, "fix", T0 + 1, T0, b'{"n":1}').digest


def test_batches_come_in_the_order_of_the_files_but_for_torn_and_unreadable_lines(
    tmp_path: Path,
) -> None:
    other = msgspec.json.encode(FormerBatch((entry(JANE, "fix", T0 + 2, T0, b"{}"),))) + b"\n"
    (tmp_path / "00000008.jsonl").write_bytes(other + other[:-9])
    (tmp_path / "00000007.jsonl").write_bytes(LINE + b"rubbish\n")
    (tmp_path / "notes.txt").write_text("mine")
    files = former_spill.files(tmp_path)
    assert [path.name for path in files] == ["00000007.jsonl", "00000008.jsonl"]
    one, unreadable = former_spill.batches(files[0])
    assert isinstance(one, FormerBatch)
    assert list(one.entries) == [entry(JANE, "fix", T0 + 1, T0, b'{"n":1}')]
    assert list(one.last_states) == [LastState(JANE, T0, b"{}")]
    assert isinstance(unreadable, str)
    assert "00000007.jsonl:2: cannot be read" in unreadable
    (two,) = former_spill.batches(files[1])
    assert isinstance(two, FormerBatch)
    assert [each.tst for each in two.entries] == [T0 + 2]


def test_where_nothing_was_left_there_is_nothing(tmp_path: Path) -> None:
    assert former_spill.files(tmp_path / "spill") == []
