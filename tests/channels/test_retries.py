"""What an answer means, and when it is worth another try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.channels import retries
from sightline.channels.options import LONGEST_PAUSE

RESULTS = {
    "done": (200, 201, 204),
    "later": (408, 425, 429, 500, 503),
    "never": (302, 400, 403, 404, 413),
}


@pytest.mark.parametrize(
    ("status", "result"), [(each, name) for name, some in RESULTS.items() for each in some]
)
def test_a_status_is_taken_at_its_word(status, result):
    assert retries.outcome(status).result == result


def test_what_the_other_side_asks_for_is_the_least_and_has_an_end():
    now = 1_000_000.0
    assert retries.outcome(429, "slow", "7", now).wait == 7.0
    assert retries.outcome(429, "slow", "7", now).why == "answered 429: slow"
    date = "Mon, 12 Jan 1970 13:47:40 GMT"
    assert retries.asked_pause(date, now) == 60.0
    assert retries.asked_pause("99999999", now) == 6 * 3600.0
    for nonsense in ("", "soon", "-5", "1e9", "\u0661", "Mon, 99 Jan 1970 13:46:40 GMT"):
        assert retries.asked_pause(nonsense, now) is None
    assert retries.pause(5.0, 1, 0.0, 7.0) == 7.0


@given(st.integers(1, 1000), st.floats(0, 1))
def test_pauses_grow_up_to_an_hour_and_are_spread(attempts, chance):
    found = retries.pause(5.0, attempts, chance)
    assert 2.5 <= found <= LONGEST_PAUSE
    assert found <= retries.pause(5.0, attempts, 1.0)
    assert retries.pause(5.0, 30, 0.0) == LONGEST_PAUSE / 2


@given(st.text(max_size=60))
def test_no_header_breaks_it(text):
    found = retries.asked_pause(text, 0.0)
    assert found is None or 0 <= found <= 6 * 3600
