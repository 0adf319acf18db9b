"""`sightline user invite`, `reset`, `invitations` and `withdraw`."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest

from sightline.accounts.database import Database
from sightline.accounts.database_audit import Search
from sightline.auth.permissions import Grants
from sightline.auth.session import digest
from sightline.cli.main import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch, capsys) -> Any:
    """Runs `sightline user …`; what it said, after checking its status."""
    config = tmp_path / "cheap.toml"
    config.write_text(
        "[accounts]\nhash_memory = 1024\nhash_passes = 1\n"
        '[server]\npublic_url = "https://map.example.org/"\n'
    )
    state = tmp_path / "state"
    state.mkdir()

    def run(action: str, *words: str, fails: bool = False) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("quite-a-long-one-7\n"))
        where = ["--state", str(state), "--config", str(config)]
        status = main(["user", action, *where, *words])
        said = capsys.readouterr()
        assert status == (1 if fails else 0), said.err
        return str(said.err if fails else said.out)

    run.state = state  # type: ignore[attr-defined]
    return run


def test_an_invitation_is_made_listed_and_withdrawn(run):
    said = run(
        *("invite", "Ben", "--see", "friend/anna", "--own", "friend/ben", "--days", "2"),
        "--adds-phone",
    )
    link, about = said.splitlines()
    base, _, secret = link.partition("#invite=")
    assert base == "https://map.example.org/"
    assert about.startswith("It is good once, until ")
    database = Database(run.state, time.time)
    (invitation,) = database.read_cache().invitations.values()
    assert invitation.key == digest(secret)
    assert invitation.grants == Grants(frozenset(("friend/anna",)), own=frozenset(("friend/ben",)))
    assert invitation.adds_phone
    assert invitation.ends - invitation.created == 2 * 86400
    listed = run("invitations")
    assert f"{invitation.id}  open     Ben: as viewer, by the command line" in listed
    assert secret not in listed
    assert "withdrawn" in run("withdraw", invitation.id)
    assert "revoked" in run("invitations")
    deeds = [record.event.what for record in database.records(Search())]
    assert deeds == ["withdraw invitation", "invite"]
    database.close()


def test_a_link_for_a_new_password(run):
    run("add", "jane")
    assert "https://map.example.org/#reset=" in run("reset", "Jane")
    assert "new password of jane" in run("invitations")
    # A new password by another way ends it.
    run("passwd", "jane")
    assert "revoked  jane" in run("invitations")
    run("disable", "jane")
    assert "closed" in run("reset", "jane", fails=True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("invite", "Ben", "--see", "nonsense/x"), "see"),
        (("invite", " "), "a name is"),
        (("reset", "nobody"), "no account nobody"),
        (("withdraw", "none"), "no invitation none"),
    ],
)
def test_what_makes_no_sense_is_refused(run, words, why):
    assert why in run(*words, fails=True)


def test_so_many_days_at_most(run, capsys):
    with pytest.raises(SystemExit):
        main(["user", "invite", "--state", str(run.state), "Ben", "--days", "91"])
    assert "from 1 to 90" in capsys.readouterr().err
