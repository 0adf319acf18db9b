"""The databases of a state folder belong together: what is missing or damaged is found at start."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from sightline.accounts.database import Database
from sightline.auth.account import Account
from sightline.channels.options import ChannelOptions
from sightline.channels.records import Channel
from sightline.channels.store import ChannelStore
from sightline.history import tables
from sightline.history.record import entry
from sightline.history.writing import StoreWriter
from sightline.kinds.rules.model import Condition, Recipient, Rule
from sightline.model.faults import CannotOpen
from sightline.regions.store import RegionStore
from sightline.rules.store import RuleStore
from sightline.wiring import members
from sightline.wiring.members import MEMBER
from sightline.wiring.state_folder import opened


def quiet(*_: object, **__: object) -> None:
    """Nobody is told."""


def starts(folder: Path, names: tuple[str, ...] = members.ALL) -> members.Manifest:
    """As a server does, up to what it opens and closes again."""
    manifest = opened(folder, names, quiet)
    Database(folder, time.time).close()
    RegionStore(folder, time.time).close()
    if members.CHANNELS in names:
        ChannelStore(folder, ChannelOptions()).close()
    if members.RULES in names:
        RuleStore(folder).close()
    if members.HISTORY in names:
        tables.opened(folder / tables.FILE).close()
    return members.seal(folder, manifest, names)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder that a server has used for a while."""
    folder = tmp_path / "state"
    folder.mkdir()
    starts(folder)
    fill(folder)
    return folder


def fill(folder: Path) -> None:
    database = Database(folder, time.time)
    for number in range(60):
        database.put_account(Account(f"name{number}", "admin", password="x" * 90, created=1.0))
    database.close()
    store = RegionStore(folder, time.time)
    store.note([f"friend/name{number}/phone" for number in range(400)], [])
    store.close()
    channels = ChannelStore(folder, ChannelOptions())
    for number in range(60):
        channel = Channel(
            id=f"c{number}", account=f"name{number}", type="mqtt", name="x" * 900, host="h"
        )
        channels.put(channel, "sealed")
    channels.close()
    rules = RuleStore(folder)
    for number in range(200):
        rule = Rule(
            name="x" * 300,
            about=("friend/jane/phone",),
            condition=Condition(type="fallen"),
            tell=(Recipient(account="jane"),),
            version=1,
            by="jane",
            at=1.0,
        )
        rules.put(f"jane/r{number}", rule, 0)
    rules.close()
    writer = StoreWriter(tables.opened(folder / tables.FILE))
    writer.write([entry("friend/jane/phone", "fix", n, n, b"{}") for n in range(2000)], [])
    writer.close()


def before_there_was_a_manifest(folder: Path) -> None:
    (folder / members.FILE).unlink()
    for name in members.ALL:
        sql = sqlite3.connect(folder / name)
        sql.execute(f"DROP TABLE {MEMBER}")
        sql.commit()
        sql.close()


def refused(folder: Path) -> str:
    with pytest.raises(CannotOpen) as why:
        starts(folder)
    said = str(why.value)
    assert "\n" not in said
    assert "sightline " in said, said  # what to do
    return said


def test_a_new_folder_begins_and_an_old_one_goes_on(state: Path, tmp_path: Path) -> None:
    manifest = members.read(state)
    assert manifest is not None
    assert sorted(manifest.members) == sorted(members.ALL)
    assert not manifest.making
    assert starts(state) == manifest
    before_there_was_a_manifest(state)
    again = starts(state)
    assert sorted(again.members) == sorted(members.ALL)
    assert again.members != manifest.members
    assert starts(state) == again


@pytest.mark.parametrize("aged", [False, True], ids=["with manifest", "from before"])
@pytest.mark.parametrize("name", members.ALL)
def test_an_empty_member_ends_the_start(state: Path, name: str, aged: bool) -> None:
    if aged:
        before_there_was_a_manifest(state)
    os.truncate(state / name, 0)
    said = refused(state)
    assert f"{name} is empty" in said
    assert (state / name).stat().st_size == 0
    assert refused(state) == said  # whatever the first start did


@pytest.mark.parametrize(
    ("name", "aged"),
    [*((name, False) for name in members.ALL), (members.ACCOUNTS, True)],
)
def test_a_missing_member_ends_the_start(state: Path, name: str, aged: bool) -> None:
    if aged:
        before_there_was_a_manifest(state)
    (state / name).unlink()
    said = refused(state)
    assert f"{name} is missing" in said
    assert not (state / name).exists()


@pytest.mark.parametrize("name", members.ALL)
@pytest.mark.parametrize("part", [0.0001, 0.3, 0.7, 0.99])
def test_a_truncated_member_ends_the_start(state: Path, name: str, part: float) -> None:
    size = (state / name).stat().st_size
    os.truncate(state / name, max(1, int(size * part)))
    assert name in refused(state)


@pytest.mark.parametrize("name", members.ALL)
@pytest.mark.parametrize("what", ["random", "zeros", "other page"])
def test_a_page_that_was_overwritten_is_found_whichever_it_is(
    state: Path, name: str, what: str
) -> None:
    whole = (state / name).read_bytes()
    size = 4096
    pages = len(whole) // size
    assert pages > 3
    chance = random.Random(name)
    free = anything_goes(state / name)
    for number in range(pages):
        begin, end = number * size, (number + 1) * size
        if what == "other page" and number + 1 in free:
            continue
        if what == "zeros":
            page = bytes(size)
        elif what == "random":
            page = chance.randbytes(size)
        else:
            # An empty table in the place of another is no damage that the structure shows.
            filled = [n for n in range(1, pages) if whole[n * size + 3 : n * size + 5] != b"\0\0"]
            other = chance.choice([n for n in filled if n != number])
            page = whole[other * size : (other + 1) * size]
        if page == whole[begin:end]:
            continue
        (state / name).write_bytes(whole[:begin] + page + whole[end:])
        said = refused(state)
        assert f"{name}" in said, (number, said)
        assert (state / name).read_bytes()[begin:end] == page, "nothing was changed in it"


def anything_goes(path: Path) -> list[int]:
    """SQLite's own table of numbers takes any row; they go on from the greatest there is."""
    with closing(sqlite3.connect(path)) as sql:
        found = sql.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_sequence'")
        return [row[0] for row in found]


def test_another_folders_member_ends_the_start(state: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    starts(other)
    fill(other)
    shutil.copy(other / members.ACCOUNTS, state / members.ACCOUNTS)
    assert "belongs to another state folder" in refused(state)


def test_a_first_start_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    for made in range(4):
        folder = tmp_path / f"cut{made}"
        folder.mkdir()
        opened(folder, members.ALL, quiet)
        for name in members.ALL[:made]:
            (folder / name).touch()
        if made == 2:
            (folder / members.ACCOUNTS).unlink()
            Database(folder, time.time).close()
        manifest = starts(folder)
        assert sorted(manifest.members) == sorted(members.ALL)
        assert not manifest.making
        assert not manifest.anew


def test_ids_that_were_given_half_are_given(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before_there_was_a_manifest(state)
    given = []

    def cut(path: Path, id: str) -> None:
        if given:
            raise OSError("cut off")
        given.append(path)
        whole(path, id)

    whole = members.stamp
    monkeypatch.setattr(members, "stamp", cut)
    with pytest.raises(OSError, match="cut off"):
        starts(state)
    monkeypatch.undo()
    manifest = starts(state)
    assert not manifest.making
    assert not manifest.anew
    assert starts(state) == manifest


def test_a_database_that_is_not_wanted_may_be_gone(state: Path) -> None:
    (state / members.HISTORY).unlink()
    starts(state, (members.ACCOUNTS, members.REGIONS))
    assert f"{members.HISTORY} is missing" in refused(state)


def test_a_damaged_manifest_says_what_to_do(state: Path) -> None:
    (state / members.FILE).write_bytes(b'{"folder":')
    assert "sightline state accept" in refused(state)


def test_what_takes_too_long_at_a_start_is_left_for_later(state: Path) -> None:
    writer = StoreWriter(tables.opened(state / tables.FILE))
    for many in range(10):
        writer.write(
            [
                entry(f"friend/{n % 50}/phone", "fix", n, n, b"{}" * 30)
                for n in range(many * 20_000, many * 20_000 + 20_000)
            ],
            [],
        )
    writer.close()
    assert members.look_through(state / tables.FILE, seconds=0.0) is None
    assert members.look_through(state / tables.FILE, None) == ""
