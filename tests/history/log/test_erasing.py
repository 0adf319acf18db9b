"""Who is erased is in no byte of the file; all others are, and no line is thought to be missing."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sightline.history.log import line
from sightline.history.log.erasing import erase
from sightline.history.log.reader import LogPiece, LogReader
from sightline.history.record import LastState, entry

T0 = 1_795_235_000.0
NAME = "00000001-2026-11-30-0badcafe.jsonl"
JANE, OMAR = "friend/jane/phone", "friend/omar/phone"


def lines(things: list[str]) -> list[bytes]:
    made = []
    for n, thing in enumerate(things, 1):
        made.append(line.of_entry(n, entry(thing, "fix", T0 + n, T0, b'{"n":%d}' % n)))
    state = LastState(things[-1], T0, b'{"presence":"live"}') if things else None
    return made + ([line.of_state(len(made) + 1, state)] if state else [])


def found(folder: Path) -> LogPiece:
    reader = LogReader(folder)
    piece = reader.read(None, 10_000)
    reader.close()
    return piece


@given(st.lists(st.sampled_from([JANE, OMAR, "probot/ProBot1"]), max_size=30), st.integers(0, 31))
def test_everybody_else_stays(tmp_path_factory, things, stored):
    folder = tmp_path_factory.mktemp("log")
    path = folder / NAME
    path.write_bytes(b"".join(lines(things)))
    before = found(folder)
    gone = erase(path, {JANE}, stored)
    assert b"jane" not in path.read_bytes()
    after = found(folder)
    assert after.entries == [each for each in before.entries if each.thing != JANE]
    assert after.states == [each for each in before.states if each.thing != JANE]
    assert after.damage == []
    assert gone == sum(thing == JANE for thing in things[stored:])
    if before.position is not None and after.position is not None:
        assert after.position.n == before.position.n
    assert list(folder.iterdir()) == [path]


def test_what_cannot_be_read_goes_too_for_it_may_be_hers(tmp_path):
    path = tmp_path / NAME
    made = lines([OMAR, JANE, OMAR, OMAR])
    made[1] = made[1].replace(b"jane", b"jAne")
    made[2] = b"rubbish\n"
    path.write_bytes(b"".join(made))
    assert erase(path, {JANE}) == 0
    assert b"jAne" not in path.read_bytes()
    after = found(tmp_path)
    assert [each.tst - T0 for each in after.entries] == [1, 4]
    assert after.damage == []


def test_a_file_without_her_is_not_touched(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(b"".join(lines([OMAR] * 3)))
    before = path.stat()
    assert erase(path, {JANE}) == 0
    assert path.stat().st_ino == before.st_ino
