"""The documents for operators: what they tell people to type exists, and works."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import preloaded
from sightline.cli.main import parser
from sightline_process import SightlineProcess

ROOT = Path(__file__).parents[1]
OPERATORS = ROOT / "server" / "docs" / "operators"
GUIDE = "\n".join(path.read_text() for path in sorted(OPERATORS.glob("*.md")))


def subcommands() -> set[str]:
    for action in parser()._actions:
        if isinstance(action.choices, dict):
            return set(action.choices)
    raise AssertionError("no subcommands")


def test_every_file_of_ours_the_guide_names_exists():
    named = set(re.findall(r"(?<![\w/.])((?:scripts|tests|config)/[\w./-]+\w\*?)", GUIDE))
    assert len(named) > 10
    assert {path for path in named if not list(ROOT.glob(path))} == set()


def test_every_subcommand_the_guide_names_exists():
    typed = re.findall(r"(?:^|[`/ (])sightline ([a-z]+)\b", GUIDE, re.MULTILINE)
    commands = {word for word in typed if word in subcommands()}
    assert commands >= {"check", "user", "token", "audit", "mosquitto", "guard"}
    first = {re.split(r"\s+", cell)[1] for cell in re.findall(r"`(sightline [a-z]+[^`]*)`", GUIDE)}
    assert first <= subcommands()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("user", ("add", "grant", "passwd", "role", "revoke", "disable", "enable", "remove")),
        ("token", ("add", "revoke")),
    ],
)
def test_what_the_guide_does_with_accounts_is_understood(command, words):
    for word in words:
        assert word in GUIDE
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([command, word, "--help"])
        assert ended.value.code == 0, (command, word)


def test_every_option_of_our_scripts_in_the_guide_is_one():
    for script, option in re.findall(r"scripts/(\w+\.sh)[^`\n]*?(--[a-z-]+)", GUIDE):
        assert option in (ROOT / "scripts" / script).read_text(), (script, option)


def test_every_unit_the_guide_names_is_shipped():
    shipped = {path.name for path in (ROOT / "config" / "systemd").iterdir()}
    for name in set(re.findall(r"\bsightline[\w-]*\.(?:service|socket)\b", GUIDE)):
        assert name in shipped
    for names in re.findall(r"systemctl (?:enable --now|restart) ([^`\n]+)", GUIDE):
        for name in re.findall(r"sightline[\w.-]*", names):
            assert f"{name.removesuffix('.service')}.service" in shipped or name in shipped, name


def test_every_metric_the_guide_names_is_told():
    told = (ROOT / "server" / "sightline" / "web" / "metrics.py").read_text()
    for name in set(re.findall(r"`?sightline_(\w+)", GUIDE)):
        # Those of the common database are made of its part of the state: `database_` + a name.
        said = name.removeprefix("database_").removesuffix("_total").replace("_", "")
        assert said in re.sub(r"[^a-z]", "", told), name


def test_every_table_of_the_accounts_is_explained():
    text = (ROOT / "server" / "sightline" / "accounts" / "database.py").read_text()
    tables = set(re.findall(r"CREATE TABLE (\w+)", text))
    part = GUIDE[GUIDE.index("| table of `accounts.db`") : GUIDE.index("Positions are kept")]
    assert tables <= set(re.findall(r"`(\w+)`", part))


# Backup and restore, by the very words of the guide.

SETTINGS = "[accounts]\nhash_memory = 1024\nhash_passes = 1\n"
PASSWORD = "quite-a-long-one-7"


def signs_in(server: SightlineProcess, name: str) -> int:
    asked = urllib.request.Request(
        server.url + "api/1/session",
        data=json.dumps({"name": name, "password": PASSWORD}).encode(),
        headers={"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def sightline(server: SightlineProcess, *words: str) -> None:
    places = ("--state", server.folder / "state", "--config", server.folder / "sightline.toml")
    preloaded.sightline(*words, *places, input=PASSWORD, check=True)


def test_a_backup_of_a_running_server_brings_back_what_was_lost(tmp_path):
    assert "sightline backup /var/backups/sightline/" in GUIDE
    assert "sightline restore FOLDER" in GUIDE
    with SightlineProcess(SETTINGS) as server:
        state = server.folder / "state"
        sightline(server, "user", "add", "jane", "--role", "admin")
        assert signs_in(server, "jane") == 200
        sightline(server, "backup", str(tmp_path / "kept"))
        made = {path.name for path in (tmp_path / "kept").iterdir()}
        assert made == {path.name for path in state.glob("*.db")} | {"sealing.key"}
        sightline(server, "user", "add", "late")
        server.end()
        for lost in [*state.glob("*.db"), *state.glob("*.db-wal"), *state.glob("*.db-shm")]:
            lost.unlink()
        sightline(server, "restore", str(tmp_path / "kept"))
        server.start()
        assert signs_in(server, "jane") == 200
        assert signs_in(server, "late") == 401
