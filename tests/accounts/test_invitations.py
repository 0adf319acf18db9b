"""What is kept of invitations: a digest, what they carry, and nothing of who was erased."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.accounts import invitations
from sightline.accounts.api_invitations import new_invitation
from sightline.accounts.database import Database
from sightline.accounts.database_file import FILE
from sightline.accounts.schema import PART
from sightline.auth.account import Account
from sightline.auth.invitation import Invitation
from sightline.auth.permissions import Grants
from sightline.database.schema import for_sqlite

NOW = 1_795_235_000.0
ROOT = Account("root", "admin", created=NOW)
JANE = Account("jane", "viewer", created=NOW)
BEN = Invitation(
    "i1",
    "k1",
    "root",
    None,
    "Ben",
    "operator",
    Grants(
        frozenset(("friend/zebedee/phone", "probot")),
        frozenset(("probot/R2",)),
        frozenset(("friend/ben",)),
    ),
    True,
    NOW,
    NOW + 60,
)
RESET = Invitation("i2", "k2", None, "jane", "jane", "viewer", Grants(), False, NOW, NOW + 60)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path, lambda: NOW)
    for account in (ROOT, JANE):
        made.put_account(account)
    for invitation in (BEN, RESET):
        invitations.put_invitation(made.sql, invitation)
    yield made
    made.close()


def test_what_is_put_in_is_read_back_also_after_a_new_start(tmp_path: Path, database: Database):
    both = {"i1": BEN, "i2": RESET}
    assert database.read_cache().invitations == both
    again = Database(tmp_path, lambda: NOW)
    assert again.read_cache().invitations == both
    again.close()


def test_the_secret_is_not_in_the_file(tmp_path: Path, database: Database):
    made, secret = new_invitation(
        NOW,
        owner="root",
        label="x",
        role="viewer",
        grants=Grants(),
        adds_phone=False,
        days=1,
    )
    invitations.put_invitation(database.sql, made)
    for path in tmp_path.iterdir():
        assert secret.encode() not in path.read_bytes()
    assert made.key in {each.key for each in database.read_cache().invitations.values()}


def test_with_its_admin_or_its_account_an_invitation_goes(database: Database):
    database.remove_account("jane")
    assert set(database.read_cache().invitations) == {"i1"}
    database.remove_account("root")
    assert database.read_cache().invitations == {}


def test_what_is_used_is_not_withdrawn(database: Database):
    invitations.use(database, "i1")
    invitations.withdraw(database, "i1")
    found = database.read_cache().invitations
    assert found["i1"] == replace(BEN, used=NOW)
    invitations.end_resets(database, "jane")
    assert database.read_cache().invitations["i2"].revoked == NOW


def test_a_new_password_ends_the_links_for_one(database: Database):
    database.set_password("jane", "another hash")
    cache = database.read_cache()
    assert cache.accounts["jane"].password == "another hash"
    assert cache.invitations["i2"].revoked == NOW
    assert cache.invitations["i1"].revoked is None


def test_whoever_is_erased_is_in_no_invitation(tmp_path: Path, database: Database):
    database.transact(lambda: database.erase("friend/zebedee/phone"), scrub=True)
    grants = database.read_cache().invitations["i1"].grants
    assert grants == replace(BEN.grants, see=frozenset(("probot",)))
    for path in tmp_path.iterdir():
        assert b"zebedee" not in path.read_bytes(), path.name


def test_those_that_ended_long_ago_are_forgotten(tmp_path: Path, database: Database):
    database.tidy()
    assert set(database.read_cache().invitations) == {"i1", "i2"}
    late = Database(tmp_path, lambda: NOW + 40 * 86400)
    late.tidy()
    assert late.read_cache().invitations == {}
    late.close()


@pytest.mark.parametrize(
    ("owner", "is_good"),
    [
        (ROOT, True),
        (replace(ROOT, role="operator"), False),
        (replace(ROOT, disabled=True), False),
        (None, False),
    ],
)
def test_it_counts_while_who_made_it_is_an_admin(owner, is_good):
    accounts = {} if owner is None else {"root": owner}
    assert invitations.counts(BEN, accounts) is is_good
    assert invitations.counts(RESET, accounts), "the command line may always"


def test_a_file_of_the_version_before_gets_the_table(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / FILE)) as old:
        steps = [text for step in PART.steps[:3] for text in for_sqlite(step)]
        old.executescript("".join(steps) + "PRAGMA user_version = 3;")
        old.execute("INSERT INTO account VALUES ('jane', 'admin', NULL, 0, 1.0, NULL)")
        old.commit()
    database = Database(tmp_path, lambda: NOW)
    invitations.put_invitation(database.sql, RESET)
    assert database.read_cache().invitations == {"i2": RESET}
    database.close()
    assert (tmp_path / f"{FILE}.before-version-{PART.version}").exists()
