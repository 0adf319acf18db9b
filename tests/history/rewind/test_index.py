from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewind_scene import lines_of, said
from sightline.history.rewind.building import IndexBuilder
from sightline.history.rewind.index import (
    HEAD_BYTES,
    Damaged,
    SegmentIndex,
    head_of,
    key_of,
    numbers,
    packed,
    put,
    split_key,
    unpacked,
    unpacked_head,
)


def made() -> SegmentIndex:
    builder = IndexBuilder()
    data = lines_of(said(f"house/{n % 9}", str(n), n) for n in range(200))
    builder.add(data, 0, len(data))
    return builder.index(len(data), 12345, zipped=False)


@given(st.lists(st.integers(0, 1 << 60)))
def test_numbers_come_back_as_they_were_put(given_: list[int]):
    out = bytearray()
    for each in given_:
        put(out, each)
    assert list(numbers(bytes(out))) == given_


def test_an_index_is_read_as_it_was_written_and_its_head_alone():
    index = made()
    data = packed(index)
    assert unpacked(data) == index
    head = unpacked_head(data[:HEAD_BYTES])
    assert head._replace(body=0) == head_of(index)
    assert (head.messages, head.changed) == (200, 12345)


@pytest.mark.parametrize("place", [0, 9, 30, HEAD_BYTES - 1, HEAD_BYTES + 3, -1])
def test_a_flipped_bit_anywhere_is_found(place: int):
    data = bytearray(packed(made()))
    data[place] ^= 4
    with pytest.raises(Damaged):
        unpacked(bytes(data))


@pytest.mark.parametrize("length", [0, 5, HEAD_BYTES, 200])
def test_a_cut_index_is_damaged(length: int):
    with pytest.raises(Damaged):
        unpacked(packed(made())[:length])


def test_topics_that_are_no_text_stand_as_they_are_shown():
    assert key_of("main", b"a/\xff") == key_of("main", "a/\ufffd")
    assert split_key(key_of("aws", "a/b")) == ("aws", "a/b")
