"""Fixtures for everybody: the reactor of the tests keeps the same time as the server's."""

from __future__ import annotations

import os
import time
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
