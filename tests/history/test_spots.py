"""The quick reader of fixes says what the usual one does, whatever is in them.

Covers history/judging.py, history/entry_fields.py.
"""

from __future__ import annotations

import json

import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st

from sightline.contract.errors import Refused
from sightline.history import judged_fixes, spots
from sightline.history.entry_fields import fields
from sightline.history.judging import spot_of
from sightline.history.memory import MemoryStore
from sightline.history.record import HistoryEntry, entry
from sightline.history.store import Span
from sightline.web.reads import at_once

T0 = 1_795_235_000.0
JANE = "friend/jane/phone"


def fix(second: float, lat: object = 48.0, **more: object) -> HistoryEntry:
    said = {"_type": "location", "tst": T0 + second, "lat": lat, "lon": 2.0, "acc": 5, **more}
    return entry(JANE, "fix", T0 + second, T0 + second + 0.5, json.dumps(said).encode())


odd = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), st.integers(-200, 200), st.floats(-200, 200),
    st.lists(st.one_of(st.text(max_size=3), st.integers()), max_size=2),
)  # fmt: skip
NAMES = ("lat", "lon", "acc", "vel", "inregions", "BSSID", "conn", "tst")


@given(st.dictionaries(st.sampled_from(NAMES), odd), st.booleans())
def test_a_fix_is_read_as_everywhere_else(more, believed):
    made = HistoryEntry(
        JANE,
        "fix",
        T0,
        T0 + 3,
        json.dumps({"lat": 1, "lon": 2, **more}).encode(),
        1,
        False,
        believed,
    )
    one, other = spots.spot(made), spot_of(fields(made))
    if one is None or other is None:
        assert one == other
        return
    assert one._replace(regions=()) == other._replace(regions=())
    assert list(one.regions) == list(other.regions)


@pytest.mark.parametrize("body", [b"null", b"[1]", b"{", b'"x"', b'{"lat":1}'])
def test_what_is_no_fix_has_no_place(body):
    assert spots.spot(entry(JANE, "fix", T0, T0, body)) is None


@pytest_twisted.ensureDeferred
async def test_the_verdicts_are_those_of_tracks_neighbours_beyond_the_span_included():
    store = MemoryStore()
    leap = [fix(60, 52.0), fix(130, 48.0)]
    await store.write([fix(0), fix(30), *leap, *(fix(30.0 * n) for n in range(5, 30))], [])
    span = Span(JANE, "fix", T0 + 60, T0 + 300)
    found = [each async for some in spots.judged_spots(store, span, at_once) for each in some]
    within = [(spot.when, why) for spot, why in found if span.since <= spot.when <= span.until]
    usual = [each async for some in judged_fixes.judged(store, span) for each in some]
    assert within == [(each.entry.tst, each.why) for each in usual]
    assert [why is None for _, why in within][:2] == [False, True]
    assert {spot.when - T0 for spot, _ in found} > {0.0, 30.0, 330.0}


@pytest_twisted.ensureDeferred
async def test_too_many_fixes_are_refused_and_not_read(monkeypatch):
    monkeypatch.setattr(spots, "MOST", 5)
    store = MemoryStore()
    await store.write([fix(n) for n in range(6)], [])
    with pytest.raises(Refused, match="shorter time"):
        async for _ in spots.judged_spots(store, Span(JANE, "fix"), at_once):
            pass
