"""The meter against frames whose number is known, however they are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.web.frame_meter import FrameMeter

SIZES = st.sampled_from([0, 0, 0, 1, 125, 126, 127, 300, 65_535, 65_536])


def frame(size: int, masked: bool = True) -> bytes:
    mask = 0x80 if masked else 0
    if size < 126:
        head = bytes((0x89, mask | size))
    elif size < 65_536:
        head = bytes((0x82, mask | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x82, mask | 127)) + size.to_bytes(8, "big")
    return head + (b"mask" if masked else b"") + bytes(size)


@given(
    st.lists(st.tuples(SIZES, st.booleans()), max_size=12),
    st.lists(st.one_of(st.integers(1, 9), st.integers(1, 70_000)), max_size=40),
    st.integers(1, 5),
)
def test_every_frame_is_counted_once_and_slices_end_between_frames(sizes, cuts, most):
    frames = [frame(size, masked) for size, masked in sizes]
    stream, borders, at = b"".join(frames), set(), 0
    for one in frames:
        at += len(one)
        borders.add(at)
    meter, counted, base = FrameMeter(), 0, 0
    for cut in (*cuts, len(stream)):
        piece = stream[base : base + cut]
        reached = 0
        while reached < len(piece):
            before = reached
            reached, begun = meter.walk(piece, reached, most)
            assert before < reached <= len(piece)
            assert begun <= most
            assert reached == len(piece) or base + reached in borders
            counted += begun
        base += len(piece)
    assert counted == len(frames)


def test_a_read_full_of_empty_pings_is_counted_without_walking_all_of_it():
    data = frame(0) * 10_922
    at, begun = FrameMeter().walk(data, 0, 16)
    assert (at, begun) == (16 * 6, 16)
