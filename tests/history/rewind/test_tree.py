from __future__ import annotations

import gzip
import random
from itertools import groupby

import pytest

from rewind_scene import DAY, NOON, ArchiveFiles, everything, said
from sightline.history.rewind.index import key_of
from sightline.history.rewind.tree import Snapshots, retained_value_at, value_at
from sightline.model.kind import Arrival


def in_three_days() -> list[Arrival]:
    """Return messages of three days, of topics that come and go."""
    random.seed(3)
    return [
        said(f"house/r{random.randrange(40)}/t{random.randrange(3)}", f"{n:060d}", n * 20 - DAY)
        for n in range(9000)
    ]


@pytest.fixture
def house(files: ArchiveFiles) -> tuple[ArchiveFiles, list[Arrival]]:
    messages = in_three_days()
    for _, day in groupby(messages, lambda each: each.at // DAY):
        files.add(day)
    files.compress()
    # the last day is open
    last = sorted(files.path.glob("*.gz"))[-1]
    plain = gzip.decompress(last.read_bytes())
    last.with_suffix("").write_bytes(plain)
    last.unlink()
    return files, messages


@pytest.mark.parametrize("at", [-DAY + 1, -3600.0, 0.5, 7777.0, DAY, 1e9])
def test_at_any_moment_it_is_what_all_lines_until_then_say(house, at: float):
    files, messages = house
    then = NOON + at
    until = [each for each in messages if each.at <= then]
    parts = files.parts()
    snapshots = Snapshots(files.reader)
    snapshot = snapshots.at(then, parts, lambda: None)
    expected = {each.topic: each for each in until}
    assert {topic for topic, _ in snapshot.of("main", everything)} == set(expected)
    known = {part.identity: part for part in parts}
    for topic, last in list(expected.items())[:25]:
        about = snapshot.topics[key_of("main", topic)]
        assert value_at(files.reader, known, key_of("main", topic), about, then) == last
        assert about.messages == sum(each.topic == topic for each in until)
    page = snapshot.page("main", "house/", everything)
    assert [name for name, _ in page.children] == sorted(
        {topic.split("/")[1] for topic in map(str, expected)}
    )
    assert page.here.messages == len(until)


def test_pages_follow_each_other_and_topics_that_are_not_seen_are_not_there(house):
    files, _ = house
    snapshot = Snapshots(files.reader).at(1e12, files.parts(), lambda: None)
    first = snapshot.page("main", "house/", everything, most=15)
    rest = snapshot.page("main", "house/", everything, after=first.after, most=100)
    names = [name for name, _ in (*first.children, *rest.children)]
    assert len(names) == first.total == 40
    assert names == sorted(names)
    assert rest.after is None
    some = snapshot.page("main", "", lambda topic: topic.startswith("house/r1/"))
    assert some.here.topics == 3
    assert snapshot.page("other", "", everything).total == 0


def test_levels_are_topics_and_branches_at_once(files: ArchiveFiles):
    files.add([said("a", "1", 0), said("a/b", "2", 1), said("/x", "3", 2), said("a/b/c", "4", 3)])
    snapshot = Snapshots(files.reader).at(1e12, files.parts(), lambda: None)
    page = snapshot.page("main", "", everything)
    assert [(name, level.topics, level.itself is not None) for name, level in page.children] == [
        ("", 1, False),
        ("a", 3, True),
    ]
    below = snapshot.page("main", "a/", everything)
    assert below.here.itself is not None
    assert below.here.topics == 3
    assert [name for name, _ in below.children] == ["b"]
    assert [name for name, _ in snapshot.page("main", "/", everything).children] == ["x"]


def test_retained_values_are_those_heard_of_until_they_were_cleared(files: ArchiveFiles):
    files.add(
        [
            said("a", "kept", 0, retain=True),
            said("a", "live", 10),
            said("b", "kept", 1, retain=True),
            said("a", "", 100),
        ]
    )
    snapshots, parts = Snapshots(files.reader), files.parts()
    known = {part.identity: part for part in parts}

    def retained(at: float) -> bytes | None:
        snapshot = snapshots.at(NOON + at, parts, lambda: None)
        key = key_of("main", "a")
        found = retained_value_at(files.reader, known, key, snapshot.topics[key], NOON + at)
        return found.payload if found else None

    assert [retained(0), retained(50), retained(100)] == [b"kept", b"kept", None]
    page = snapshots.at(NOON + 50, parts, lambda: None).page("main", "", everything)
    assert page.here.retained == 2


def test_after_a_clock_that_jumped_back_the_newest_by_time_counts(files: ArchiveFiles):
    files.add([said("a", "1", 0), said("a", "2", 500), said("a", "3", 100), said("a", "4", 200)])
    parts = files.parts()
    key = key_of("main", "a")

    def value(at: float) -> bytes:
        snapshot = Snapshots(files.reader).at(NOON + at, parts, lambda: None)
        known = {part.identity: part for part in parts}
        return value_at(files.reader, known, key, snapshot.topics[key], NOON + at).payload

    assert [value(at) for at in (50, 150, 300, 600)] == [b"1", b"3", b"4", b"2"]
