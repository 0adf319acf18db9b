"""Erasing a friend is refused while it cannot be done, and says why."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import pytest_twisted

from sightline.contract.errors import Refused
from sightline.history.archive.archive import Archive
from sightline.wiring.erasure import eraser_of_archive
from waits import reactor


@pytest_twisted.ensureDeferred
async def test_an_archive_that_cannot_note_it_refuses_and_later_does_it(tmp_path: Path):
    folder = tmp_path / "archive"
    folder.write_text("in the way of the folder")
    archive = Archive(reactor, time.time, folder, ["#"], days=7, most=10_000_000)
    archive.startService()
    erase = eraser_of_archive(archive)
    with pytest.raises(Refused, match="The raw messages cannot be erased just now") as refused:
        await erase("friend/jane/phone")
    assert refused.value.code == "busy"
    folder.unlink()
    await erase("friend/jane/phone")
    await archive.stopService()
