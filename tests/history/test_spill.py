from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor

from sightline.history.record import LastState, entry
from sightline.history.spill import Batch, Spill
from sightline.model.faults import Unavailable

reactor: Any = _reactor
T0 = 1_795_235_000.0


def batch(number: int, thing: str = "friend/jane/phone", size: int = 10) -> Batch:
    body = b'{"n":"%0*d"}' % (size, number)
    return Batch((entry(thing, "fix", T0 + number, T0, body),), (LastState(thing, T0, body),))


async def opened(folder: Path, most: int = 10_000_000) -> Spill:
    spill = Spill(reactor, folder, most)
    await spill.open()
    return spill


async def drained(spill: Spill) -> list[Batch]:
    found: list[Batch] = []
    while (oldest := await spill.oldest()) is not None:
        found += oldest[1]
        await spill.drop(oldest[0])
    assert spill.bytes == 0
    return found


@pytest_twisted.ensureDeferred
async def test_batches_come_back_in_their_order(tmp_path):
    spill = await opened(tmp_path / "spill")
    assert await spill.oldest() is None
    batches = [batch(number, size=100_000) for number in range(25)]  # several files
    for each in batches:
        await spill.put(each)
    assert len(list((tmp_path / "spill").iterdir())) > 1
    assert await drained(spill) == batches


@pytest_twisted.ensureDeferred
async def test_what_comes_while_the_oldest_is_read_goes_into_another_file(tmp_path):
    spill = await opened(tmp_path)
    await spill.put(batch(1))
    name, found = await spill.oldest()
    await spill.put(batch(2))
    assert list(found) == [batch(1)]
    await spill.drop(name)
    assert await drained(spill) == [batch(2)]


@pytest_twisted.ensureDeferred
async def test_a_restart_finds_what_waits_but_for_what_was_torn(tmp_path):
    spill = await opened(tmp_path)
    await spill.put(batch(1))
    await spill.put(batch(2))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    again = await opened(tmp_path)
    assert again.bytes == file.stat().st_size
    await again.put(batch(3))
    assert await drained(again) == [batch(1), batch(3)]


@pytest_twisted.ensureDeferred
async def test_a_line_that_cannot_be_read_harms_no_other(tmp_path):
    spill = await opened(tmp_path)
    await spill.put(batch(1))
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"rubbish\n" + file.read_bytes())
    assert await drained(await opened(tmp_path)) == [batch(1)]


@pytest_twisted.ensureDeferred
async def test_beyond_its_bound_nothing_is_taken_until_there_is_room(tmp_path):
    spill = await opened(tmp_path, most=1000)
    kept = 1000 // len(msgspec.json.encode(batch(1)) + b"\n")
    for number in range(kept):
        await spill.put(batch(number % 2))
    with pytest.raises(Unavailable, match="fills its place on disk"):
        await spill.put(batch(1))
    assert len(await drained(spill)) == kept
    await spill.put(batch(1))


@pytest_twisted.ensureDeferred
async def test_an_erased_thing_is_in_no_file_any_more(tmp_path):
    spill = await opened(tmp_path)
    for number in range(3):
        await spill.put(batch(number))
        await spill.put(batch(number, "friend/omar/phone"))
    assert await spill.erase(["friend/jane/phone"]) == 3
    for file in tmp_path.iterdir():
        assert b"jane" not in file.read_bytes()
    await spill.put(batch(9))
    found = [each.thing for b in await drained(spill) for each in b.entries]
    assert found == ["friend/omar/phone"] * 3 + ["friend/jane/phone"]


@pytest_twisted.ensureDeferred
async def test_a_disk_that_refuses_is_unavailable(tmp_path):
    spill = await opened(tmp_path / "spill")
    (tmp_path / "spill").rmdir()
    (tmp_path / "spill").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be written to disk"):
        await spill.put(batch(1))
