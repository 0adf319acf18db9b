"""Close what a test that failed has left open."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_twisted

from channels.scene import OPEN


@pytest_twisted.async_yield_fixture(autouse=True)
async def _closed() -> AsyncIterator[None]:
    yield
    for scene in list(OPEN):
        await scene.closes()
