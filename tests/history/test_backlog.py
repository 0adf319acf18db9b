"""What a store does not take waits on disk, in order, and is brought to it once it does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest_twisted
from twisted.internet import reactor

from sightline.history.backlog import Backlog
from sightline.history.record import HistoryEntry, LastState, entry
from sightline.history.spill import Batch, Spill
from sightline.model.faults import Unavailable
from waits import until

T0 = 1_795_235_000.0


class Stored:
    """A store that is away as long as it has a reason."""

    def __init__(self) -> None:
        self.why = "away"
        self.asked = 0
        self.entries: list[HistoryEntry] = []
        self.states: list[LastState] = []

    async def prepare(self) -> None:
        self.asked += 1
        if self.why:
            raise Unavailable(self.why)

    async def bring(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> None:
        self.entries += entries
        self.states += last_states

    async def erase_stored(self, things: Sequence[str]) -> int:
        return 100


def fix(n: int, thing: str = "friend/jane/phone") -> HistoryEntry:
    return entry(thing, "fix", T0 + n, T0, b"%d" % n)


async def opened(folder: Path, stored: Any) -> Backlog:
    spill = Spill(reactor, folder, 1_000_000, "Store")
    backlog = Backlog(reactor, spill, stored, (0.01, 0.02), "Store")
    await backlog.open()
    return backlog


@pytest_twisted.ensureDeferred
async def test_it_is_tried_again_until_all_is_there_in_order(tmp_path: Path):
    stored = Stored()
    backlog = await opened(tmp_path, stored)
    backlog.begin(Unavailable("it is away"))
    for n in range(20):
        await backlog.put(Batch((fix(n),), (LastState("friend/jane/phone", T0 + n, b"1"),)))
    assert backlog.grows
    assert "it is away" in backlog.trouble
    await until(lambda: stored.asked > 2)
    assert stored.entries == []
    stored.why = ""
    await until(lambda: not backlog.grows)
    assert stored.entries == [fix(n) for n in range(20)]
    assert [state.at - T0 for state in stored.states] == [*range(20)]
    assert (backlog.bytes, backlog.trouble) == (0, "")
    await backlog.close()


@pytest_twisted.ensureDeferred
async def test_who_is_erased_is_so_on_disk_too_and_the_next_start_finds_the_rest(tmp_path: Path):
    stored = Stored()
    backlog = await opened(tmp_path, stored)
    await backlog.put(Batch((fix(0), fix(1, "friend/omar/phone"))))
    assert await backlog.erase(["friend/jane/phone"]) == 101
    await backlog.close()
    stored.why = ""
    again = await opened(tmp_path, stored)
    again.drain()
    await until(lambda: not again.grows)
    assert stored.entries == [fix(1, "friend/omar/phone")]
    await again.close()
