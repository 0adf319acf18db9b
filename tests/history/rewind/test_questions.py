from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from rewind_scene import DAY, NOON, PLACE, ArchiveFiles, endless, said
from sightline.history.query_params import Moment
from sightline.history.rewind import answers
from sightline.history.rewind.answers import (
    CurveQuery,
    DifferenceQuery,
    DownloadQuery,
    MessagesQuery,
    Prefix,
    TopicFilter,
    TopicName,
    TreeQuery,
    ValueQuery,
)
from sightline.history.rewind.budget import TimeBudget, TimeUp
from sightline.history.rewind.questions import Viewpoint


@pytest.fixture
def house(files: ArchiveFiles) -> ArchiveFiles:
    files.add(said("h/temp", f'{{"t":{n % 100},"pad":"{"x" * 80}"}}', n * 10) for n in range(4000))
    files.add([said("h/lamp", "on", 5), said("h/door", "shut", 6, retain=True)], number=2)
    files.compress()
    files.add([said("h/lamp", "off", DAY), said("h/new", "1", DAY), said("h/door", "shut", DAY)])
    return files


def span(**more: Any) -> dict[str, Any]:
    return {"since": Moment(NOON), "until": Moment(NOON + 2 * DAY)} | more


def test_a_level_of_the_tree_as_it_was_with_what_is_different_now(house: ArchiveFiles):
    asked = TreeQuery(at=Moment(NOON + 60), below=Prefix("h/"), compare=True)
    told = house.questions.tree(asked, PLACE, endless())
    levels = {level.name: level for level in told.children}
    assert list(levels) == ["door", "lamp", "temp"]
    assert levels["lamp"].last == "on"
    assert levels["lamp"].differs is True
    assert levels["door"].differs is False
    assert levels["door"].retained == 1
    assert (levels["temp"].count, levels["temp"].at) == (7, NOON + 60)
    assert told.begins == NOON
    assert told.node.name == "h"
    assert told.node.messages == 9
    root = house.questions.tree(TreeQuery(at=Moment(NOON + 60)), PLACE, endless())
    assert [level.name for level in root.children] == ["h"]
    assert root.children[0].children == 3


def test_the_value_of_a_topic_then_and_now_and_who_publishes_it(house: ArchiveFiles):
    place = Viewpoint("main", PLACE.sees, ["lamp-1"])
    asked = ValueQuery(at=Moment(NOON + 60), topic=TopicName("h/lamp"))
    told = house.questions.value(asked, place, endless())
    assert told.value is not UNSET
    assert told.now is not UNSET
    assert (told.value.payload, told.now.payload, told.differs) == ("on", "off", True)
    assert (told.begins, told.clients) == (NOON + 5, ["lamp-1"])
    before = ValueQuery(at=Moment(NOON), topic=TopicName("h/lamp"))
    assert house.questions.value(before, place, endless()).value is UNSET
    hidden = Viewpoint("main", lambda topic: False)
    nothing = house.questions.value(asked, hidden, endless())
    assert (nothing.value, nothing.now, nothing.begins) == (UNSET, UNSET, UNSET)


def test_the_difference_between_then_and_now(house: ArchiveFiles):
    asked = DifferenceQuery(at=Moment(NOON + 60))
    told = house.questions.difference(asked, PLACE, endless())
    assert [(each.topic, each.messages) for each in told.topics] == [
        ("h/lamp", 1),
        ("h/new", 1),
        ("h/temp", 3993),
    ]
    assert told.topics[1].then is UNSET
    assert told.after is UNSET


def test_messages_page_by_page_until_all_are_told(house: ArchiveFiles):
    questions, after, pages = house.questions, None, []
    while True:
        asked = MessagesQuery(filter=TopicFilter("h/temp"), limit=500, after=after, **span())
        told = questions.messages(asked, PLACE, endless())
        pages.append([each.at for each in told.messages])
        if told.complete:
            break
        assert told.after is not UNSET
        after = told.after
    assert [at for page in pages for at in page] == [NOON + n * 10 for n in range(4000)]
    assert told.reached == NOON + 2 * DAY
    assert told.after is UNSET


class Ticking:
    """A budget whose time is up after so many pieces of work."""

    def __init__(self, pieces: int) -> None:
        self.now = 0.0
        self.budget = TimeBudget(pieces, 1e9, lambda: False, self.tick)

    def tick(self) -> float:
        self.now += 1
        return self.now


def test_what_is_not_done_in_time_is_said_with_where_to_go_on(house: ArchiveFiles):
    questions, after, numbers, parts = house.questions, None, 0, 0
    questions.curve(_curve(None), PLACE, endless())
    lows: dict[int, float] = {}
    while True:
        told = questions.curve(_curve(after), PLACE, Ticking(4).budget)
        numbers += told.numbers
        parts += 1
        for bucket, low in zip(told.buckets, told.low, strict=True):
            lows[bucket] = min(low, lows.get(bucket, low))
        if told.complete:
            break
        assert NOON <= told.reached <= NOON + 2 * DAY
        assert told.after is not UNSET
        after = told.after
    whole = questions.curve(_curve(None), PLACE, endless())
    assert numbers == whole.numbers == 4000
    assert parts > 2
    assert lows == dict(zip(whole.buckets, whole.low, strict=True))
    assert whole.buckets == list(range(40))
    assert set(whole.high) == {99.0}


def test_a_curve_of_more_buckets_than_one_answer_takes_goes_on(house: ArchiveFiles, monkeypatch):
    monkeypatch.setattr(answers, "MOST_BUCKETS", 15)
    told = house.questions.curve(_curve(None), PLACE, endless())
    assert (len(told.buckets), told.complete) == (15, False)
    assert told.after is not UNSET
    rest = house.questions.curve(_curve(told.after), PLACE, endless())
    assert rest.buckets[0] in (told.buckets[-1], told.buckets[-1] + 1)


def _curve(after: str | None) -> CurveQuery:
    return CurveQuery(topic=TopicName("h/temp"), field="t", step=1000.0, after=after, **span())


def test_without_time_for_anything_it_says_so(house: ArchiveFiles):
    with pytest.raises(TimeUp):
        house.questions.curve(_curve(None), PLACE, Ticking(0).budget)


def test_lines_come_as_they_are_in_the_archive(house: ArchiveFiles):
    asked = DownloadQuery(filter=TopicFilter("h/lamp"), **span())
    pieces = list(house.questions.lines(asked, PLACE, None, endless()))
    lines = b"".join(data for _, data in pieces)
    assert lines.count(b"\n") == 2
    assert b'"payload":"off"' in lines
    rest = house.questions.lines(asked, PLACE, pieces[0][0], endless())
    assert b"".join(data for _, data in rest) == lines.partition(b"\n")[2]
