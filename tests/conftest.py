"""Fixtures for everybody: the reactor of the tests keeps the same time as the server's."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from hypothesis import settings

# One slow example on a busy machine is no failure of the code. In CI the examples are always the
# same: what it refuses can be repeated; looking for new ones is for the runs in between.
settings.register_profile("sightline", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("sightline")


@pytest.fixture(scope="session", autouse=True)
def _monotonic_reactor() -> None:
    """As the server does: Twisted's timers follow the wall clock unless told otherwise."""
    pytest_twisted.init_default_reactor()
    from twisted.internet import reactor

    twisted_reactor: Any = reactor
    twisted_reactor.seconds = time.monotonic


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Any]:
    """Opens houses (see tests/house.py), closes them afterwards."""
    from twisted.internet.defer import Deferred

    from house import House

    opened: list[House] = []

    async def open_house(**options: Any) -> House:
        folder = tmp_path / f"state{len(opened)}"
        folder.mkdir()
        made = House(folder, **options)
        opened.append(made)
        return await made.opens()

    yield open_house
    for made in opened:
        pytest_twisted.blockon(Deferred.fromCoroutine(made.closes()))
