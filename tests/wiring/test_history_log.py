"""Which stores get a log, whose it is, and what an older version left for it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import pytest_twisted
from log_scene import JANE, T0, fix

from sightline.history.log.former_spill import FormerBatch
from sightline.history.log.logged_store import LoggedStore
from sightline.history.memory import MemoryStore
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Span
from sightline.settings import Settings
from sightline.wiring.history_log import FOLDER, FORMER, indexer_of, server_name, with_log


def settings(text: str) -> Settings:
    return msgspec.toml.decode(text.encode(), type=Settings)


def test_a_history_in_memory_has_no_log(tmp_path: Path) -> None:
    store = MemoryStore()
    assert with_log(settings('[history]\nstore = "memory"'), tmp_path, store) is store
    assert indexer_of(store) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("text", "name"), [("", "main"), ('[replicas]\nname = "b"', "b")])
def test_a_store_knows_whose_log_it_is(tmp_path: Path, text: str, name: str) -> None:
    assert server_name(settings(text)) == name
    store = with_log(settings(text), tmp_path, SqliteStore(tmp_path))
    indexer = indexer_of(store)
    assert indexer is not None
    assert indexer.key == f"history-log/{name}"


@pytest_twisted.ensureDeferred
async def test_a_state_folder_of_before_starts_and_nothing_of_it_is_lost(tmp_path: Path):
    before = SqliteStore(tmp_path)
    await before.open()
    await before.write([fix(0)], [])
    await before.close()
    left = tmp_path / FORMER
    left.mkdir()
    (left / "00000001.jsonl").write_bytes(msgspec.json.encode(FormerBatch((fix(1),))) + b"\n")
    store = with_log(settings(""), tmp_path, SqliteStore(tmp_path))
    assert isinstance(store, LoggedStore)
    await store.open()
    await store.write([fix(2)], [])
    page = await store.page(Span(JANE, "fix"))
    assert [round(each.tst - T0) for each in page.entries] == [0, 1, 2]
    await store.close()
    assert list(left.iterdir()) == []
    # An older version finds all of it: the tables are as they were.
    again = SqliteStore(tmp_path)
    await again.open()
    assert len((await again.page(Span(JANE, "fix"))).entries) == 3
    await again.close()
    assert (tmp_path / FOLDER).is_dir()
