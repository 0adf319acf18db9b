"""What is said of the common database, by what was seen of it."""

from __future__ import annotations

from sightline.cli.check import judge_store


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
