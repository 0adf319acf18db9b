from __future__ import annotations

from rewind_scene import NOON, lines_of, said
from sightline.history.rewind.building import MOST_FLAWS, IndexBuilder, messages_in
from sightline.history.rewind.index import key_of, postings, retained_at


def learned(*blocks: bytes) -> IndexBuilder:
    builder = IndexBuilder()
    for block in blocks:
        builder.add(block, builder.covered, len(block))
    return builder


FIRST = lines_of([said("a", "1", 0), said("b", "2", 1), said("a", "3", 2)])
SECOND = lines_of([said("b", "4", 3, retain=True), said("b", "", 4)])
THIRD = lines_of([said("a", "5", 5, retain=True), said("c", "6", 6)])


def test_of_each_topic_it_is_known_in_which_blocks_it_is_how_often_and_when_last():
    index = learned(FIRST, SECOND, THIRD).index(1, 2, zipped=False)
    topics = dict(zip(index.keys, index.topics, strict=True))
    a, b = topics[key_of("main", "a")], topics[key_of("main", "b")]
    assert [tuple(each) for each in postings(a, index.blocks)] == [
        (0, 2, NOON + 2),
        (2, 1, NOON + 5),
    ]
    assert (a.count, a.at, a.block, a.retained, a.retained_block) == (3, NOON + 5, 2, 1, 2)
    assert list(retained_at(b)) == [(1, 2)]
    assert b.retained == 2
    assert (index.low, index.high, index.lines, index.messages) == (NOON, NOON + 6, 7, 7)


def test_it_goes_on_from_an_index_as_if_it_had_never_stopped():
    whole = learned(FIRST, SECOND, THIRD).index(1, 2, zipped=False)
    known = learned(FIRST, SECOND).index(1, 2, zipped=False)
    on = IndexBuilder(known)
    on.add(THIRD, on.covered, len(THIRD))
    assert on.index(1, 2, zipped=False) == whole


def test_lines_that_are_no_messages_are_named_and_the_rest_is_used():
    bad = b'{"at":1}\nnonsense\n' + lines_of([said("a")])
    index = learned(FIRST, bad).index(1, 2, zipped=False)
    assert [flaw.line for flaw in index.flaws] == [4, 5]
    assert index.messages == 4
    many = learned(b"x\n" * (MOST_FLAWS + 5)).index(1, 2, zipped=False)
    assert (len(many.flaws), many.flawed) == (MOST_FLAWS, MOST_FLAWS + 5)


def test_a_clock_that_jumped_back_is_named_once_with_its_line():
    data = lines_of(said("a", str(n), at) for n, at in enumerate([0, 100, 40, 41, 42, 101]))
    index = learned(data).index(1, 2, zipped=False)
    assert [(flaw.line, flaw.why) for flaw in index.flaws] == [(3, "the clock jumped back by 60 s")]
    assert (index.low, index.high) == (NOON, NOON + 101)


def test_the_lines_that_follow_are_numbered_on():
    rest = learned(FIRST, SECOND).rest()
    rest.add(THIRD, 500, len(THIRD))
    index = rest.index(1, 2, zipped=False)
    assert index.blocks[0].line == 6
    assert index.blocks[0].offset == 500
    assert [line.number for line in messages_in(THIRD, 6)] == [6, 7]
