from __future__ import annotations

import pytest

from rewind_scene import NOON, lines_of, said
from sightline.history.rewind.building import IndexBuilder
from sightline.history.rewind.finding import TextFilter, candidates, newest_of, of_topic
from sightline.history.rewind.index import key_of


def test_the_messages_of_a_topic_are_found_with_their_lines():
    messages = [said("a/b", str(n), n) for n in range(5)]
    messages.insert(2, said("x", '"a/b"', 9))  # the topic's name in a payload
    messages.insert(3, said("a/b", "other", 9, broker="aws"))
    data = lines_of(messages)
    builder = IndexBuilder()
    builder.lines = 100
    builder.add(data, 0, len(data))
    found = of_topic(data, builder.blocks[0], key_of("main", "a/b"), 5)
    assert [line.number for line in found] == [101, 102, 105, 106, 107]
    assert [line.arrival.payload for line in found] == [b"0", b"1", b"2", b"3", b"4"]


def test_topics_written_in_another_way_are_found_by_reading_all():
    data = b'{"at":1795262400,"topic":"a\\/b","payload":"x"}\n' + lines_of([said(b"\xff", "y")])
    builder = IndexBuilder()
    builder.add(data, 0, len(data))
    (block,) = builder.blocks
    assert len(of_topic(data, block, key_of("main", "a/b"), 1)) == 1
    assert len(of_topic(data, block, key_of("main", b"\xff"), 1)) == 1


def test_of_equal_times_the_last_line_counts():
    data = lines_of([said("a", "1", 0), said("a", "2", 0), said("a", "3", 5)])
    builder = IndexBuilder()
    builder.add(data, 0, len(data))
    lines = of_topic(data, builder.blocks[0], key_of("main", "a"), 3)
    newest = newest_of(lines, NOON + 1)
    assert newest is not None
    assert newest.arrival.payload == b"2"
    assert newest_of(lines, NOON - 1) is None


def test_the_likeliest_block_comes_first_also_when_the_clock_jumped():
    builder = IndexBuilder()
    for times in ([0, 10], [100, 110], [5, 6], [50]):
        data = lines_of(said("a", str(at), at) for at in times)
        builder.add(data, 0, len(data))
    index = builder.index(1, 2, zipped=False)
    order = [each.block for each in candidates(index.topics[0], index.blocks, NOON + 60)]
    assert order == [3, 0, 2]


@pytest.mark.parametrize(
    ("text", "payload", "found"),
    [
        ("error", b"an ERROR here", True),
        ("error", b"all is well", False),
        ('"state": "on"', b'{"state": "ON"}', True),
        ("STRAßE", "straße".encode(), True),
        ("ÄRGER", "so ein ärger".encode(), True),
        ("\\", b"a\\b", True),
        ("a\tb", b"A\tB", True),
        ("abc", b"\xff\xfeabc", True),
        ("", b"anything", True),
    ],
)
def test_a_text_is_found_whatever_its_case_and_never_passed_over(text, payload, found):
    search, data = TextFilter(text), lines_of([said("a", payload)])
    assert search.is_in(payload) is found
    if found:
        assert search.may_be_in(data)
    elif text:
        assert not search.may_be_in(data)
