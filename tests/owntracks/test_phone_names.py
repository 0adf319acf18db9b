"""What people type is shown; what apps and topics get of it is plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.auth.permissions import check_grant
from sightline.owntracks.phone_names import DeviceChoice, choose, plain, shown_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Jane", "jane"),
        ("Großmutter Änne", "grossmutter-anne"),
        ("  O\u2019Neill  jr. ", "o-neill-jr"),
        ("Łukasz Øst", "lukasz-ost"),
        ("Jane's iPhone 15", "jane-s-iphone-15"),
        ("Оля", ""),
        ("🛵", ""),
        ("../../etc", "etc"),
    ],
)
def test_a_plain_name_is_small_letters_digits_and_hyphens(typed, name):
    assert plain(typed) == name


def test_a_shown_name_keeps_its_letters_and_loses_what_cannot_be_seen():
    assert shown_name("  Großmutter \n Änne ") == "Großmutter Änne"
    assert "\u202e" not in shown_name("Jane\u202e")


def chosen(name: str, *, account="root", theirs=(), used=(), known=(), another=False):
    return choose(
        name,
        account,
        theirs=theirs,
        is_used=lambda user: user in used,
        is_known=lambda device: device in known,
        another=another,
    )


def test_a_new_name_is_a_new_phone():
    assert chosen("Jane") == DeviceChoice("jane/phone", exists=False)


def test_a_name_of_other_letters_goes_by_the_account_or_is_a_persons():
    assert chosen("Оля", account="olga").device == "olga/phone"
    assert chosen("Оля", account="Оля").device == "person/phone"


def test_a_name_that_is_somebody_elses_is_passed_over_in_silence():
    used = ("jane", "jane-2")
    assert chosen("Jane", used=used, known=("jane/phone",)) == ("jane-3/phone", False)
    assert chosen("guest").device == "guest-2/phone"
    assert chosen("owntracks").device == "owntracks-2/phone"


def test_the_same_name_once_more_is_said_or_another_phone_of_theirs():
    have = {"theirs": ("Jane",), "used": ("jane",), "known": ("Jane/phone",)}
    assert chosen("jane", **have) == ("Jane/phone", True)
    assert chosen("jane", another=True, **have) == ("Jane/phone-2", False)
    have["known"] += ("Jane/phone-2",)
    assert chosen("jane", another=True, **have) == ("Jane/phone-3", False)


def test_there_is_an_end_to_people_of_one_name():
    with pytest.raises(ValueError, match="too many"):
        choose("Jane", "x", theirs=(), is_used=lambda user: True, is_known=lambda device: False)


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_typed_the_device_can_be_granted_and_stands_in_a_topic(name, account):
    device = chosen(name, account=account).device
    assert check_grant("own", f"friend/{device}") is None
    assert device.isascii()
    assert len(device) < 64
