"""One device, many names: `sightline.kinds.friends.names` and what reads topics by it."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from sightline.kinds.friends import kind
from sightline.kinds.friends.address import address, named
from sightline.kinds.friends.names import MOST_SPELLINGS, Alias, DeviceNames, folded
from sightline.model.kind import Arrival

ZOE = normalize("NFC", "zoë/phone")
FIX = b'{"_type":"location","lat":1,"lon":2,"tst":1795234900}'


@pytest.fixture
def names() -> DeviceNames:
    return DeviceNames()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane/Phone", "jane/phone"),
        (ZOE, normalize("NFD", ZOE)),
        ("ZOË/phone", normalize("NFD", "zoë/PHONE")),
        ("Straße/x", "STRASSE/X"),
        ("ΑΣ/ς", "ας/Σ"),
    ],
)
def test_case_and_unicode_form_make_no_other_device(names, one, other):
    assert names.of(one) == one
    assert names.of(other) == one
    assert names.peek(other.upper()) == one
    assert folded(one) == folded(other)


def test_what_is_asked_for_is_not_learned(names):
    assert names.peek("Jane/Phone") == "Jane/Phone"
    assert names.of("jane/phone") == "jane/phone"
    assert names.peek("Jane/Phone") == "jane/phone"


def test_further_spellings_are_noticed_once_and_not_without_end(names):
    noticed: list[Alias] = []
    names.when_noticed(noticed.append)
    names.of("jane/phone")
    for _ in range(3):
        names.of("Jane/phone")
    assert noticed == [Alias("Jane/phone", "jane/phone", "seen")]
    spellings = [
        "".join(c.upper() if n >> i & 1 else c for i, c in enumerate("jane/phone"))
        for n in range(200)
    ]
    assert {names.of(each) for each in spellings} == {"jane/phone"}
    assert len(noticed) == MOST_SPELLINGS


def test_a_name_of_before_goes_before_what_was_heard_since_the_start(names):
    changed: list[int] = []
    noticed: list[Alias] = []
    assert names.of("jane/phone") == "jane/phone"
    names.when_changed(lambda: changed.append(1))
    names.when_noticed(noticed.append)
    names.seed("Jane/Phone")
    assert names.of("jane/phone") == "Jane/Phone"
    assert noticed[0] == Alias("jane/phone", "Jane/Phone", "seen")
    assert changed
    names.seed("JANE/phone")  # of two from before the first one stays
    assert names.of("JANE/phone") == "Jane/Phone"


def test_merged_renamed_and_split(names):
    for each in ("jane/phone", "jane/tablet", "joe/phone", "Joe/Phone"):
        names.of(each)
    aliases = [
        Alias("jane/tablet", "jane/phone", "merge", 1),
        Alias("joe/phone", "joe/mobile", "rename", 2),
        Alias("Joe/Phone", "Joe/Phone", "split", 3),
    ]
    names.set_aliases(aliases)
    assert names.of("jane/tablet") == names.of("JANE/Tablet") == "jane/phone"
    assert names.of("joe/phone") == names.of("JOE/phone") == "joe/mobile"
    assert names.of("joe/mobile") == "joe/mobile"
    assert names.of("Joe/Phone") == "Joe/Phone", "split: it is another one"
    assert names.all("jane/tablet") == ("jane/phone", "jane/tablet")
    assert names.things("face/jane/tablet") == ("face/jane/phone", "face/jane/tablet")
    assert names.things("probot/jane") == ("probot/jane",)
    assert names.thing("region/jane/tablet") == "region/jane/tablet"
    names.set_aliases(aliases[1:])
    assert names.of("jane/tablet") == "jane/tablet", "each has its own name again"
    assert list(names.former) == ["jane/tablet"]


def test_a_renamed_case_is_the_name(names):
    names.of("jane/phone")
    names.set_aliases([Alias("jane/phone", "Jane/Phone", "rename", 1)])
    assert names.of("jane/phone") == names.of("JANE/PHONE") == names.of("Jane/Phone")
    assert names.peek("x/y") == "x/y"
    assert names.of("Jane/Phone") == "Jane/Phone"


# -- where it listens


def test_a_device_listens_where_it_speaks(names):
    names.of("jane/phone")
    assert names.listens("jane/phone") == "jane/phone"
    names.set_aliases([Alias("jane/phone", "jane/mobile", "rename", 1)])
    assert names.listens("jane/mobile") == "jane/phone", "the phone knows nothing of it"
    read = kind(names=names).decode
    read(Arrival("owntracks/jane/mobile", FIX, False, 1, 1795234901.0))
    assert names.listens("jane/mobile") == "jane/mobile", "it was set up anew"
    read(Arrival("owntracks/jane/phone", FIX, True, 1, 1795234902.0))
    assert names.listens("jane/mobile") == "jane/mobile", "that was but a copy of before"
    read(Arrival("owntracks/jane/phone", FIX, False, 1, 1795234903.0))
    assert names.listens("jane/mobile") == "jane/phone"


def test_topics_lead_to_the_canonical_name_and_one_name_costs_nothing(names):
    read = kind(names=names).decode
    (first,) = read(Arrival("owntracks/Jane/Phone", FIX, False, 1, 1795234901.0))
    assert named(address("owntracks/Jane/Phone"), names).heard is None
    (second,) = read(Arrival("owntracks/jane/phone", FIX, False, 1, 1795234902.0))
    assert first.thing == second.thing == "friend/Jane/Phone"
    names.set_aliases([Alias("Jane/Phone", "joe/phone", "merge", 1)])
    (third,) = read(Arrival("owntracks/jane/phone", FIX, False, 1, 1795234903.0))
    assert third.thing == "friend/joe/phone", "what was remembered of topics is forgotten"


# -- grants


def test_a_grant_covers_all_names_of_a_device(names):
    for each in ("Jane/Phone", "jane/tablet", "joe/phone"):
        names.of(each)
    names.set_aliases([Alias("joe/phone", "bob/mobile", "merge", 1)])
    assert names.grant(["friend/jane/phone"]) == {"friend/jane/phone", "friend/Jane/Phone"}
    assert names.grant(["friend/JANE"]) == {"friend/JANE", "friend/Jane", "friend/jane"}
    assert names.grant(["friend/joe"]) == {"friend/joe", "friend/bob/mobile", "friend/joe/phone"}
    assert names.grant(["friend/bob/mobile"]) == {"friend/bob/mobile", "friend/joe/phone"}
    assert names.grant(["*", "friend", "probot/Jane"]) == {"*", "friend", "probot/Jane"}


def test_users_of_whom_a_device_was_split_are_two(names):
    names.of("jane/phone")
    names.set_aliases([Alias("Jane/phone", "Jane/phone", "split", 1)])
    names.of("Jane/phone")
    assert names.grant(["friend/jane"]) == {"friend/jane"}
    assert names.grant(["friend/Jane/phone"]) == {"friend/Jane/phone"}


def test_who_holds_a_grant_hears_that_it_covers_more(names):
    changed: list[int] = []
    names.grant(["friend/jane", "friend/joe/phone"])
    names.when_changed(lambda: changed.append(1))
    names.of("jane/phone")
    names.of("bob/phone")
    assert not changed
    names.of("Jane/tablet")
    assert len(changed) == 1
    names.of("Joe/Phone")
    assert len(changed) == 2
