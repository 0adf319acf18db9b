"""When a certificate's end is spoken of."""

from __future__ import annotations

import pytest

from sightline.web.expiry import days_left, urgency

DAY = 86_400.0


@pytest.mark.parametrize(
    ("days", "stands"),
    [
        (90, "good"),
        (21.1, "good"),
        (21, "soon"),
        (7.1, "soon"),
        (7, "urgent"),
        (0.1, "urgent"),
        (0, "expired"),
        (-3, "expired"),
    ],
)
def test_a_certificate_is_warned_of_21_and_7_days_before_its_end(days, stands):
    assert urgency(1000 + days * DAY, 1000) == stands


def test_days_are_counted_down_and_beyond():
    assert days_left(3 * DAY, DAY) == 2
    assert days_left(DAY, 3 * DAY) == -2
