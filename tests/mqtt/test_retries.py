"""When to try again: a broker that restarts is told from another client with our id."""

from __future__ import annotations

import pytest

from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.retries import CONTESTED_SECONDS, Ending, Retries


class Puppet:
    """A witness that says what the test wants."""

    def __init__(self, stood: bool | None, taken: bool | None) -> None:
        self._stood = stood
        self._taken = taken

    def stood(self, since: float) -> bool | None:
        return self._stood

    def taken(self, since: float) -> bool | None:
        return self._taken

    def came(self, port: int) -> None: ...


def waits(
    second_connection: Puppet | None, falls: int = 5, ending: Ending = "closed"
) -> list[float]:
    """The whole wait after each of these falls, each of a connection of 1 s."""
    options = BrokerOptions(reconnect_min=1, reconnect_max=10)
    retries = Retries(options, lambda: 0.0, second_connection)
    at, found = 0.0, []
    for _ in range(falls):
        at += 1
        first = retries.after_fall(at, at - 1, ending)
        at += first
        more = retries.judge(at)
        at += more
        found.append(first + more)
    return found


def test_a_broker_that_restarts_again_and_again_is_tried_at_once_each_time():
    assert waits(Puppet(False, None)) == [1, 1, 1, 1, 1]
    assert waits(Puppet(False, True)) == [1, 1, 1, 1, 1]  # our own half-open connection


@pytest.mark.parametrize("taken", [True, None])
def test_who_is_thrown_out_again_and_again_gives_way_for_a_minute(taken):
    assert waits(Puppet(True, taken), 4) == [1, 2, 4, 60]


def test_a_connection_that_something_else_cuts_backs_off_as_usual():
    assert waits(Puppet(True, False)) == [1, 2, 4, 8, 10]


def test_without_a_witness_several_falls_are_taken_for_another_client():
    assert waits(None, 4) == [1, 2, 4, 60]
    assert waits(Puppet(None, None), 4) == [1, 2, 4, 60]


def test_silence_is_no_sign_of_another_client():
    assert max(waits(Puppet(True, None), 8, "silent")) == 10


def test_mqtt_5_says_itself_that_somebody_took_our_place():
    assert waits(Puppet(False, False), 4, "taken") == [1, 2, 4, 60]


def test_a_place_is_contested_for_two_minutes_after_the_last_sign():
    retries = Retries(BrokerOptions(), lambda: 0.0, Puppet(True, True))
    assert not retries.contested(0)
    retries.after_fall(10, 9, "closed")
    retries.judge(11)
    assert retries.contested(11 + CONTESTED_SECONDS)
    assert not retries.contested(12 + CONTESTED_SECONDS)
