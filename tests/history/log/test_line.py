"""A line of the log comes back as it was, or is named as damaged; never as something else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.history.log import line
from sightline.history.log.line import DamagedLine, HistoryLine
from sightline.history.record import HistoryEntry, LastState, entry

T0 = 1_795_235_000.25
FIX = entry("friend/jane/phone", "fix", T0, T0 + 1, b'{"lat":48.5,"lon":2.25}')

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
times = st.floats(-4e12, 4e12, exclude_min=True, exclude_max=True)
bodies = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
).map(lambda value: json.dumps(value, indent=1).encode())


@given(names, names, times, times, bodies, st.integers(0, (1 << 63) - 1), st.integers(1, 1 << 50))
def test_an_entry_comes_back_as_it_was(thing, sort, tst, at, body, digest, n):
    before = HistoryEntry(thing, sort, tst, at, body, digest)
    raw = line.of_entry(n, before)
    assert raw.endswith(b"\n")
    assert raw.count(b"\n") == 1
    json.loads(raw)  # anybody can read it
    found = line.read(raw[:-1])
    assert (found.n, line.entry_of(found)) == (n, before)


def test_a_present_state_comes_back_also_the_one_of_a_thing_that_is_gone():
    for body in (b'{"presence":"live"}', None):
        before = LastState("friend/jane/phone", T0, body)
        found = line.read(line.of_state(7, before)[:-1])
        assert not found.sort
        assert (found.n, line.state_of(found)) == (7, before)


def test_a_batch_is_numbered_states_behind_entries():
    state = LastState("friend/jane/phone", T0, b"{}")
    found = [line.read(raw[:-1]) for raw in line.of_batch(5, [FIX, FIX], [state])]
    assert [each.n for each in found] == [5, 6, 7]
    assert [bool(each.sort) for each in found] == [True, True, False]


def test_a_note_of_what_was_erased_stands_for_that_many_lines():
    found = line.read(line.written(HistoryLine(9, erased=4))[:-1])
    assert (found.n, found.next) == (9, 13)


@pytest.mark.parametrize("tst", [float("inf"), float("-inf"), 1e15])
def test_a_time_without_a_word_in_json_is_kept_as_the_furthest(tst):
    odd = entry("friend/jane/phone", "fix", tst, T0, b"{}")
    found = line.entry_of(line.read(line.of_entry(1, odd)[:-1]))
    assert abs(found.tst) == 4e12
    assert (found.tst > 0) == (tst > 0)


@given(st.data())
def test_no_flipped_bit_goes_unnoticed(data):
    raw = bytearray(line.of_entry(17, FIX)[:-1])
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << (bit % 8)
    try:
        found = line.read(bytes(raw))
    except DamagedLine:
        return
    # The check is written in hexadecimal: as a capital it is the same number.
    assert line.entry_of(found) == FIX


@given(st.integers(0, 200))
def test_a_line_that_was_cut_is_damaged(length):
    raw = line.of_entry(17, FIX)[:-1]
    with pytest.raises(DamagedLine):
        line.read(raw[: min(length, len(raw) - 1)])


@given(st.binary(max_size=100))
def test_rubbish_is_damaged(raw):
    with pytest.raises(DamagedLine):
        line.read(raw)


def test_what_is_whole_but_makes_no_sense_is_damaged():
    from binascii import crc32

    for rest in (b'"n":"x"}', b'"thing":"a"}', b"}", b'"n":1'):
        with pytest.raises(DamagedLine, match="cannot be understood"):
            line.read(b'{"crc":"%08x",%b' % (crc32(rest), rest))
