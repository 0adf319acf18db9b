"""Messages that come while our own clock is days behind: several senders say that it is."""

from __future__ import annotations

from typing import Any

import pytest

from kinds.scene import NOW, arrival, location
from sightline.kinds import friends
from sightline.kinds.friends.clocks import SenderClocks
from sightline.kinds.friends.updates import Located, PhoneTransition
from sightline.model.kind import CannotDecode, Update

DAY = 86400
DAYS = 3 * DAY


class Phones:
    """Phones whose clocks are ``ahead`` s ahead of ours, in front of what decodes."""

    def __init__(self) -> None:
        self.clocks = SenderClocks()
        self.kind = friends.kind(clocks=self.clocks)
        self.now = NOW

    def says(self, device: str, ahead: float, part: str = "", **more: Any) -> list[Update]:
        self.now += 1
        said = location(tst=int(self.now + ahead), **more)
        return list(self.kind.decode(arrival(f"owntracks/{device}{part}", said, at=self.now)))

    def is_refused(self, device: str, ahead: float) -> bool:
        try:
            self.says(device, ahead)
        except CannotDecode as why:
            return why.counter == "tst_future"
        return False


def test_nothing_is_refused_once_a_second_sender_agrees() -> None:
    phones = Phones()
    assert phones.is_refused("jane/phone", DAYS)  # one alone may be wrong itself
    assert not phones.is_refused("omar/watch", DAYS)
    assert not phones.is_refused("jane/phone", DAYS)
    (fix,) = phones.says("ann/phone", DAYS + 2, lat=10.5)
    assert isinstance(fix, Located)
    assert fix.record is not None
    # Kept for the time when it was, shown and aged by our receipt.
    assert fix.record.tst == int(phones.now + DAYS + 2)
    assert (fix.friend.lat, fix.friend.at, fix.heard) == (10.5, phones.now, phones.now)
    assert fix.friend.ahead == pytest.approx(DAYS + 2, abs=1)


def test_a_crossing_is_of_our_time_and_kept_of_its_own() -> None:
    phones = Phones()
    phones.is_refused("jane/phone", DAYS)
    phones.is_refused("omar/watch", DAYS)
    more = {"_type": "transition", "event": "enter", "desc": "Home"}
    (said,) = phones.says("jane/phone", DAYS, "/event", **more)
    assert isinstance(said, PhoneTransition)
    assert said.record is not None
    assert (said.when, said.heard) == (phones.now, phones.now)
    assert said.record.tst == int(phones.now + DAYS)


def test_one_who_is_wrong_among_those_who_are_right_is_refused() -> None:
    phones = Phones()
    for device in ("ann/a", "bob/b", "carl/c"):
        assert not phones.is_refused(device, 0)
    assert phones.is_refused("jane/phone", DAYS)
    assert phones.is_refused("jane/phone", DAYS)


def test_those_who_do_not_agree_prove_nothing() -> None:
    phones = Phones()
    assert phones.is_refused("jane/phone", DAYS)
    assert phones.is_refused("omar/watch", 2 * DAYS)
    assert phones.is_refused("ann/phone", 5 * DAYS)


def test_what_is_ahead_of_what_they_agree_upon_is_refused() -> None:
    phones = Phones()
    phones.is_refused("jane/phone", DAYS)
    phones.is_refused("omar/watch", DAYS)
    assert not phones.is_refused("ann/phone", DAYS + DAY - 60)
    assert phones.is_refused("bob/phone", DAYS + DAY + 60)


def test_a_clock_that_was_set_right_is_believed_at_once() -> None:
    phones = Phones()
    phones.is_refused("jane/phone", DAYS)
    phones.is_refused("omar/watch", DAYS)
    phones.clocks.shifted(DAYS)
    phones.now += DAYS
    assert not phones.is_refused("jane/phone", 0)
    assert phones.is_refused("bob/phone", DAYS)
