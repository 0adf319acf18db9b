"""What a sign-in elsewhere means here: rules alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.accounts.oidc.decision import (
    Claims,
    Create,
    Enter,
    Identity,
    LinkIdentity,
    Refuse,
    decide_join,
    decide_link,
    decide_sign_in,
    groups_in,
    read_claims,
    role_by_groups,
)
from sightline.accounts.oidc.options import ProviderRules
from sightline.auth.account import Account, check_display, check_name

ISSUER = "https://auth.example.org"
JANE = Account("jane", "operator", password="hash")
CLOSED = Account("kim", "admin", disabled=True)
ACCOUNTS = {each.name: each for each in (JANE, CLOSED)}
ROLES = st.sampled_from(["viewer", "operator", "admin"])
WORDS = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def rules(draw: Any) -> ProviderRules:
    groups = {role: draw(st.frozensets(WORDS)) for role in ("viewer", "operator", "admin")}
    return ProviderRules(
        create=draw(st.sampled_from([None, "viewer", "operator"])),
        roles_claim=draw(st.sampled_from(["", "groups"])),
        groups=groups,
    )


@st.composite
def claims(draw: Any) -> Claims:
    name = st.sampled_from(["jane", "JANE", "kim", "ben", "Zoë", "", "a+b", "guest", "x" * 70])
    return Claims(ISSUER, "s-1", draw(name), draw(name), draw(st.frozensets(WORDS)))


def identity(account: str | None) -> Identity:
    return Identity("i1", ISSUER, "s-1", account)


@given(claims(), rules())
def test_who_is_not_known_never_comes_in_with_an_account_there_is(claims, rules):
    decided = decide_sign_in(claims, rules, None, ACCOUNTS)
    assert not isinstance(decided, Enter)
    if isinstance(decided, Create):
        assert rules.create is not None
        assert decided.name not in ACCOUNTS
        assert check_name(decided.name) is None
        assert check_display(ACCOUNTS, decided.name, decided.display) is None


@given(claims(), rules(), st.sampled_from(["jane", "kim", "gone", None]))
def test_who_is_known_comes_in_with_their_own_open_account_or_not_at_all(claims, rules, account):
    decided = decide_sign_in(claims, rules, identity(account), ACCOUNTS)
    if isinstance(decided, Enter):
        assert decided.account == account == "jane"
    else:
        assert isinstance(decided, Refuse), "an account is never made twice"
        assert decided.code == ("no_role" if account == "jane" else "barred")


@given(claims(), rules(), st.sampled_from(["jane", "kim", "gone", None, "unknown"]))
def test_nobody_is_an_admin_whom_no_group_makes_one(claims, rules, account):
    known = None if account == "unknown" else identity(account)
    decided = decide_sign_in(claims, rules, known, ACCOUNTS)
    if isinstance(decided, Enter | Create) and decided.role == "admin":
        assert rules.roles_claim
        assert claims.groups & rules.groups["admin"]


@given(claims(), rules(), ROLES, st.sampled_from(["", "Ben", "jane", "a+b", "kim"]))
def test_an_invitation_makes_a_new_account_only(claims, rules, role, typed):
    decided = decide_join(claims, rules, None, ACCOUNTS, role=role, typed=typed)
    if isinstance(decided, Create):
        assert decided.name not in ACCOUNTS
        assert rules.roles_claim or decided.role == role
    assert isinstance(decide_join(claims, rules, identity("jane"), ACCOUNTS, role=role), Refuse), (
        "who has an account uses no invitation up"
    )


@given(rules(), st.frozensets(WORDS))
def test_the_highest_of_several_groups_counts(rules, groups):
    found = role_by_groups(rules, groups)
    assert (found == "same") == (not rules.roles_claim)
    for role in ("admin", "operator", "viewer"):
        if rules.roles_claim and groups & rules.groups[role]:
            assert found == role
            break
    else:
        assert found != "admin"


@pytest.mark.parametrize(
    ("account", "known", "decided"),
    [
        ("jane", None, LinkIdentity("jane")),
        ("jane", "jane", LinkIdentity("jane")),
        ("jane", "gone", LinkIdentity("jane")),
        ("kim", None, "barred"),
        ("nobody", None, "barred"),
        ("jane", "kim", "linked"),
    ],
)
def test_a_subject_is_linked_with_one_open_account(account, known, decided):
    found = decide_link(identity(known) if known else None, account, ACCOUNTS)
    assert (found.code if isinstance(found, Refuse) else found) == decided


@pytest.mark.parametrize(
    ("said", "path", "groups"),
    [
        ({"groups": ["a", "b", 1, None]}, "groups", {"a", "b"}),
        ({"groups": "a"}, "groups", {"a"}),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", {"a"}),
        ({"https://x.org/roles": ["a"]}, "https://x.org/roles", {"a"}),
        ({"groups": {"a": 1}}, "groups", set()),
        ({"groups": ["a"]}, "", set()),
        ({}, "groups", set()),
        ({"realm_access": "roles"}, "realm_access.roles", set()),
    ],
)
def test_groups_are_read_from_their_claim(said, path, groups):
    assert groups_in(said, path) == groups


@given(
    st.dictionaries(
        st.sampled_from(["sub", "preferred_username", "nickname", "name", "groups"]),
        st.recursive(st.none() | st.text() | st.integers() | st.booleans(), st.lists),
    )
)
def test_claims_of_any_type_can_be_read(said):
    found = read_claims(ISSUER, said, "groups")
    assert all(isinstance(each, str) for each in (*found.groups, found.username, found.called))


def test_a_name_is_taken_from_what_the_provider_says_in_that_order():
    rules = ProviderRules(create="viewer")
    for username, called, made in (
        ("ben", "Ben Müller", Create("ben", "Ben Müller", "viewer")),
        ("Ben", "", Create("ben", "Ben", "viewer")),
        ("a+b", "Ben Müller", Create("ben müller", "Ben Müller", "viewer")),
        ("a+b", "", Create("s-1", "", "viewer")),
        ("ben", "Jane", Create("ben", "", "viewer")),
    ):
        found = decide_sign_in(Claims(ISSUER, "s-1", username, called), rules, None, ACCOUNTS)
        assert found == made
