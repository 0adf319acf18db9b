"""`sightline check` says of the common database what is wrong, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from broker import free_port
from postgres import cluster, database, needs_postgres
from sightline.cli.check import judge_store, store
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


def test_what_is_judged_without_a_database():
    judge = judge_store
    assert judge.version("", 130_004).level == "fail"
    assert judge.version("", 170_002).said == "PostgreSQL 17.2"
    assert judge.tls("", here=False, used=True, mode="verify-full").level == "ok"
    assert judge.tls("", here=False, used=True, mode="require").level == "warn"
    assert judge.tls("", here=False, used=False, mode="disable").level == "fail"
    assert judge.rights("", True, True, True, False, "s", False).todo.startswith("name the primary")
    assert judge.rights("", True, True, False, False, "s", False).level == "ok"
    assert judge.tables("", [("history", 1, 2, False)]).todo.endswith("sightline store upgrade")
    assert judge.tables("", [("history", 3, 2, True)]).level == "fail"
    assert judge.tables("", [("history", 2, 2, False)]).level == "ok"
    assert [judge.clock("", ahead).level for ahead in (0.3, -2.0, 31.0)] == ["ok", "warn", "fail"]
    assert "behind" in judge.clock("", -2.0).said
    assert "next start" in judge.extensions("", ["postgis"], view=False).said
    assert judge.standbys("", [("b", "streaming", "async", 0.1)]).level == "ok"
    assert judge.standbys("", [("b", "catchup", "async", 0.1)]).level == "warn"
    assert judge.standbys("", [("b", None, None, 99.0)]).level == "warn"
    assert judge.safety("", "on", "on", "on").level == "ok"
    assert judge.connections("", 20, several=True).level == "warn"
    refused = 'FATAL: password authentication failed for user "sightline"'
    assert "pg_hba" in judge.unreachable("", "x", refused).todo
    assert "sslrootcert" in judge.unreachable("", "x", "certificate verify failed").todo
