from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.auth.session import (
    Lifetime,
    Throttle,
    began_at,
    digest,
    matches,
    new_secret,
    new_token,
    read_token,
)

HOUR, DAY = 3600.0, 86400.0


def test_a_session_ends_when_it_is_not_used_and_in_any_case_one_day():
    lifetime = Lifetime(idle=12 * HOUR, absolute=30 * DAY)
    assert not lifetime.ended(began=0, seen=0, now=12 * HOUR - 1)
    assert lifetime.ended(began=0, seen=0, now=12 * HOUR)
    assert not lifetime.ended(began=0, seen=29.9 * DAY, now=30 * DAY - 1)
    assert lifetime.ended(began=0, seen=30 * DAY, now=30 * DAY)


def test_what_was_written_down_goes_on_by_the_other_clock():
    assert began_at(epoch=1000, wall=1600, now=50) == -550


def test_a_wall_clock_stepped_back_makes_nothing_older_than_now():
    assert began_at(epoch=1600, wall=1000, now=50) == 50


def test_the_first_guesses_are_free_then_each_doubles_the_wait():
    throttle, waits, now = Throttle(free=3, first=1, most=60), [], 0.0
    for _ in range(12):
        wait = throttle.wait("jane", now)
        waits.append(wait)
        now += wait
        throttle.guess("jane", now)
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_guess_counts_when_it_is_made_not_when_it_is_known_to_be_wrong():
    throttle = Throttle(free=2)
    throttle.guess("jane", 0)
    throttle.guess("jane", 0)
    assert throttle.wait("jane", 0) == 1


def test_guessing_right_ends_the_waiting_and_others_never_waited():
    throttle = Throttle(free=1)
    for _ in range(5):
        throttle.guess("jane", 0)
    assert throttle.wait("jane", 0) == 16
    assert throttle.wait("bob", 0) == 0
    throttle.right("jane")
    assert throttle.wait("jane", 0) == 0


def test_an_hour_of_quiet_is_forgiven_and_old_keys_make_room():
    throttle = Throttle(free=1, keys=2)
    for key in ("a", "a", "b", "c"):
        throttle.guess(key, 0)
    assert throttle.wait("a", 0) == 0  # pushed out
    throttle.guess("c", 0)
    assert throttle.wait("c", 0) > 0
    assert throttle.wait("c", 3600) == 0
    throttle.guess("c", 3600)
    assert throttle.wait("c", 3600) == 1


def test_a_token_is_read_back_and_only_its_hash_is_kept():
    number, secret, text = new_token()
    assert read_token(text) == (number, secret)
    kept = digest(secret)
    assert secret not in kept
    assert matches(secret, kept)
    assert not matches(secret + "x", kept)


def test_secrets_are_long_and_never_the_same():
    found = {new_secret() for _ in range(100)}
    assert len(found) == 100
    assert min(map(len, found)) == 43


@given(st.text())
def test_no_text_is_a_token_by_accident(text: str):
    assert read_token(text) is None
    matches(text, digest("x"))
