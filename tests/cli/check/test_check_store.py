"""`sightline check` says of the common database what is wrong, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from broker import free_port
from postgres import cluster, database, needs_postgres
from sightline.cli.check import store
from sightline.cli.check.findings import Finding
from sightline.settings import load


def checked(tmp_path: Path, url: str) -> dict[str, Finding]:
    path = tmp_path / "sightline.toml"
    path.write_text(f'[store]\nurl = "{url}"\n')
    return {each.step: each for each in store.check(load(path, {}))}


@needs_postgres
def test_a_database_that_is_there_is_looked_at_step_by_step(tmp_path: Path):
    with database() as url:
        found = checked(tmp_path, url)
    levels = {step: each.level for step, each in found.items()}
    assert levels == {
        "url": "ok",
        "version": "ok",
        "TLS": "ok",
        "rights": "warn",  # the tests' user is a superuser
        "tables": "ok",
        "clock": "ok",
        "extensions": "ok",
        "standbys": "ok",
        "safety": "fail",  # they run without fsync
        "connections": "ok",
    }
    assert "none yet" in found["tables"].said
    assert "NOSUPERUSER" in found["rights"].todo
    assert "fsync = off" in found["safety"].said


@needs_postgres
def test_a_user_without_rights_is_told_what_is_missing(tmp_path: Path):
    with database() as url:
        name = url.rpartition("/")[2]
        with cluster().connect() as sql:
            sql.execute("DROP ROLE IF EXISTS weak")
            sql.execute("CREATE ROLE weak LOGIN")
            sql.execute(f"REVOKE ALL ON DATABASE {name} FROM public".encode())
            sql.execute(f"GRANT CONNECT ON DATABASE {name} TO weak".encode())
        found = checked(tmp_path, url.replace("sightline@", "weak@"))["rights"]
    assert (found.level, found.said) == ("fail", "weak lacks CREATE, TEMPORARY")
    assert "OWNER TO weak" in found.todo


@pytest.mark.parametrize(
    ("change", "todo"),
    [
        (lambda url: re.sub(r":\d+/", f":{free_port()}/", url), "is it running"),
        (lambda url: f"{url}_not", "createdb"),
    ],
)
@needs_postgres
def test_a_database_that_is_not_there(tmp_path: Path, change: Callable[[str], str], todo: str):
    with database() as url:
        found = checked(tmp_path, change(url))
    assert list(found) == ["url"]
    assert found["url"].level == "fail"
    assert todo in found["url"].todo
