"""`sightline user`, `token` and `audit`, on a state folder as a server left it.

Covers cli/accounts_db.py, cli/token.py.
"""

from __future__ import annotations

import fcntl
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from postgres import needs_postgres, prepared
from sightline.accounts import factors
from sightline.accounts.database import Database
from sightline.accounts.passwords import Cost, Passwords
from sightline.auth.passkeys import Passkey
from sightline.auth.second_factor import AuthenticatorApp
from sightline.cli.accounts_db import AccountsDatabase
from sightline.cli.main import main
from sightline.database.direct import DirectStore
from sightline.database.options import StoreOptions
from sightline.settings import load
from sightline.wiring.store import PARTS

GOOD = "quite-a-long-one-7"


@pytest.fixture
def run(tmp_path: Path, monkeypatch, capsys) -> Any:
    """Runs a command line; what it said, after checking its status."""
    config = tmp_path / "cheap.toml"
    config.write_text("[accounts]\nhash_memory = 1024\nhash_passes = 1\n")
    state = tmp_path / "state"
    state.mkdir()

    def run(*words: str, typed: str = GOOD, fails: bool = False) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
        first, rest = list(words[:2]), list(words[2:])
        if words[0] == "audit":
            first, rest = ["audit"], list(words[1:])
        status = main([*first, "--state", str(state), "--config", str(config), *rest])
        said = capsys.readouterr()
        assert status == (1 if fails else 0), said.err
        return str(said.err if fails else said.out)

    run.state = state  # type: ignore[attr-defined]
    return run


def test_an_account_from_the_first_day_to_the_last(run):
    assert "no accounts" in run("user", "list")
    assert "admin, sees and drives everything" in run("user", "add", "root", "--role", "admin")
    said = run("user", "add", "Jane", "--see", "friend", "--own", "friend/jane")
    assert said == "jane: called Jane, viewer, see friend, own friend/jane\n"
    run("user", "role", "jane", "operator")
    run("user", "grant", "jane", "drive", "probot/ProBot1", "probot/ProBot2")
    assert "see friend," in run("user", "revoke", "jane", "drive", "probot/ProBot2")
    run("user", "passwd", "jane", typed="another-good-one")
    run("user", "disable", "jane")
    assert "closed" in run("user", "list")
    run("user", "enable", "jane")
    database = Database(run.state, time.time)
    jane = database.account("jane")
    assert jane is not None
    assert (jane.role, jane.disabled) == ("operator", False)
    assert jane.grants.drive == {"probot/ProBot1"}
    assert Passwords(Cost(1024, 1)).verify(jane.password, "another-good-one")
    database.close()
    run("user", "remove", "jane")
    log = run("audit", "--who", "nobody")
    assert log == ""
    log = run("audit")
    assert len(log.splitlines()) == 9
    assert "change account account/jane password" in log
    assert "remove account account/jane" in log
    assert GOOD not in log
    assert "another-good-one" not in log
    records = [json.loads(line) for line in run("audit", "--json", "--limit", "2").splitlines()]
    assert [record["what"] for record in records] == ["remove account", "change account"]


@pytest.mark.parametrize(
    ("words", "typed", "why"),
    [
        (["user", "add", "no+plus"], GOOD, "a name is 1 to 64 letters"),
        (["user", "add", "demo"], GOOD, "a name of ours"),
        (["user", "add", "x"], "password1", "among those that are tried first"),
        (["user", "add", "x", "--see", "quarantine"], GOOD, "see goes with"),
        (["user", "add", "root"], GOOD, "there is an account root already"),
        (["user", "passwd", "nobody"], GOOD, "there is no account nobody"),
        (["user", "grant", "root", "own", "friend"], GOOD, "own goes with somebody"),
        (["user", "disable", "root"], GOOD, "last admin"),
        (["user", "role", "root", "viewer"], GOOD, "last admin"),
        (["user", "remove", "root"], GOOD, "last admin"),
        (["token", "add", "root", "t", "--scope", "publish"], GOOD, "publish needs them"),
        (
            ["token", "add", "x", "t", "--scope", "publish", "--thing", "friend/x/p"],
            GOOD,
            "sightline user grant x own friend/x/p",
        ),
        (["token", "revoke", "none"], GOOD, "there is no token none"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, words, typed, why):
    run("user", "add", "root", "--role", "admin")
    if words[:3] == ["token", "add", "x"]:
        run("user", "add", "x", "--see", "friend/x")
    said = run(*words, typed=typed, fails=True)
    assert why in said
    assert len(said.splitlines()) == 1


def test_a_token_is_shown_once_and_revoked(run):
    run("user", "add", "scripts", "--no-password", "--see", "*")
    text = run("token", "add", "scripts", "for the wall", "--scope", "see", "--days", "30").strip()
    listed = run("token", "list")
    number, secret = text.split("_", 2)[1:]
    assert number in listed
    assert secret not in listed
    run("token", "revoke", number)
    assert run("token", "list") == "There are no tokens.\n"


def test_a_token_is_shown_when_a_running_server_has_had_the_time_to_see_it(run, tmp_path):
    run("user", "add", "root", "--role", "admin")
    waited: list[float] = []
    opened = AccountsDatabase(load(None, {}), run.state)
    opened.wait_until_seen(waited.append)
    assert waited == []
    with (run.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        opened.wait_until_seen(waited.append)
    assert waited == [2.0]
    opened.database.close()


def test_a_new_password_offers_to_end_the_tokens_too(run):
    run("user", "add", "jane", "--own", "friend/jane")
    run("token", "add", "jane", "wall", "--scope", "see")
    run("token", "add", "jane", "phone", "--scope", "publish", "--thing", "friend/jane/phone")
    said = run("user", "passwd", "jane", typed="another-good-one")
    assert "jane: 2 API tokens still work; --end-tokens ends them all" in said
    said = run("user", "passwd", "jane", "--end-tokens", typed="a-third-good-one")
    assert "still work" not in said
    assert run("token", "list") == "There are no tokens.\n"
    assert "password, 2 tokens ended" in run("audit")


def test_without_a_state_folder_it_says_what_to_do(tmp_path, capsys):
    assert main(["user", "list", "--state", str(tmp_path / "none")]) == 1
    assert "--state" in capsys.readouterr().err


@needs_postgres
def test_where_the_accounts_are_in_postgresql_they_are_changed_there(run: Any):
    with prepared() as url:
        config = run.state.parent / "cheap.toml"
        config.write_text(f'{config.read_text()}[store]\nurl = "{url}"\n')
        run("user", "add", "root", "--role", "admin")
        assert "root" in run("user", "list")
        assert run("token", "add", "root", "wall", "--scope", "see").startswith("sl_")
        assert "make account" in run("audit")
        store = DirectStore(StoreOptions(url), PARTS)
        store.open()
        cache = Database(store, time.time).read_cache()
        assert (list(cache.accounts), len(cache.tokens)) == (["root"], 1)
        store.close()
        assert not (run.state / "accounts.db").exists()


@needs_postgres
def test_a_database_that_is_away_is_said_in_one_line(run: Any):
    config = run.state.parent / "cheap.toml"
    config.write_text(f'{config.read_text()}[store]\nurl = "postgresql://nobody@127.0.0.1:1/x"\n')
    said = run("user", "list", fails=True)
    assert said.startswith("sightline: PostgreSQL (x at 127.0.0.1) cannot be reached: ")
    assert said.count("\n") == 1


def test_factors_are_shown_and_removed_without_their_secrets(run: Any):
    run("user", "add", "root", "--role", "admin")
    run("user", "add", "jane", "--no-password")
    assert run("user", "factors", "jane") == "jane: no password\n"
    database = Database(run.state, time.time)
    with database.change():
        factors.put_passkey(
            database.sql,
            Passkey("id1", "jane", "phone", "public-key", "localhost", 0, True, (), 1.0),
        )
        app = AuthenticatorApp("jane", "sealed-secret", 1, 1.0, None, frozenset(("a", "b")))
        factors.put_app(database.sql, app)
    shown = run("user", "factors", "jane")
    assert "at localhost: phone" in shown
    assert "2 recovery codes left" in shown
    assert "sealed-secret" not in shown
    said = run("user", "factors", "jane", "--reset")
    assert "removed 1 passkeys and an app" in said
    assert "sightline user reset jane" in said
    assert run("user", "factors", "jane") == "jane: no password\n"
    assert "reset factors" in run("audit")
    database.close()
