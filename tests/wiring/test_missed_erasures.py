"""After a start the archive forgets whom other servers erased meanwhile."""

from __future__ import annotations

from types import SimpleNamespace

from twisted.internet.task import Clock

from sightline.model.faults import Unavailable
from sightline.wiring.missed_erasures import MissedErasures, missed_erasures


class NoteScene:
    """The notes of a store that does not answer at first, and the archive that is told of them."""

    def __init__(self) -> None:
        self.times = 0
        self.told: list[object] = []
        self.erasures = SimpleNamespace(ask_missed=lambda *told: self.told.append(told))

    async def erased(self) -> dict[str, float]:
        self.times += 1
        if self.times < 3:
            raise Unavailable("the store is away")
        return {"note": 5.0}


def test_the_store_is_asked_until_it_answers_and_then_no_more():
    clock, asked, senders = Clock(), NoteScene(), str.split
    service = MissedErasures(clock, asked.erased, asked, senders)
    service.startService()
    assert (asked.times, asked.told) == (1, [])
    clock.advance(30)
    assert (asked.times, asked.told) == (2, [])
    clock.pump([30] * 10)
    assert (asked.times, asked.told) == (3, [({"note": 5.0}, senders)])
    service.stopService()
    assert not clock.getDelayedCalls()


def test_a_server_that_shares_its_store_with_nobody_asks_nothing():
    for indexer in (None, SimpleNamespace(shared=False)):
        assert missed_erasures(SimpleNamespace(indexer=indexer), NoteScene()) == ()
    indexer = SimpleNamespace(shared=True, store=None)
    live = SimpleNamespace(indexer=indexer, bases=SimpleNamespace(senders=str.split))
    assert len(missed_erasures(live, NoteScene())) == 1
