"""Quiet hours in somebody's zone, over midnight, through changes of the clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sightline.channels.quiet import Quiet, fault, quiet_until, zone_of

BERLIN = "Europe/Berlin"


def at(text: str, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN), fold=fold).timestamp()


NIGHT = Quiet(begin="22:00", end="07:00")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-06-01T21:59:59", None),
        ("2026-06-01T22:00", "2026-06-02T07:00"),
        ("2026-06-02T00:00", "2026-06-02T07:00"),
        ("2026-06-02T06:59:59", "2026-06-02T07:00"),
        ("2026-06-02T07:00", None),
    ],
)
def test_a_night_is_quiet_over_midnight(now, until):
    assert quiet_until(NIGHT, BERLIN, at(now)) == (None if until is None else at(until))


def test_hours_of_one_day_and_a_zone_of_their_own():
    noon = Quiet(begin="12:00", end="14:00", zone="UTC")
    assert quiet_until(noon, BERLIN, at("2026-06-01T13:59")) is None
    assert quiet_until(noon, BERLIN, at("2026-06-01T14:00")) == at("2026-06-01T16:00")
    assert quiet_until(None, BERLIN, 0.0) is None


def test_the_night_is_shorter_or_longer_where_the_clock_is_changed():
    assert at("2026-03-29T07:00") - at("2026-03-28T22:00") == 8 * 3600
    assert quiet_until(NIGHT, BERLIN, at("2026-03-29T03:30")) == at("2026-03-29T07:00")
    assert at("2026-10-25T07:00") - at("2026-10-24T22:00") == 10 * 3600
    assert quiet_until(NIGHT, BERLIN, at("2026-10-25T02:30", 1)) == at("2026-10-25T07:00")


def test_what_has_ended_does_not_begin_again_when_the_clock_is_put_back():
    early = Quiet(begin="22:00", end="02:30")
    assert quiet_until(early, BERLIN, at("2026-10-25T02:29")) == at("2026-10-25T02:30")
    assert quiet_until(early, BERLIN, at("2026-10-25T02:29", 1)) is None


def test_an_end_that_the_clock_leaps_over_still_comes():
    early = Quiet(begin="22:00", end="02:30")
    end = quiet_until(early, BERLIN, at("2026-03-29T01:59"))
    assert end is not None
    assert 0 < end - at("2026-03-29T01:59") <= 3660


def test_hours_that_make_no_sense_are_said_to():
    assert fault(NIGHT) == ""
    assert "22:00" in fault(Quiet(begin="24:00", end="07:00"))
    assert "same" in fault(Quiet(begin="07:00", end="07:00"))
    assert "zone" in fault(Quiet(begin="22:00", end="07:00", zone="../../etc/passwd"))
    for name in ("", "Europe/Nowhere", "../etc/passwd", "/etc/localtime", "a" * 99, "Europe"):
        assert zone_of(name) is None, name
