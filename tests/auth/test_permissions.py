from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins

from sightline.auth.permissions import (
    EVERYTHING,
    LEAST_ROLE,
    NOTHING,
    Grants,
    Role,
    User,
    VisibleScope,
    check_grant,
    may,
    rights,
    user_of,
    visitor,
)

ROBOT = "probot/ProBot1"


@pytest.mark.parametrize(
    ("verb", "role", "granted"),
    [
        ("see", "viewer", True),
        ("stop", "viewer", True),
        ("drive", "viewer", False),
        ("shutdown", "viewer", False),
        ("routine", "viewer", False),
        ("drive", "operator", True),
        ("stop", "operator", True),
        ("shutdown", "operator", False),
        ("routine", "operator", False),
        ("drive", "admin", True),
        ("shutdown", "admin", True),
        ("routine", "admin", True),
        ("anything", "admin", False),
    ],
)
def test_each_role_may_do_what_the_table_says(verb: str, role: Role, granted: bool):
    assert may(User("jane", role), verb, ROBOT) is granted


def test_nobody_may_do_anything_to_what_they_do_not_see():
    for verb in ("see", "stop", "drive", "shutdown"):
        assert not may(User("jane", "admin", NOTHING), verb, ROBOT)


def test_a_driver_may_be_bound_to_certain_robots():
    user = User("jane", "operator", drives=frozenset({"probot/ProBot2"}))
    assert not may(user, "drive", ROBOT)
    assert may(user, "drive", "probot/ProBot2")
    assert may(user, "stop", ROBOT)


def test_sight_is_by_kind_and_by_thing():
    scope = VisibleScope(kinds=frozenset({"friend"}), things=frozenset({ROBOT}))
    assert scope.sees("friend/jane/phone")
    assert scope.sees(ROBOT)
    assert not scope.sees("probot/ProBot2")
    assert not scope.all
    assert EVERYTHING.all


# -- every cell: who may do what to which thing

ADMINS = ("takeover", "drivers", "shutdown", "routine")
PHONE = ("locate", "phonestatus", "sendregions", "readregions", "clearregions", "setup")
OWN = ("share", "export", "retain", "erase", "hide", *PHONE)
ON_REGIONS = ("region", "unregion", "adopt")
ON_RULES = ("rule", "unrule", "alert")
VERBS = ("see", "history", "stop", "drive", *ADMINS, *OWN, *ON_REGIONS, *ON_RULES)


def granted(*words: str) -> frozenset[str]:
    return frozenset(words)


# Who has regions of their own.
OWNERS = ("jane", "bob", "friend/jane/phone", "friend/bob/phone", "guest", "visitor")

PEOPLE: dict[str, User] = {
    "viewer of all": user_of("v", "viewer", Grants(see=granted("*"))),
    "viewer of jane": user_of(
        "v",
        "viewer",
        Grants(see=granted("friend/jane")),
        rule_words=("rule/jane/ab12cd34", "alert/jane/ab12cd34"),
    ),
    "viewer of nothing": user_of("v", "viewer", Grants()),
    "jane": user_of(
        "jane",
        "viewer",
        Grants(own=granted("friend/jane")),
        owners=OWNERS,
        rule_words=("rule/jane", "alert/jane", "watch/bob/ef56gh78.0"),
    ),
    "operator of ProBot1": user_of("o", "operator", Grants(drive=granted("probot/ProBot1"))),
    "operator of all": user_of("o", "operator", Grants(see=granted("*"), drive=granted("*"))),
    "looking operator": user_of("o", "operator", Grants(see=granted("*")), looks_only=True),
    "admin": user_of("a", "admin", Grants()),
    "visitor of jane's phone": visitor(["friend/jane/phone"]),
}
PAST = ["see", "history"]
WATCH = [*PAST, "stop"]
DRIVE = [*WATCH, "drive"]
ALL = [*DRIVE, *ADMINS, *OWN]

# Rows: for each of PEOPLE the verbs that are granted.
Row = dict[str, list[str]]
ADMINS_ONLY: Row = {who: ALL if who == "admin" else [] for who in PEOPLE}
COMMAND: Row = ADMINS_ONLY | {"operator of all": DRIVE, "looking operator": PAST}
SEEN_WITH_ALL: Row = COMMAND | {"viewer of all": WATCH}
OF_JANE: Row = SEEN_WITH_ALL | {
    "viewer of jane": WATCH,
    "jane": WATCH,
    "visitor of jane's phone": PAST,
}
EVERYBODYS: Row = {who: WATCH for who in PEOPLE} | {
    "operator of all": DRIVE,
    "looking operator": PAST,
    "admin": ALL,
    "visitor of jane's phone": [],
}
PUBLIC: Row = EVERYBODYS | {"visitor of jane's phone": PAST}
OWNED_REGION: Row = SEEN_WITH_ALL | {
    "operator of all": [*DRIVE, "adopt"],
    "admin": [*ALL, *ON_REGIONS],
}
OF_NOBODY_ELSE: Row = {who: [] for who in PEOPLE} | {"admin": [*ALL, "rule", "unrule"]}
RULE_OF_JANE: Row = OF_NOBODY_ELSE | {"jane": [*WATCH, "rule", "unrule"]}
ALERT_OF_JANE: Row = ADMINS_ONLY | {"admin": [*ALL, "alert"], "jane": [*WATCH, "alert"]}
REGION_OF_JANE: Row = OWNED_REGION | {"jane": [*WATCH, "region", "unregion"]}

# For each thing its row; every other verb is refused.
CELLS: dict[str, Row] = {
    "friend/jane/phone": OF_JANE | {"jane": [*WATCH, *OWN]},
    "face/jane/phone": OF_JANE,
    "phone/jane/phone": OF_JANE,
    "friend/bob/phone": SEEN_WITH_ALL,
    "probot/ProBot1": SEEN_WITH_ALL | {"operator of ProBot1": DRIVE},
    "probot/ProBot2": SEEN_WITH_ALL,
    "lease/ProBot1": SEEN_WITH_ALL | {"operator of ProBot1": WATCH},
    "broker/main": EVERYBODYS,
    "guard/main": EVERYBODYS,
    "command/17": COMMAND,
    "quarantine/17": ADMINS_ONLY,
    "client/phone-7": ADMINS_ONLY,
    "region/ab12cd34": OWNED_REGION | {"operator of all": [*DRIVE, *ON_REGIONS]},
    "region/jane/ab12cd34": REGION_OF_JANE,
    "region/bob/ab12cd34": OWNED_REGION,
    "region/friend/jane/phone/ab12cd34": REGION_OF_JANE,
    "rule/jane/ab12cd34": RULE_OF_JANE | {"viewer of jane": WATCH},
    "rule/jane/other234": RULE_OF_JANE,
    "rule/bob/ef56gh78": OF_NOBODY_ELSE,
    "rule/ab12cd34": ADMINS_ONLY,
    "alert/jane/ab12cd34.17": ALERT_OF_JANE | {"viewer of jane": [*WATCH, "alert"]},
    "alert/jane/other234.1": ALERT_OF_JANE,
    "alert/bob/ef56gh78.1": ADMINS_ONLY | {"admin": [*ALL, "alert"]},
    "watch/bob/ef56gh78.0": ADMINS_ONLY | {"jane": WATCH},
    "watch/bob/ef56gh78.1": ADMINS_ONLY,
    "map/helsinki": PUBLIC,
    "webhook/house": ADMINS_ONLY,
    "tomorrow/1": ADMINS_ONLY,
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("thing", CELLS)
def test_every_cell(thing: str, who: str):
    found = [verb for verb in VERBS if may(PEOPLE[who], verb, thing)]
    assert sorted(found) == sorted(CELLS[thing][who])


@pytest.mark.parametrize("verb", ["accounts", "audit", "metrics"])
def test_the_server_itself_is_the_admins(verb: str):
    assert [who for who, user in PEOPLE.items() if may(user, verb, "server/sightline")] == ["admin"]


def test_every_verb_has_its_cells():
    assert set(LEAST_ROLE) == {*VERBS, "accounts", "audit", "metrics"}


SEES_ALL = {"viewer of all", "operator of all", "looking operator", "admin"}


@pytest.mark.parametrize(
    ("key", "who"),
    [
        ("stay/friend/jane/phone/ab12cd34", SEES_ALL),
        ("stay/friend/jane/phone/jane/ab12cd34", SEES_ALL | {"jane"}),
        ("stay/friend/jane/phone/friend/jane/phone/ab12cd34", SEES_ALL | {"jane"}),
        ("stay/friend/jane/phone/bob/ab12cd34", SEES_ALL),
        ("stay/friend/bob/phone/jane/ab12cd34", SEES_ALL),
        ("stay/probot/ProBot1/jane/ab12cd34", SEES_ALL),
        ("stay/probot/ProBot1/ab12cd34", SEES_ALL),
        ("crossing/7/friend/jane/phone/ab12cd34", SEES_ALL),
        ("crossing/7/friend/jane/phone/jane/ab12cd34", SEES_ALL | {"jane"}),
        # Of a region only the phone knows: whoever sees the friend; but no link shows the past.
        ("crossing/7/friend/jane/phone", SEES_ALL | {"jane", "viewer of jane"}),
        ("crossing/7/friend/bob/phone", SEES_ALL),
        *[
            (broken, {"admin"})
            for broken in (
                "stay",
                "stay/",
                "stay/friend/jane/phone",
                "stay/friend/jane",
                "crossing/7",
                "crossing",
                "crossing/7/friend/jane",
                "stay/face/jane/phone/ab12cd34",
                "stay/jane/phone/ab12cd34",
            )
        ],
    ],
)
def test_who_sees_both_sees_what_is_between_them(key: str, who: set[str]):
    found = {name for name, user in PEOPLE.items() if may(user, "see", key)}
    assert found == who


def test_nobody_owns_regions_who_did_not_sign_in():
    for name in ("guest", "visitor"):
        user = user_of(name, "operator", Grants(), owners=OWNERS)
        assert not user.scope.sees(f"region/{name}/ab12cd34")
        assert not may(user, "region", f"region/{name}/ab12cd34")


def test_who_has_no_regions_shares_frames_with_others_of_the_same_sight():
    sights = {
        user_of(name, "viewer", Grants(see=granted("friend")), owners=OWNERS).scope
        for name in ("ann", "ben", "jane")
    }
    assert len(sights) == 2
    everything = Grants(see=granted("*"), own=granted("friend/jane"))
    assert (
        user_of("jane", "viewer", everything, owners=OWNERS).scope == PEOPLE["viewer of all"].scope
    )


def test_an_account_named_like_a_kind_sees_no_phones_regions():
    user = user_of("friend", "viewer", Grants(), owners=("friend", "friend/jane/phone"))
    assert user.scope.sees("region/friend/ab12cd34")
    assert not user.scope.sees("region/friend/jane/phone/ab12cd34")


def test_a_name_that_begins_like_another_is_another():
    user = user_of("v", "viewer", Grants(see=granted("friend/jan", "friend/bob/phone")))
    for hidden in ("jane/phone", "bob/phone2", "bob/phone/x", "ja/n"):
        assert not may(user, "see", f"friend/{hidden}")
    assert may(user, "see", "friend/jan/phone")


NAMED = [
    *("*", "friend", "friend/jane", "friend/jane/phone", "friend/bob/phone"),
    *("probot", ROBOT, "probot/ProBot2", "region", "region/jane", "region/ab12cd34"),
    *("face/jane/phone", "quarantine", "friend/a/b/c"),
]


def words(verb: str) -> st.SearchStrategy[frozenset[str]]:
    """Sets of words of a grant, only such as can be given."""
    return st.frozensets(
        st.sampled_from([word for word in NAMED if check_grant(verb, word) is None])
    )


SETS = words("see")
ROLE_NAMES = st.sampled_from(["viewer", "operator", "admin"])


@given(
    words("see"),
    words("drive"),
    words("own"),
    ROLE_NAMES,
    st.sampled_from(VERBS),
    st.sampled_from(list(CELLS)),
)
def test_less_is_never_more(see, drive, own, role, verb, thing):
    """Taking away grants nothing, and nobody acts on what they don't see."""
    user = user_of("x", role, Grants(see, drive, own))
    if may(user, verb, thing):
        assert may(user, "see", thing)
    none: frozenset[str] = frozenset()
    for fewer in (Grants(none, drive, own), Grants(see, none, own), Grants(see, drive)):
        if may(user_of("x", role, fewer), verb, thing):
            assert may(user, verb, thing)
    if role != "admin" and may(user_of("x", "viewer", Grants(see, drive, own)), verb, thing):
        assert may(user, verb, thing)


@given(words("see"), words("see"))
def test_equal_sights_have_one_mark_and_others_another(one, two):
    first = user_of("a", "viewer", Grants(see=one)).scope
    second = user_of("b", "viewer", Grants(see=two)).scope
    assert (first.mark == second.mark) == (first == second)
    assert EVERYTHING.mark == ""


@pytest.mark.parametrize(
    ("verb", "what", "good"),
    [
        ("see", "*", True),
        ("see", "friend", True),
        ("see", "friend/jane", True),
        ("see", "friend/jane/phone", True),
        ("see", "quarantine", False),
        ("see", "friend/", False),
        ("see", "friend/a/b/c", False),
        ("see", "friend/+/x", False),
        ("see", "friend/a\nb", False),
        ("drive", "probot/ProBot1", True),
        ("drive", "*", True),
        ("drive", "friend/jane", False),
        ("own", "friend/jane", True),
        ("own", "friend", False),
        ("own", "*", False),
        ("own", "probot/ProBot1", False),
        ("erase", "friend/jane", False),
    ],
)
def test_a_grant_goes_with_what_it_is_for(verb, what, good):
    assert (check_grant(verb, what) is None) is good


def test_the_page_is_told_what_will_be_granted():
    assert to_builtins(rights(PEOPLE["operator of ProBot1"])) == {
        "see": ["probot/ProBot1"],
        "drive": ["probot/ProBot1"],
        "own": [],
        "admin": False,
        "looks_only": False,
    }
    assert rights(PEOPLE["viewer of all"]).drive == []
    assert rights(PEOPLE["looking operator"]).drive == []
    assert rights(PEOPLE["admin"]).see == ["*"]
    assert rights(PEOPLE["visitor of jane's phone"]).see == ["friend/jane/phone"]


def test_who_has_used_up_a_quota_is_told_to_admins_only():
    everything = Grants(see=frozenset("*"), drive=frozenset("*"))
    for role in ("viewer", "operator"):
        assert not user_of("ann", role, everything).scope.sees("quota/owntracks/jane")
    assert user_of("root", "admin", everything).scope.sees("quota/owntracks/jane")
