"""Where passkeys work, and challenges that are known again without being remembered."""

from __future__ import annotations

import pytest

from sightline.auth.passkeys import (
    LASTS,
    Ceremonies,
    NoPasskeys,
    RelyingParty,
    counter_went_back,
    is_open,
    relying_party,
)

NOW = 1_795_235_000.0


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("https://map.example.org", "map.example.org"),
        ("https://Map.Example.org:8443", "map.example.org"),
        ("http://localhost:8080", "localhost"),
        ("https://localhost", "localhost"),
        ("http://sight.localhost:8080", "sight.localhost"),
    ],
)
def test_they_belong_to_the_name_in_the_pages_address(origin, name):
    assert relying_party(origin) == RelyingParty(name, origin)


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ("http://map.example.org", "https://"),
        ("http://raspberrypi.local:8080", "https://"),
        ("http://localhost.example.org", "https://"),
        ("http://192.168.1.5:8080", "192.168.1.5"),
        ("https://192.168.1.5", "Open it by its name"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("https://[fe80::1]:8443", "fe80::1"),
        ("null", "https://"),
        ("", "https://"),
    ],
)
def test_where_they_cannot_work_it_is_said_why(origin, why):
    with pytest.raises(NoPasskeys, match=why):
        relying_party(origin)


def test_another_server_with_the_key_knows_a_challenge_again():
    one, other = Ceremonies(b"k" * 32), Ceremonies(b"k" * 32)
    state = one.begin(NOW)
    about = ("sign in", "", "map.example.org", "a browser")
    assert one.challenge(state, *about) == other.challenge(state, *about)
    assert len(one.challenge(state, *about)) == 32


def test_a_challenge_is_of_one_ceremony_purpose_account_place_browser_and_key():
    ceremonies = Ceremonies(b"k" * 32)
    state, about = ceremonies.begin(NOW), ["add", "jane", "map.example.org", "a browser"]
    found = {
        ceremonies.challenge(state, *about),
        ceremonies.challenge(ceremonies.begin(NOW), *about),
    }
    for at in range(len(about)):
        found.add(ceremonies.challenge(state, *about[:at], "other", *about[at + 1 :]))
    found.add(Ceremonies(b"x" * 32).challenge(state, *about))
    assert len(found) == 7
    # Words that flow into one another are not the same.
    assert ceremonies.challenge(state, "a", "b") != ceremonies.challenge(state, "ab")


def test_a_ceremony_ends_and_does_not_begin_in_the_future():
    state = Ceremonies(b"k" * 32).begin(NOW)
    assert is_open(state, NOW)
    assert is_open(state, NOW + LASTS - 1)
    assert not is_open(state, NOW + LASTS)
    assert is_open(state, NOW - 30)  # another server's clock is a little ahead
    assert not is_open(state, NOW - 61)


@pytest.mark.parametrize(
    "state", ["", ".", "1795235000", "1795235000.", "x.abcdefghijklmnop", "-1.abcdefghijklmnop"]
)
def test_what_is_no_ceremony_is_not_open(state):
    assert not is_open(state, NOW)


@pytest.mark.parametrize(
    ("known", "told", "back"),
    [(0, 0, False), (0, 1, False), (4, 5, False), (4, 4, True), (4, 3, True), (4, 0, True)],
)
def test_a_counter_that_does_not_go_on_is_noticed(known, told, back):
    assert counter_went_back(known, told) is back


def test_the_handle_of_an_account_tells_nothing_of_it():
    ceremonies = Ceremonies(b"k" * 32)
    handle = ceremonies.user_handle("jane")
    assert handle == ceremonies.user_handle("jane") != ceremonies.user_handle("bob")
    assert b"jane" not in handle
