"""Many rules as one text: read back as they are, wrong lines named, and what would change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.test_text import close, rules
from sightline.kinds.rules.model import Hours
from sightline.rules.text import read
from sightline.rules.text_list import MOST_RULES, changes_of, read_all, read_one, write_all

ARRIVES = "when friend/jane arrives at region/school tell jane"
LEAVES = "when friend/jane leaves region/school tell jane"


@given(found=st.dictionaries(st.from_regex(r"[a-z0-9]{8}", fullmatch=True), rules, max_size=5))
def test_all_that_is_written_is_read_back_and_changes_nothing(found):
    read_back, faults = read_all(write_all(found))
    assert faults == []
    assert [each.id for each in read_back] == list(found)
    assert all(close(each.rule, found[each.id or ""]) for each in read_back)
    again = {each.id or "": each.rule for each in read_back}
    assert {each.change for each in changes_of(again, read_back)} <= {"same"}


@given(rule=rules, cuts=st.sets(st.integers(0, 30), max_size=3))
def test_one_rule_may_stand_on_several_lines(rule, cuts):
    text = write_all({"a": rule}).split("\n")[1].removeprefix("a: ")
    parts = text.split(" ")
    if '"' in text:  # a blank within quotes is a part of a name
        cuts = set()
    joined = (
        "".join(part + ("\n  " if n in cuts else " ") for n, part in enumerate(parts[:-1]))
        + parts[-1]
    )
    found, faults = read_one(joined)
    assert faults == []
    assert found is not None
    assert close(found, rule)
    assert [close(each.rule, rule) for each in read_all(f"a: {joined}")[0]] == [True]


def test_remarks_and_empty_lines_are_passed_over_and_lines_go_on():
    text = f"# ours\n\nab12: {ARRIVES}\n\t, urgent\n# and\n{LEAVES}\n"
    found, faults = read_all(text)
    assert faults == []
    assert [(each.line, each.id, each.rule.urgent) for each in found] == [
        (3, "ab12", True),
        (6, None, False),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        (f"{ARRIVES}\nwhen friend/jane sings tell x", 2, 18, "what happens"),
        (f"# x\nab: {ARRIVES}\nab: when friend falls", 3, 22, "“tell”"),
        ("when friend/jane\n  arrives at\n  School tell x", 3, 3, "a region, as region/ab12cd34"),
        ("when friend/jane\n\twhen", 2, 2, "what happens"),
        ("nonsense", 1, 1, "“when”"),
    ],
)
def test_an_error_names_its_line_and_its_place(text, line, column, expected):
    _, (fault,) = read_all(text)
    assert (fault.line, fault.column) == (line, column)
    assert fault.expected.startswith(expected)
    assert text[: fault.at].count("\n") == line - 1
    assert fault.at - (text[: fault.at].rfind("\n") + 1) == column - 1


def test_one_wrong_rule_hides_none_of_the_others():
    found, faults = read_all(f"when\n{ARRIVES}\nwhen friend\n{LEAVES}")
    assert [each.line for each in found] == [2, 4]
    assert [each.line for each in faults] == [1, 3]


def test_too_many_are_said_so():
    found, (fault,) = read_all(f"{ARRIVES}\n" * (MOST_RULES + 1))
    assert (len(found), fault.line) == (MOST_RULES, MOST_RULES + 1)


def test_rules_are_known_again_by_id_then_words_then_name():
    named = replace(read(ARRIVES), name="School")
    own = {"a": read(ARRIVES), "b": read(LEAVES), "c": replace(named, urgent=True)}
    text = "\n".join(
        (
            f"a: {LEAVES}, urgent",  # another rule by its id
            LEAVES,  # as it is
            f'{ARRIVES} after 5 min, called "School"',  # another rule by its name
            f"zz: {ARRIVES}, called new",
            f"a: {ARRIVES}",  # a second time: a new one
        )
    )
    found = changes_of(own, read_all(text)[0])
    assert [(each.line, each.change, each.id) for each in found] == [
        (1, "changed", "a"),
        (2, "same", "b"),
        (3, "changed", "c"),
        (4, "new", None),
        (5, "new", None),
    ]


def test_the_order_of_days_is_no_change():
    own = {"a": replace(read(ARRIVES), hours=Hours(days=(4, 0)), version=7, by="x", at=5.0)}
    found = changes_of(own, read_all(f"a: {ARRIVES} on Mon+Fri")[0])
    assert [(each.change, each.version) for each in found] == [("same", 7)]


@given(text=st.text(max_size=200))
def test_whatever_comes_every_rule_is_read_or_said_to_be_none(text):
    found, faults = read_all(text)
    lines = text.split("\n")
    for each in (*found, *faults):
        assert 1 <= each.line <= len(lines)
    for fault in faults:
        assert 0 <= fault.at <= len(text)
        assert fault.expected
