"""Who waits for a phone is told what came of it, and nothing of anybody else's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.owntracks.attempts import LASTS, Attempt, Attempts

JANE, TABLET, KIM = "friend/jane/phone", "friend/jane/tablet", "friend/kim/phone"
HOME, AWAY, OTHER = "192.0.2.7", "198.51.100.9", "203.0.113.1"


def attempts(*users: str, most: int = 10) -> Attempts:
    return Attempts(lambda user: user in users, most)


def trouble(attempt: Attempt) -> tuple[str, str, str, int]:
    return attempt.trouble, attempt.detail, attempt.address, attempt.tries


def test_a_wrong_password_under_the_name_of_the_phone_is_told_with_its_address():
    found = attempts()
    jane, kim = found.begin(JANE, HOME, 0.0), found.begin(KIM, OTHER, 0.0)
    found.wrong_login("Jane", "phone", AWAY, 5.0)
    found.wrong_login("jane", "phone", AWAY, 6.0)
    assert trouble(jane) == ("wrong_password", "jane", AWAY, 1)  # said otherwise the first time
    assert jane.at == 6.0
    assert trouble(kim) == ("none", "", "", 0)


def test_of_two_phones_of_one_user_the_one_of_that_device_is_told():
    found = attempts()
    phone, tablet = found.begin(JANE, HOME, 0.0), found.begin(TABLET, HOME, 0.0)
    found.wrong_login("jane", "tablet", AWAY, 1.0)
    assert (phone.trouble, tablet.trouble) == ("none", "wrong_password")
    found.wrong_login("jane", "", AWAY, 2.0)
    assert phone.trouble == "wrong_password"


def test_a_nameless_post_concerns_who_waits_at_the_same_address_only():
    found = attempts()
    jane, kim = found.begin(JANE, HOME, 0.0), found.begin(KIM, OTHER, 0.0)
    found.wrong_login("", "", HOME, 1.0)
    assert (jane.trouble, kim.trouble) == ("wrong_password", "none")


def test_a_phone_of_somebody_known_is_none_of_theirs_wherever_it_comes_from():
    found = attempts("bob")
    jane = found.begin(JANE, HOME, 0.0)
    found.wrong_login("bob", "phone", HOME, 1.0)
    assert jane.trouble == "none"
    found.wrong_login("jnae", "phone", HOME, 2.0)  # a slip of the finger
    assert trouble(jane) == ("wrong_password", "jnae", HOME, 1)


def test_a_post_that_is_let_in_forgives_what_went_wrong():
    found = attempts()
    jane = found.begin(JANE, HOME, 0.0)
    found.refused({JANE, KIM}, "other_device", "jane/ipad", HOME, 1.0)
    assert trouble(jane) == ("other_device", "jane/ipad", HOME, 1)
    found.took(JANE, 2.0)
    assert trouble(jane) == ("none", "", "", 0)
    assert jane.reached == 2.0


def test_to_ask_goes_on_with_an_attempt_and_to_begin_forgets_the_one_before():
    found = attempts()
    found.begin(JANE, HOME, 10.0)
    found.took(JANE, 11.0)
    again = found.watch(JANE, AWAY, 99.0, 20.0)
    assert (again.since, again.reached, again.near) == (10.0, 11.0, AWAY)
    assert found.begin(JANE, HOME, 30.0).reached is None
    found.end(JANE)
    assert found.watch(JANE, HOME, 5.0, 40.0).since == 5.0


def test_what_nobody_asks_about_is_let_go_of():
    found = attempts()
    found.begin(JANE, HOME, 0.0)
    found.begin(KIM, HOME, LASTS + 1)
    assert len(found) == 1


def test_what_a_phone_said_is_cut_and_cannot_hide_anything():
    found = attempts()
    jane = found.begin(JANE, HOME, 0.0)
    found.refused({JANE}, "other_device", "jane/\u202e" + "x" * 500, HOME, 1.0)
    assert "\u202e" not in jane.detail
    assert len(jane.detail) <= 80


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 1e5)), max_size=40))
def test_there_are_never_more_than_the_most(asked):
    found = attempts(most=3)
    for name, now in asked:
        found.watch(f"friend/{name}/phone", HOME, now, now)
        assert 1 <= len(found) <= 3
