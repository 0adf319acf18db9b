"""`sightline.owntracks.ranges`: several ranges in one order, and the newest of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from owntracks.test_anything import at_a_stroke, listed
from sightline.owntracks.fixes import Fix
from sightline.owntracks.ranges import DeviceRange, merged
from sightline.web.reads import Turn, at_once

Pieces = list[list[int]]


class Given:
    """Ranges whose pieces are given, by their keys."""

    def __init__(self, ranges: dict[str, Pieces]) -> None:
        self.ranges = ranges

    async def fixes(
        self, thing: str, since: float, until: float, most: int | None = None, turn: Turn = at_once
    ) -> AsyncIterator[Sequence[Fix]]:
        for some in self.ranges[thing]:
            await turn()
            yield [Fix(tst, tst, {}) for tst in some]


@st.composite
def pieces(draw: st.DrawFn) -> Pieces:
    """Times in order, cut somehow; some pieces may be empty."""
    times = sorted(draw(st.lists(st.integers(0, 30), max_size=20)))
    cuts = sorted(draw(st.lists(st.integers(0, len(times)), max_size=4)))
    return [times[a:b] for a, b in zip([0, *cuts], [*cuts, len(times)], strict=True)]


@given(st.lists(pieces(), max_size=4))
def test_several_ranges_come_in_the_order_of_time_and_whole(ranges):
    found = Given({str(n): each for n, each in enumerate(ranges)})
    streams = [found.fixes(key, 0, 99) for key in found.ranges]
    times = [fix.tst for fix in at_a_stroke(listed(merged(streams)))]
    assert times == sorted(time for each in ranges for some in each for time in some)


@given(st.lists(pieces(), min_size=1, max_size=3), st.none() | st.integers(0, 25))
def test_the_newest_of_all_of_them_are_given_each_time_it_is_read(ranges, limit):
    found = Given({str(n): each for n, each in enumerate(ranges)})
    wanted = DeviceRange(found, list(found.ranges), (0, 99), limit, at_once)

    async def read() -> list[list[float]]:
        async for _ in wanted.settle():
            pass
        return [[fix.tst for fix in await listed(wanted.pieces())] for _ in range(2)]

    whole = sorted(time for each in ranges for some in each for time in some)
    newest = whole if limit is None else whole[max(0, len(whole) - limit) :]
    assert at_a_stroke(read()) == [newest, newest]
