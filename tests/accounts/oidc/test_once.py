"""One run for all who ask at the same time."""

from __future__ import annotations

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from sightline.accounts.oidc.once import Once


@pytest_twisted.ensureDeferred
async def test_all_who_ask_meanwhile_share_a_run_and_its_end():
    runs: list[Deferred[None]] = []

    async def work() -> None:
        runs.append(Deferred())
        await runs[-1]

    once = Once(work)
    waiting = [once() for _ in range(3)]
    assert len(runs) == 1
    runs[0].callback(None)
    assert [each.called for each in waiting] == [True] * 3
    failing = [once(), once()]
    runs[1].errback(ValueError("no"))
    for each in failing:
        with pytest.raises(ValueError, match="no"):
            await each
    assert len(runs) == 2
