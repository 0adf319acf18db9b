"""A firing as title and body in the languages of the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.rules.model import Condition
from sightline.rules.fields import TAKES
from sightline.rules.firing import Firing
from sightline.rules.ports import LocalTime
from sightline.rules.sentences import LANGUAGES
from sightline.rules.wording import texts

AT = LocalTime(20_000, 14 * 3600 + 2 * 60 + 59.9)


def firing(condition: Condition, **fields: object) -> Firing:
    return Firing(
        id="x", rule="rule/jane/a", thing="friend/jane/phone", condition=condition,
        at=0.0, found=0.0, **fields,  # type: ignore[arg-type]
    )  # fmt: skip


ARRIVED = firing(Condition(type="arrives", region="ab"), place="School")


def test_an_arrival_in_all_languages():
    assert texts(ARRIVED, "Jane", rule="School days", at=AT) == {
        "en": ("Jane arrived at School", "It happened at 14:02. Rule: School days."),
        "de": ("Jane ist bei „School“ angekommen", "Das war um 14:02 Uhr. Regel: School days."),
        "fr": (
            "Jane vient d’arriver à «\u00a0School\u00a0»",
            "C’était à 14:02. Règle\u00a0: School days.",
        ),
        "es": ("Jane ha llegado a «School»", "Hora: 14:02. Regla: School days."),
        "nl": ("Jane is aangekomen bij School", "Dat was om 14:02. Regel: School days."),
    }


def test_what_is_late_or_over_says_so():
    late = texts(ARRIVED, "Jane", at=AT, found=LocalTime(20_000, 15.2 * 3600))
    assert late["en"][1] == "It happened at 14:02. This became known only at 15:12."
    over = texts(firing(Condition(type="fallen")), "ProBot1", at=AT, over=True)
    assert over["de"] == ("Vorbei: ProBot1 ist umgefallen", "Das war um 14:02 Uhr.")


@pytest.mark.parametrize(
    ("value", "en", "fr"),
    [
        (18.44, "18.4", "18,4"),
        (7, "7", "7"),
        (1234.6, "1,235", "1\u202f235"),
        (-0.52, "-0.52", "-0,52"),
    ],
)
def test_numbers_are_written_as_each_language_does(value, en, fr):
    said = texts(firing(Condition(type="number", topic="t"), value=value), "main", at=AT)
    assert said["en"][0] == f"t is at {en}"
    assert said["fr"][0].endswith(f" {fr}")


def test_durations_have_two_units():
    silent = Condition(type="silent")
    for seconds, said in (
        (29, "29 s"),
        (11_400, "3 h 10 min"),
        (90_000, "1 day 1 h"),
        (3600, "1 h"),
    ):
        title = texts(firing(silent, value=float(seconds)), "Jane", at=AT)["en"][0]
        assert title == f"Nothing was heard from Jane for {said}"
    usual = texts(firing(silent, value=7200.0, limit=2400.0), "Jane", at=AT)["en"][1]
    assert usual.startswith("Up to 40 min is usual.")


def test_french_has_no_de_before_a_vowel():
    battery = firing(Condition(type="battery", below=20), value=18)
    assert texts(battery, "Anne", at=AT)["fr"][0] == "La batterie d’Anne est à 18\u00a0%"
    assert texts(battery, "Jane", at=AT)["fr"][0] == "La batterie de Jane est à 18\u00a0%"


@given(
    type=st.sampled_from(sorted(TAKES)),
    changed=st.booleans(),
    who=st.text(max_size=200),
    place=st.none() | st.text(max_size=200),
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    limit=st.none() | st.floats(0, 1e9),
    by=st.none() | st.text(max_size=8),
)
def test_whatever_is_in_a_firing_it_can_be_said(type, changed, who, place, value, limit, by):
    condition = Condition(type=type, changed=changed, by=by)
    said = texts(firing(condition, place=place, value=value, limit=limit), who, at=AT)
    assert said.keys() == LANGUAGES.keys()
    for title, body in said.values():
        assert title
        assert len(title) < 700
        assert "\u202e" not in title + body
