"""Fixtures for what needs a broker: a real one, a publisher to it, a scene around a bridge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_twisted

from broker import Broker
from mqtt.scene import Publisher, Scene


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as running:
        yield running


@pytest.fixture
def publisher(broker: Broker) -> Iterator[Publisher]:
    client = Publisher(broker.port)
    yield client
    client.close()


@pytest_twisted.async_yield_fixture()
async def scene() -> AsyncIterator[Scene]:
    made = Scene()
    yield made
    for bridge in made.bridges:
        if bridge.running:
            await bridge.stopService()
