"""What was found is told once or twice by the same id, whatever ends the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest_twisted

from rules.rule_server import RuleServer, news
from rules.scene import JANE
from rules.test_watching import crosses
from sightline.model.faults import Unavailable

TESTS = Path(__file__).parents[1]


@pytest_twisted.ensureDeferred
async def test_a_server_that_is_killed_before_it_told_tells_at_its_next_start(where):
    killed = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed.py")), *map(str, where.values())],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    kept = await RuleServer(**where).opens()
    (alert,) = kept.shown("alert").values()
    assert alert.thing == JANE
    (notice,) = await kept.alerts.untold()
    assert notice.account == "jane"
    kept.alerts.delivered(news(notice))
    await kept.settles()
    assert await kept.alerts.untold() == []
    await kept.closes()


@pytest_twisted.ensureDeferred
async def test_what_cannot_be_written_waits_and_keeps_its_order(where, monkeypatch):
    kept = await RuleServer(**where).opens()
    await kept.makes()
    kept.clock.advance(1)  # what is known of a new rule is noted at once
    await kept.settles()
    write = kept.database.write

    async def away(do, *, scrub=False):
        raise Unavailable("the disk is away")

    monkeypatch.setattr(kept.database, "write", away)
    crosses(kept)
    kept.clock.advance(11)  # the note of what the engine knows comes behind
    await kept.writes.idle()
    assert kept.said == []
    assert len(kept.writes) == 2
    monkeypatch.setattr(kept.database, "write", write)
    await kept.settles()
    assert len(kept.said) == 1
    at, record = await kept.database.work(lambda store: store.watch.read())
    assert at == kept.wall()
    assert JANE.encode() in record
    await kept.closes()
