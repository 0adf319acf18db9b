"""The daemon's log stays small, and is nobody else's."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from twisted.logger import Logger, LogLevel
from twisted.python.logfile import LogFile

from sightline.wiring import logfile


def test_the_log_is_bounded_in_size_and_number_and_readable_by_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logfile, "SIZE", 2000)
    monkeypatch.setattr(logfile, "FILES", 3)
    opened: list[LogFile] = []

    class Noted(LogFile):
        def __init__(self, *arguments: Any, **more: Any) -> None:
            super().__init__(*arguments, **more)
            opened.append(self)

    monkeypatch.setattr(logfile, "LogFile", Noted)
    monkeypatch.setenv("SIGHTLINE_LOG", str(tmp_path / "sightline.log"))
    log = Logger(observer=logfile.observer())
    for number in range(500):
        log.emit(LogLevel.info, "Sentence {number}", number=number)
    opened[0].close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["sightline.log", *(f"sightline.log.{n}" for n in (1, 2, 3))]
    assert all(path.stat().st_size < 2200 for path in tmp_path.iterdir())
    assert "Sentence 499" in (tmp_path / "sightline.log").read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
