"""`sightline.geometry.antimeridian`: lines cut where they go over ±180 degrees."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sightline.geometry.antimeridian import LineCutter, Position, any_across, crosses


def parts(line: list[Position]) -> list[list[Position]]:
    """The parts of a line that is given one position after the other."""
    cutter, found = LineCutter(), list[list[Position]]()
    for position in line:
        for new, place in cutter.some([position]):
            if new:
                found.append([])
            found[-1].append(place)
    return found


def test_a_line_over_the_antimeridian_is_cut_on_both_sides_at_the_same_latitude():
    assert parts([(170, 0), (179, 10), (-179, 20), (-170, 0)]) == [
        [(170, 0), (179, 10), (180, 15)],
        [(-180, 15), (-179, 20), (-170, 0)],
    ]
    assert parts([(-178, -10), (176, -4)]) == [[(-178, -10), (-180, -8)], [(180, -8), (176, -4)]]


def test_a_line_that_stays_on_one_side_is_one_part():
    line: list[Position] = [(-100, 0), (70, 1), (80, 2)]
    assert parts(line) == [line]
    assert not any_across(line)
    assert any_across([(179, 0)], (-179, 0))
    assert not any_across([(179, 0)])


def test_positions_on_the_antimeridian_itself_make_no_part_of_one_position():
    assert parts([(170, 0), (180, 5), (-170, 10)]) == [
        [(170, 0), (180, 5)],
        [(-180, 5), (-170, 10)],
    ]
    assert parts([(170, 0), (-180, 5)]) == [[(170, 0), (180, 5)]]
    assert parts([(180, 5), (-170, 0)]) == [[(-180, 5), (-170, 0)]]
    assert parts([(180, 5), (-180, 5)]) == []


positions = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(positions, max_size=20))
def test_no_part_crosses_and_none_is_shorter_than_a_line(line):
    found = parts(line)
    for part in found:
        assert len(part) >= 2
        assert not any(crosses(one, other) for one, other in pairwise(part))
    places = {place for part in found for place in part}
    if len(line) > 1 and not any(abs(lon) == 180 for lon, _ in line):
        assert set(line) <= places
