"""Who somebody is at a provider, in the accounts' database: what stays when accounts go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sightline.accounts import identities
from sightline.accounts.database import Database
from sightline.accounts.oidc.decision import Identity
from sightline.auth.account import Account, Session
from sightline.database.engine import EngineSource

ISSUER = "https://auth.example.org"


@pytest.fixture
def database(place: Path | EngineSource) -> Iterator[Database]:
    found = Database(place, lambda: 1000.0)

    def put() -> None:
        for name in ("jane", "kim"):
            found.put_account(Account(name, "viewer"))

    found.transact(put)
    yield found
    found.close()


def test_a_subject_is_known_by_its_issuer_and_by_no_other(database):
    number = identities.link(database, ISSUER, "u-1", "jane", "Jane")
    known = identities.identity_of(database.sql, ISSUER, "u-1")
    assert known == Identity(number, ISSUER, "u-1", "jane", "Jane", 1000.0, None)
    assert identities.identity_of(database.sql, "https://other.example.org", "u-1") is None
    assert identities.identities_in(database.sql, "jane") == [known]
    assert identities.identities_in(database.sql, "kim") == []
    assert identities.link(database, ISSUER, "u-1", "kim", "Jane") == number, "there is one"
    assert identities.identities_in(database.sql, "jane") == []


def test_what_is_known_of_a_removed_account_stays_without_one(database):
    identities.link(database, ISSUER, "u-1", "jane", "Jane")
    database.remove_account("jane")
    (left,) = identities.identities_in(database.sql)
    assert (left.account, left.subject) == (None, "u-1")


def test_sessions_that_came_by_it_end_with_it_and_the_others_stay(database):
    number = identities.link(database, ISSUER, "u-1", "jane", "Jane")
    for key in ("a", "b"):
        database.put_session(Session(key, "jane", None, 1000.0, 1000.0))
    identities.used(database, number, "a")
    assert identities.issuer_of_session(database.sql, "a") == ISSUER
    assert identities.issuer_of_session(database.sql, "b") == ""
    assert identities.identities_in(database.sql)[0].used == 1000.0
    identities.unlink(database, number)
    assert set(database.read_cache().sessions) == {"b"}
    assert identities.identities_in(database.sql) == []


def test_a_session_that_ends_takes_its_mark_along(database):
    number = identities.link(database, ISSUER, "u-1", "jane", "Jane")
    database.put_session(Session("a", "jane", None, 1000.0, 1000.0))
    identities.used(database, number, "a")
    database.drop_sessions(["a"])
    assert identities.issuer_of_session(database.sql, "a") == ""


def test_the_key_of_sign_ins_under_way_is_made_once(database, place):
    key = database.transact(lambda: identities.flow_key(database))
    other = Database(place, lambda: 1000.0)
    assert len(key) == identities.KEY_BYTES
    assert other.transact(lambda: identities.flow_key(other)) == key
    other.close()
