"""A note says how far a move has come, and of which move it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.cli.accounts_db import CommandFailed
from sightline.cli.moves import Note


def test_a_note_remembers_until_all_is_done(tmp_path: Path):
    path = tmp_path / "note.json"
    note = Note(path, "a database")
    assert (note.begun, note.mark) == ([], None)
    note.begin("accounts")
    note.begin("accounts")
    note.carried(("entry", 1, 2, 3, 4))
    again = Note(path, "a database")
    assert (again.begun, again.mark) == (["accounts"], ("entry", 1, 2, 3, 4))
    with pytest.raises(CommandFailed, match="a move to a database that was cut off"):
        Note(path, "another")
    again.end()
    assert Note(path, "another").begun == []


def test_a_damaged_note_is_said(tmp_path: Path):
    path = tmp_path / "note.json"
    path.write_text("{")
    with pytest.raises(CommandFailed, match="is damaged"):
        Note(path, "a database")
