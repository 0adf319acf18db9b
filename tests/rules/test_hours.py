"""When a rule is looked at: days, times over midnight, the change of clocks, holidays."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rules.scene import CALENDAR
from sightline.kinds.rules.model import Hours
from sightline.rules.hours import DAY, Opening, clock, weekday
from sightline.rules.timers import NEVER

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def opening(zone: str = BERLIN, **hours: object) -> Opening:
    return Opening(Hours(**hours), zone, CALENDAR)  # type: ignore[arg-type]


def test_times_of_day_are_read_strictly():
    assert (clock("08:30"), clock("00:00"), clock("23:59")) == (30_600, 0, 86_340)
    for text in ("8:30", "24:00", "08:60", "08:30 ", "08.30", "", "٠٨:٣٠"):
        assert clock(text) is None


def test_a_rule_without_hours_is_always_looked_at():
    assert opening().holds(at("2026-11-30T03:00"))
    assert opening().next(5.0) == 5.0


def test_days_and_times():
    school = opening(days=(0, 1, 2, 3, 4), begin="08:00", end="16:00")
    assert not school.holds(at("2026-11-30T07:59:59"))  # Monday
    assert school.holds(at("2026-11-30T08:00"))
    assert school.holds(at("2026-11-30T15:59:59"))
    assert not school.holds(at("2026-11-30T16:00"))
    assert not school.holds(at("2026-11-28T09:00"))  # Saturday
    assert school.next(at("2026-11-27T16:00")) == at("2026-11-30T08:00")
    assert school.next(at("2026-11-27T15:00")) == at("2026-11-27T15:00")


def test_what_begins_on_a_day_lasts_over_midnight():
    night = opening(days=(4,), begin="22:00", end="06:00")
    assert night.holds(at("2026-11-27T22:00"))  # Friday
    assert night.holds(at("2026-11-28T05:59"))
    assert not night.holds(at("2026-11-28T06:00"))
    assert not night.holds(at("2026-11-27T05:00"))
    assert not night.holds(at("2026-11-28T22:00"))


def test_only_a_begin_or_only_an_end():
    assert opening(begin="20:00").holds(at("2026-11-30T23:59"))
    assert not opening(begin="20:00").holds(at("2026-11-30T00:00"))
    assert opening(end="08:00").holds(at("2026-11-30T00:00"))
    assert not opening(end="08:00").holds(at("2026-11-30T08:00"))


def test_clocks_that_are_changed():
    # In 2026 Berlin leaves out 02:00 to 03:00 on 29 March, and has it twice on 25 October.
    night = opening(begin="01:30", end="02:30")
    assert night.holds(at("2026-03-29T01:45"))
    assert not night.holds(at("2026-03-29T03:00"))
    assert night.next(at("2026-03-29T00:00")) == at("2026-03-29T01:30")
    skipped = opening(begin="02:15", end="02:45")
    assert skipped.next(at("2026-03-29T00:00")) == at("2026-03-30T02:15")
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC).timestamp()  # 02:15, the first time
    assert skipped.next(at("2026-10-25T00:00")) == first
    day = opening(days=(6,))
    assert day.holds(at("2026-10-25T00:00"))
    assert day.holds(at("2026-10-25T23:59"))
    assert not day.holds(at("2026-10-26T00:00"))
    # A day of 25 h has its hours where clocks show them.
    assert opening(begin="08:00", end="09:00").next(at("2026-10-25T04:00")) == at(
        "2026-10-25T08:00"
    )


def test_the_next_time_that_clocks_show_something():
    weekdays = opening(days=(0, 1, 2, 3, 4))
    day, when = weekdays.next_clock(clock("08:30") or 0, at("2026-11-27T08:30"))
    assert when == at("2026-11-30T08:30")
    assert weekday(day) == 0
    # What clocks leave out is due when they jump.
    _, when = opening().next_clock(clock("02:30") or 0, at("2026-03-28T12:00"))
    assert when == at("2026-03-29T03:00")


def test_holidays():
    off = opening(days=(0, 1, 2, 3, 4), holidays="not", country="DE-BY")
    assert off.takes(weekday_of("2026-01-07"))
    assert not off.takes(weekday_of("2026-01-06"))  # Epiphany, in Bavaria
    assert opening(holidays="not", country="DE").takes(weekday_of("2026-01-06"))
    only = opening(holidays="only", country="FR")
    assert only.holds(at("2026-07-14T12:00", "Europe/Paris"))
    assert not only.holds(at("2026-07-15T12:00", "Europe/Paris"))


def weekday_of(text: str) -> int:
    return CALENDAR.local(at(text + "T12:00"), BERLIN).day


def test_what_never_comes_is_said_so():
    assert opening(days=()).next(0.0) == NEVER
    assert opening(days=()).next_clock(0, 0.0)[1] == NEVER


@given(
    when=st.floats(1.7e9, 1.9e9),
    days=st.none() | st.sets(st.integers(0, 6)).map(tuple),
    begin=st.none() | st.integers(0, 1439),
    end=st.none() | st.integers(0, 1439),
)
def test_the_next_opening_is_open_and_nothing_before_it_is(when, days, begin, end):
    def text(minutes: int | None) -> str | None:
        return None if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"

    rule = opening(days=days, begin=text(begin), end=text(end))
    found = rule.next(when)
    if found == NEVER:
        assert days == ()
        return
    assert found >= when
    assert rule.holds(found)
    for part in range(1, 20):
        earlier = when + (found - when) * part / 20
        if earlier < found:
            assert not opening(days=days, begin=text(begin), end=text(end)).holds(earlier)
    assert found - when <= 8 * DAY
