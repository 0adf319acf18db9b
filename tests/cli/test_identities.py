"""`sightline user link`, `unlink` and `identities`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from sightline.accounts import identities
from sightline.accounts.database import Database
from sightline.auth.account import Account
from sightline.cli.main import main

ISSUER = "https://auth.example.org"


@pytest.fixture
def run(tmp_path: Path, capsys) -> Any:
    """Runs `sightline user …`; what it said, after checking its status."""
    config, state = tmp_path / "x.toml", tmp_path / "state"
    config.write_text(f'[oidc.home]\nissuer = "{ISSUER}"\nclient_id = "x"\n')
    state.mkdir(mode=0o700)
    database = Database(state, time.time)
    database.put_account(Account("jane", "viewer"))
    database.close()

    def run(action: str, *words: str, fails: bool = False) -> str:
        where = ["--state", str(state), "--config", str(config)]
        status = main(["user", action, *where, *words])
        said = capsys.readouterr()
        assert status == (1 if fails else 0), said.err
        return str(said.err if fails else said.out)

    run.state = state  # type: ignore[attr-defined]
    return run


def test_somebody_is_linked_shown_and_unlinked(run):
    assert "No account is linked" in run("identities")
    assert run("link", "jane", "home", "u-1") == f"jane: signs in as u-1 of {ISSUER}\n"
    database = Database(run.state, time.time)
    (found,) = identities.identities_in(database.sql)
    assert (found.issuer, found.subject, found.account) == (ISSUER, "u-1", "jane")
    assert f"{found.id}  jane: u-1, {ISSUER} subject u-1; last used: never" in run("identities")
    database.remove_account("jane")
    assert "(removed, stays out)" in run("identities")
    assert "unlinked" in run("unlink", found.id)
    assert identities.identities_in(database.sql) == []
    database.close()


def test_what_is_not_there_is_said(run):
    assert "(there are: home)" in run("link", "jane", "other", "u-1", fails=True)
    assert "no account nobody" in run("link", "nobody", "home", "u-1", fails=True)
    assert "1 to 255" in run("link", "jane", "home", "x" * 256, fails=True)
    assert "there is no abc" in run("unlink", "abc", fails=True)
