"""What is wrong with a rule, and where."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rules.scene import BOB, BROKER, CALENDAR, HOME, JANE, NOW, ROBOT, rule
from sightline.kinds.rules.model import Condition, Hours, Recipient, Rule
from sightline.rules.check import SAY, RuleFault, check
from sightline.rules.fields import FIELDS, RANGES, TAKES

ARRIVES = Condition(type="arrives", region=HOME)
OWN = "friend/bob/phone/ef56"


class Known:
    def region(self, id: str) -> bool:
        return id in (HOME, OWN)

    def thing(self, word: str) -> bool:
        known = (JANE, BOB, ROBOT, BROKER)
        return any(key == word or key.startswith(f"{word}/") for key in known)

    def account(self, name: str) -> bool:
        return name in ("jane", "bob")


def troubles(each: Rule) -> list[RuleFault]:
    return check(each, Known(), CALENDAR, "Europe/Berlin", NOW)


def codes(each: Rule) -> list[tuple[str, str]]:
    return [(trouble.code, trouble.field) for trouble in troubles(each)]


RIGHT = {
    "arrives": ARRIVES,
    "leaves": Condition(type="leaves", region=HOME),
    "absent": Condition(type="absent", region=HOME, by="08:30"),
    "stays": Condition(type="stays", region=HOME, seconds=3600),
    "near": Condition(type="near", other=BOB, metres=100),
    "battery": Condition(type="battery", below=20),
    "silent": Condition(type="silent"),
    "speed": Condition(type="speed", above=130),
    "fallen": Condition(type="fallen"),
    "latency": Condition(type="latency", above=200),
    "alarm": Condition(type="alarm"),
    "disconnected": Condition(type="disconnected", seconds=30),
    "flapping": Condition(type="flapping", times=5, seconds=600),
    "number": Condition(type="number", topic="a/b", above=3),
}
OF = {
    "fallen": ROBOT, "latency": ROBOT, "alarm": ROBOT,
    "disconnected": BROKER, "flapping": BROKER, "number": BROKER,
}  # fmt: skip


@pytest.mark.parametrize("type", sorted(RIGHT))
def test_a_right_rule_has_no_trouble_and_a_wrong_kind_has(type):
    about = OF.get(type, JANE)
    assert troubles(rule(RIGHT[type], about)) == []
    other = BROKER if about in (JANE, ROBOT) and type != "latency" else JANE
    assert codes(rule(RIGHT[type], other)) == [("wrong_kind", "about.0")]


@pytest.mark.parametrize("type", sorted(RIGHT))
def test_what_a_condition_needs_is_asked_for_and_nothing_else_is_taken(type):
    for name in TAKES[type].needs:
        found = codes(rule(replace(RIGHT[type], **{name: None}), OF.get(type, JANE)))
        assert ("missing", f"condition.{name}") in found
    if TAKES[type].one_of:
        assert codes(rule(Condition(type=type, topic=RIGHT[type].topic), OF.get(type, JANE))) == [
            ("missing", "condition")
        ]
    values = {
        "by": "08:30",
        "region": HOME,
        "other": BOB,
        "topic": "t",
        "field": "f",
        "changed": True,
    }
    for name in {*FIELDS} - TAKES[type].all:
        wrong = replace(RIGHT[type], **{name: True if name == "changed" else values.get(name, 7)})
        assert ("not_taken", f"condition.{name}") in codes(rule(wrong, OF.get(type, JANE)))


@pytest.mark.parametrize(("type", "name"), sorted(RANGES))
def test_what_is_out_of_range_is_said_with_the_range(type, name):
    limits = RANGES[type, name]
    for value in (limits.least - 1, limits.most * 2 + 1, float("nan"), float("inf")):
        found = troubles(rule(replace(RIGHT[type], **{name: value}), OF.get(type, JANE)))
        fitting = [each for each in found if each[::2] == ("range", f"condition.{name}")]
        assert fitting, value
        assert f"{limits.most:g}" in fitting[0].words or value != value or value == float("inf")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"condition": replace(ARRIVES, region="gone")}, "gone_region", "condition.region"),
        ({"about": ("friend/ann",)}, "gone_thing", "about.0"),
        ({"about": ("friend/jane/phone/x",)}, "gone_thing", "about.0"),
        ({"about": ("",)}, "gone_thing", "about.0"),
        ({"about": ()}, "missing", "about"),
        ({"about": (JANE,) * 51}, "too_many", "about"),
        ({"tell": ()}, "missing", "tell"),
        ({"tell": (Recipient(account="ann"),)}, "gone_account", "tell.0.account"),
        ({"tell": (Recipient(account="bob"),) * 2}, "twice", "tell.1.account"),
        ({"tell": (Recipient(account="bob", after=-1),)}, "range", "tell.0.after"),
        ({"every": float("nan")}, "range", "every"),
        ({"again": 1.0}, "range", "again"),
        ({"name": "x" * 101}, "range", "name"),
        ({"hours": Hours(days=())}, "never", "hours.days"),
        ({"hours": Hours(begin="8:00")}, "bad_time", "hours.begin"),
        ({"hours": Hours(begin="08:00", end="08:00")}, "contradiction", "hours.end"),
        ({"hours": Hours(holidays="not")}, "missing", "hours.country"),
        ({"hours": Hours(holidays="not", country="XX")}, "bad_country", "hours.country"),
        ({"hours": Hours(zone="Mars/Olympus")}, "bad_zone", "hours.zone"),
        (
            {"condition": Condition(type="near", other="friend/gone/x", metres=50)},
            "gone_thing", "condition.other",
        ),
        (
            {"condition": Condition(type="near", other=JANE, metres=50)},
            "contradiction", "condition.other",
        ),
        (
            {"condition": Condition(type="absent", region=HOME, by="25:00")},
            "bad_time", "condition.by",
        ),
        (
            {
                "condition": Condition(type="absent", region=HOME, by="08:30"),
                "hours": Hours(begin="09:00", end="12:00"),
            },
            "never", "condition.by",
        ),
        ({"condition": Condition(type="arrives", region=OWN)}, "never", "condition.region"),
        (
            {"condition": Condition(type="speed", above=50, margin=50)},
            "contradiction", "condition.margin",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(changes, code, field):
    found = troubles(replace(rule(ARRIVES), **changes))
    assert [(each.code, each.field) for each in found] == [(code, field)]
    assert found[0].words.endswith((".", "?"))
    assert found[0].words[0].isupper() or found[0].words[0] in "“0123456789W"


@pytest.mark.parametrize(
    ("condition", "code", "field"),
    [
        (Condition(type="number", topic="t", above=5, below=5), "contradiction", "condition.above"),
        (
            Condition(type="number", topic="t", above=5, changed=True),
            "contradiction", "condition.changed",
        ),
        (Condition(type="number", topic="a/#/b", above=0), "bad_topic", "condition.topic"),
        (Condition(type="number", topic="t", below=5, field="a."), "bad_field", "condition.field"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_number_is_named(condition, code, field):
    assert codes(rule(condition, BROKER)) == [(code, field)]


def test_a_phones_own_region_is_for_that_phone():
    assert troubles(rule(Condition(type="arrives", region=OWN), BOB)) == []
    assert troubles(rule(Condition(type="arrives", region=OWN), "friend/bob")) == []


def test_every_field_has_a_name_for_people():
    assert SAY.keys() == {*FIELDS}
    assert TAKES.keys() == RIGHT.keys()
