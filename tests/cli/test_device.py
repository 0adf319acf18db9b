"""`sightline device`: further names of devices, from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

import preloaded
from sightline.history.formats import rec

TST = 1_795_235_749


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Runs `sightline device …` where two devices have a past; what it said."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    for device in ("phone", "old"):
        folder = tmp_path / "recorder" / "rec" / "jane" / device
        folder.mkdir(parents=True)
        said = {"_type": "location", "lat": 48.8, "lon": 2.2, "tst": TST, "tid": "JA"}
        (folder / "2026-11.rec").write_bytes(rec.written(TST, "", msgspec.json.encode(said)))
    brought = preloaded.sightline("import", tmp_path / "recorder", "--state", state)
    assert brought.returncode == 0, brought.stderr

    def run(action: str, *words: str, fails: bool = False) -> str:
        said = preloaded.sightline("device", action, "--state", state, *words)
        assert said.returncode == (1 if fails else 0), said.stderr
        return said.stderr if fails else said.stdout

    run.state = state  # type: ignore[attr-defined]
    return run


def test_a_device_is_renamed_and_its_former_name_stays_known(run):
    assert run("list") == "jane/old\njane/phone\n"
    assert run("rename", "jane/phone", "jane/pixel") == "jane/phone is jane/pixel now\n"
    assert run("list").splitlines()[:2] == ["jane/old", "jane/pixel"]
    assert "    also jane/phone (" in run("list")
    audit = preloaded.sightline("audit", "--state", run.state).stdout
    assert "rename" in audit


def test_two_devices_are_made_one_and_two_again(run):
    assert run("merge", "jane/old", "jane/phone") == "jane/old is part of jane/phone now\n"
    first, other = run("list").splitlines()
    assert first == "jane/phone"
    assert other.startswith("    also jane/old (")
    split = run("split", "jane/phone", "jane/old")
    assert split == "jane/old is a device of its own now\n"
    assert run("list") == "jane/old\njane/phone\n"


def test_what_cannot_be_a_name_is_refused_in_a_line(run):
    said = run("rename", "jane/phone", "no slash", fails=True)
    assert said.strip()
    assert "Traceback" not in said
    assert run("list") == "jane/old\njane/phone\n"
