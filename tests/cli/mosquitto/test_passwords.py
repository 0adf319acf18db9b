from __future__ import annotations

import io
import os
import stat
import subprocess

import pytest

from broker import MOSQUITTO, Broker
from sightline.cli.main import main
from sightline.cli.mosquitto.passwords import BadPasswords, line


def test_a_line_is_what_mosquitto_makes():
    assert line("jane", "pw", b"123456789012", 101) == (
        "jane:$7$101$MTIzNDU2Nzg5MDEy$"
        + line("jane", "pw", b"123456789012", 101).rpartition("$")[2]
    )
    assert len(line("jane", "pw").rpartition("$")[2]) == 88
    assert line("jane", "pw") != line("jane", "pw")


@pytest.mark.parametrize("user", ["", "a/b", "a+", "#", "a:b", "a b", "-a", "x" * 65, "ä"])
def test_a_name_that_would_be_no_topic_level_is_refused(user):
    with pytest.raises(BadPasswords, match="user name"):
        line(user, "pw")


@pytest.mark.parametrize("password", ["", "a\nb", "\0"])
def test_a_password_mosquitto_cannot_take_is_refused(password):
    with pytest.raises(BadPasswords, match="password"):
        line("jane", password)


def user(*arguments: object) -> int:
    return main(["mosquitto", "user", *map(str, arguments)])


def test_users_are_added_changed_listed_and_removed(tmp_path, monkeypatch, capsys):
    file = tmp_path / "passwd"
    for name in ("jane", "ProBot1", "jane"):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"secret-{name}\n"))
        assert user("add", file, name, "--stdin") == 0
    assert "changed jane" in capsys.readouterr().err
    assert user("list", file) == 0
    assert capsys.readouterr().out == "jane\nProBot1\n"
    assert user("remove", file, "jane") == 0
    assert user("remove", file, "jane") == 1
    assert "no user jane" in capsys.readouterr().err
    assert file.read_text().startswith("ProBot1:$7$")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["passwd"]


def test_a_random_password_is_told_once(tmp_path, capsys):
    assert user("add", tmp_path / "passwd", "jane", "--random") == 0
    assert len(capsys.readouterr().out.strip()) >= 20


def test_what_goes_wrong_is_said(tmp_path, capsys):
    assert user("list", tmp_path / "none") == 1
    assert user("add", tmp_path / "no" / "passwd", "jane", "--random") == 1
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert user("add", tmp_path / "binary", "jane", "--random") == 1
    assert "Traceback" not in capsys.readouterr().err


def test_mosquitto_lets_in_whom_we_made(tmp_path, capsys):
    assert MOSQUITTO
    file = tmp_path / "passwd"
    user("add", file, "jane", "--random")
    password = capsys.readouterr().out.strip()
    with Broker("allow_anonymous false", f"password_file {file}") as broker:

        def publishes(word: str) -> int:
            command = ["mosquitto_pub", "-p", str(broker.port), "-t", "x", "-m", "y"]
            command += ["-u", "jane", "-P", word]
            return subprocess.run(command, capture_output=True, timeout=60).returncode

        assert publishes(password) == 0
        assert publishes(password + "x") != 0
