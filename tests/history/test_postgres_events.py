"""Spans are cut at the partitions for events, and nothing is left out."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from postgres import needs_postgres
from sightline.history.postgres.events import cuts

pytestmark = needs_postgres


@given(st.lists(st.integers(0, 500), unique=True).map(sorted), st.booleans())
def test_cuts_leave_out_nothing_and_come_in_order(starts, newest_first):
    since, until_ = -3, 600
    starts = [each for each in starts if since < each <= until_]
    found = list(cuts(starts, since, until_, newest_first))
    assert all(low <= high for low, high in found)
    rising = found[::-1] if newest_first else found
    assert rising[0][0] == since
    assert rising[-1][1] == until_
    assert all(before[1] + 1 == after[0] for before, after in pairwise(rising))
    assert len(found) <= 8
