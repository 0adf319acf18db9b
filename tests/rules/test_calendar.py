"""Zones, days and holidays of the system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.scene import CALENDAR

BERLIN = "Europe/Berlin"


def test_a_country_and_a_zone_that_nobody_knows():
    for code in ("DE", "DE-BY", "US-CA", "NL"):
        assert CALENDAR.has_country(code)
    for code in ("", "XX", "DE-XX", "../etc", "de "):
        assert not CALENDAR.has_country(code)
    assert CALENDAR.has_zone("America/New_York")
    for name in ("", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "a\0b"):
        assert not CALENDAR.has_zone(name)


@pytest.mark.parametrize("zone", ["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe"])
@given(when=st.floats(0, 4e9))
def test_what_clocks_show_is_the_moment_they_show_it(zone, when):
    local = CALENDAR.local(when, zone)
    back = CALENDAR.moment(local.day, local.seconds, zone)
    # An hour that comes twice means the first one.
    assert abs(back - when) < 1e-3 or when - back in (1800.0, 3600.0) or 1799 < when - back < 3601
    shown = CALENDAR.local(back, zone)
    assert shown.day == local.day
    assert abs(shown.seconds - local.seconds) < 1e-3
