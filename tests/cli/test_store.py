"""`sightline store`: how the tables stand, and an upgrade after a backup."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from postgres import cluster, needs_postgres, prepared
from sightline.cli import store
from sightline.cli.main import main
from sightline.database.schema import SchemaStep

MORE = SchemaStep(("ALTER TABLE region ADD COLUMN colour TEXT NOT NULL DEFAULT '';",))


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command line; its status, and what it said."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)

    def run(*words: str, url: str = "") -> tuple[int, str]:
        config = tmp_path / "sightline.toml"
        config.write_text(f'[store]\nurl = "{url}"\n')
        places = ["--state", str(state), "--config", str(config)]
        status = main(["store", words[0], *places, *words[1:]])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_files_are_brought_up_to_date_at_the_start(run):
    status, said = run("status")
    assert (status, said.count("is not there yet")) == (0, 4)
    assert "at the next start" in run("upgrade")[1]


@needs_postgres
def test_an_upgrade_wants_a_backup_and_is_done_once(run, tmp_path, monkeypatch):
    with prepared() as url:
        status, said = run("status", url=url)
        assert (status, "regions    version 2" in said) == (0, True), said
        assert "Nothing is to be done" in run("upgrade", url=url)[1]
        parts = [
            replace(part, steps=(*part.steps, MORE)) if part.name == "regions" else part
            for part in store.PARTS
        ]
        monkeypatch.setattr("sightline.wiring.store.PARTS", tuple(parts))
        monkeypatch.setattr(store, "PARTS", tuple(parts))
        status, said = run("status", url=url)
        assert (status, "this Sightline needs 3" in said) == (1, True), said
        status, said = run("upgrade", url=url)
        assert (status, "there must be a backup" in said) == (1, True), said
        monkeypatch.setenv("PATH", f"{Path(shutil.which('pg_dump') or '').parent}")
        backup = tmp_path / "before.dump"
        status, said = run("upgrade", "--backup", str(backup), url=url)
        assert (status, "version 2 → 3" in said) == (0, True), said
        assert backup.read_bytes().startswith(b"PGDMP")
        with cluster().connect(url.rpartition("/")[2]) as sql:
            sql.execute("SELECT colour FROM sightline.region")
        monkeypatch.undo()
        status, said = run("status", url=url)
        assert (status, "too new" in said) == (0, False), "an older server goes on beside it"
