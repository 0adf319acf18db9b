"""A rule as one line of text, and back."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from sightline.kinds.rules.model import Condition, Hours, Recipient, Rule
from sightline.rules.fields import TAKES
from sightline.rules.text import BadText, read, write

LINE = (
    "when friend/jane/phone arrives at region/ab12cd34 tell jane on Mon-Fri 08:00-16:00, "
    "urgent, at most once in 10 min"
)


def test_a_rule_reads_as_it_is_said():
    assert read(LINE) == Rule(
        about=("friend/jane/phone",),
        condition=Condition(type="arrives", region="ab12cd34"),
        hours=Hours(days=(0, 1, 2, 3, 4), begin="08:00", end="16:00"),
        tell=(Recipient(account="jane"),),
        urgent=True,
        every=600.0,
        version=0,
        by="",
        at=0.0,
    )
    assert write(read(LINE)) == LINE


@pytest.mark.parametrize(
    "line",
    [
        "when friend/jane or friend/bob is silent longer than usual tell jane and bob after 15 min",
        "when friend is silent for 2 h tell ann, again every 5 min until acknowledged",
        "when friend/jane leaves region/jane/x tell ann on Mon+Wed+Fri-Sun until 09:00",
        "when friend/jane is not at region/school by 08:30 tell ann on not on holidays of DE-BY",
        "when friend/jane stays at region/a longer than 9 min tell ann on from 20:00, switched off",
        "when friend/jane is within 200 m of friend/bob/phone margin 50 tell jane",
        "when friend/jane has battery below 20 % tell jane",
        "when friend/jane has battery below 50 % empty before 22:00 margin 3 tell jane",
        "when friend/jane is faster than 130.5 km/h for 1 min margin 5 tell ann",
        "when probot/ProBot1 falls tell olga",
        "when probot raises an alarm tell olga, urgent",
        "when broker/main has latency above 250 ms for 30 s tell olga",
        "when broker/main is disconnected for 30 s tell olga",
        "when broker/main flaps 5 times in 10 min tell olga",
        'when broker/main has number at "cellar, left/t" field a.b above -1.5 tell olga on in UTC',
        "when broker has number at +/t changed tell olga on only on holidays of FR in Europe/Paris",
        'when friend/jane leaves region/a tell "on", called "She \\"left\\", finally"',
    ],
)
def test_lines_are_written_as_they_are_read(line):
    assert write(read(line)) == line


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("", 1, "“when”"),
        ("when", 5, "what it is about"),
        ("when friend/jane arrives at School tell x", 29, "a region, as region/ab12cd34"),
        ("when friend/jane sings tell x", 18, "what happens"),
        ("when friend/jane leaves region/a", 33, "“tell”"),
        ("when friend/jane leaves region/a tell ", 38, "the name of an account"),
        ("when friend/jane leaves region/a tell x on Mon-Fry", 44, "days as Mon-Fri"),
        ("when friend/jane leaves region/a tell x on", 43, "days as Mon-Fri"),
        ("when friend/jane leaves region/a tell x urgent", 41, "a comma, or the end of the line"),
        ("when friend/jane leaves region/a tell x, urgent, urgent", 50, "once only"),
        ("when friend/jane leaves region/a tell x, loud", 42, "“urgent”"),
        ("when friend/jane stays at region/a longer than 10 weeks tell x", 51, "s, min, h or d"),
        ("when friend/jane stays at region/a longer than x tell x", 48, "a duration as 10 min"),
        ("when friend/jane is faster than 1e999 km/h tell x", 33, "a speed in km/h"),
        ("when friend/jane has battery tell x", 30, "“below” or “empty before”"),
        ('when "friend', 6, "the end of the quoted text"),
        ('when "fri\\qend" falls tell x', 6, "a quoted text as in JSON"),
        ("when or falls tell x", 6, "what it is about"),
        ("when friend/jane has battery below 20 tell x", 39, "“%”"),
    ],
)
def test_an_error_names_the_column_and_what_is_expected(line, column, expected):
    with pytest.raises(BadText) as error:
        read(line)
    assert error.value.column == column
    assert expected in error.value.expected
    assert str(column) in str(error.value)


# What may stand in a field of each name; names may hold anything.
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
_NUMBER = st.floats(0, 1e9) | st.integers(-1000, 1000).map(float)
_VALUES = {
    "region": _TEXT,
    "other": _TEXT,
    "by": _TEXT,
    "seconds": st.floats(0, 1e7),
    "metres": _NUMBER,
    "above": _NUMBER,
    "below": _NUMBER,
    "changed": st.just(True),
    "times": st.integers(1, 1000),
    "topic": _TEXT,
    "field": _TEXT,
    "margin": _NUMBER,
}


@st.composite
def conditions(draw):
    type = draw(st.sampled_from(sorted(TAKES)))
    takes = TAKES[type]
    optional = draw(st.sets(st.sampled_from(takes.may))) if takes.may else set()
    some = draw(st.sets(st.sampled_from(takes.one_of), min_size=1)) if takes.one_of else set()
    fields = {name: draw(_VALUES[name]) for name in (*takes.needs, *sorted({*optional, *some}))}
    return Condition(type=type, **fields)


@st.composite
def all_hours(draw):
    days = draw(st.none() | st.sets(st.integers(0, 6)).map(lambda some: tuple(sorted(some))))
    maybe = st.none() | _TEXT
    times = draw(st.sampled_from([(None, None), ("08:00", "16:30"), ("23:00", None), (None, "x")]))
    holidays = draw(st.sampled_from(["also", "not", "only"]))
    return Hours(
        days=days, begin=times[0], end=times[1], holidays=holidays,
        country=draw(maybe), zone=draw(maybe),
    )  # fmt: skip


rules = st.builds(
    Rule,
    name=st.just("") | _TEXT,
    about=st.lists(_TEXT, min_size=1, max_size=3).map(tuple),
    condition=conditions(),
    hours=all_hours(),
    tell=st.lists(
        st.builds(Recipient, account=_TEXT, after=st.floats(0, 1e6)), min_size=1, max_size=3
    ).map(tuple),
    urgent=st.booleans(),
    every=st.floats(0, 1e6),
    again=st.none() | st.floats(1, 1e6),
    enabled=st.booleans(),
    version=st.just(0),
    by=st.just(""),
    at=st.just(0.0),
)


@given(rule=rules)
def test_whatever_is_written_is_read_back(rule):
    line = write(rule)
    found = read(line)
    assert close(found, rule), line
    assert write(found) == line


def close(found: Rule, rule: Rule) -> bool:
    """Tell whether both are the same; durations in minutes and hours lose a last bit."""

    def near(one: object, other: object) -> bool:
        if isinstance(one, msgspec.Struct) and isinstance(other, msgspec.Struct):
            return near(astuple(one), astuple(other))
        if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
            return len(one) == len(other) and all(map(near, one, other))
        if isinstance(one, float) and isinstance(other, (int, float)):
            return one == pytest.approx(other)
        return one == other

    return near(found, rule)


@given(line=st.text(max_size=200) | st.lists(st.sampled_from(LINE.split())).map(" ".join))
def test_whatever_comes_is_a_rule_or_says_where_it_is_none(line):
    try:
        rule = read(line)
    except BadText as why:
        error: BadText | None = why
    else:
        error = None
        write(rule)
    assert error is None or (1 <= error.column <= len(line) + 1 and error.expected)
