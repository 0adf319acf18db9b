"""Who is erased at one server is erased at the others, and nobody is by somebody's mere word."""

from __future__ import annotations

from typing import Any

import pytest_twisted
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock

from sightline.history.entry import Entry, entry
from sightline.history.memory import MemoryStore
from sightline.model.faults import Unavailable
from sightline.model.kind import Arrival
from sightline.others import Others, topic
from sightline.wiring.erasing import RECENT, Erasing

NOW = 1_795_235_000.0
JANE = "friend/jane/phone"


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore()
        self.said: list[str] = []
        self.forgotten: list[str] = []
        self.others = Others(self.clock, "a", self._publish)
        self.erasing = Erasing(
            self.clock, self.store, self.others, (self.forgotten.append, self._erase)
        )

    def _publish(self, topic: str, payload: bytes, qos: int) -> bool:
        self.said.append(topic)
        return True

    async def _erase(self, thing: str) -> None:
        await self.store.erase([thing])

    def hears(self, about: str = "jane/phone") -> None:
        told = topic("b", "erased", about)
        assert self.others.sift([Arrival(told, b"", False, 1, NOW)]) == []

    async def has(self, at: float, sort: str = "fix") -> None:
        made: list[Entry] = [entry(JANE, sort, at, at, b"{}")]
        await self.store.write(made, [])


def test_the_others_are_told_whom_to_forget():
    scene = Scene()
    scene.erasing.tell(JANE)
    assert scene.said == ["sightline/replicas/a/erased/jane/phone"]


@pytest_twisted.ensureDeferred
async def test_who_is_gone_from_the_store_is_forgotten_with_all_that_came_meanwhile():
    scene = Scene()
    await scene.has(NOW - RECENT + 1)
    scene.hears()
    assert scene.forgotten == [JANE]
    assert list(await scene.store.things()) == []


@pytest_twisted.ensureDeferred
async def test_who_has_a_history_is_not_erased_by_somebodys_word():
    for sort in ("fix", "transition", "crossing"):
        scene = Scene()
        await scene.has(NOW - RECENT - 1, sort)
        scene.hears()
        assert scene.forgotten == []
        assert list(await scene.store.things()) == [JANE]


def test_what_names_no_device_is_refused():
    scene = Scene()
    scene.hears("jane")
    assert (scene.forgotten, scene.others.refused) == ([], 1)


def test_while_the_store_is_away_it_is_tried_again():
    scene = Scene()
    there = scene.store.page

    def away(*_: object, **__: object) -> Deferred[Any]:
        return fail(Unavailable("away"))

    scene.store.page = away  # type: ignore[method-assign]
    scene.hears()
    scene.clock.advance(10)
    assert scene.forgotten == []
    scene.store.page = there  # type: ignore[method-assign]
    scene.clock.advance(10)
    assert scene.forgotten == [JANE]
