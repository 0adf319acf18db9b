from __future__ import annotations

import pytest

from rewind_scene import DAY, NOON, ArchiveFiles, everything, said
from sightline.history.rewind.messages import (
    ArchivePosition,
    BadPosition,
    FoundMessage,
    MessageFilter,
    scan,
    span_of,
)


@pytest.fixture
def house(files: ArchiveFiles) -> ArchiveFiles:
    for day in range(3):
        files.add(
            said(f"h/{n % 4}", f"{day}.{n} {'Alarm' if n % 1000 == 7 else 'x' * 60}", day * DAY + n)
            for n in range(4000)
        )
    files.compress()
    files.add([said("h/1", "open", 3 * DAY), said("$SYS/x", "9", 3 * DAY + 1)])
    return files


def found(files: ArchiveFiles, sees=everything, **wanted) -> list[FoundMessage]:
    options = {"filter": "#", "since": 0.0, "until": 1e12} | wanted
    return list(
        scan(files.reader, files.parts(), MessageFilter("main", **options), sees, lambda: None)
    )


def payloads(some: list[FoundMessage]) -> list[str]:
    return [each.line.arrival.payload.decode() for each in some if each.line is not None]


def test_messages_of_a_span_in_order_and_the_other_way_round(house: ArchiveFiles):
    span = {"filter": "h/2", "since": NOON + 3990, "until": NOON + DAY + 6}
    there = payloads(found(house, **span))
    assert [each.split()[0] for each in there] == ["0.3990", "0.3994", "0.3998", "1.2", "1.6"]
    assert payloads(found(house, **span, newest=True)) == there[::-1]


def test_a_search_finds_a_text_in_payloads(house: ArchiveFiles):
    texts = payloads(found(house, text="ALARM"))
    assert [each.split()[0] for each in texts] == [
        f"{day}.{n}" for day in range(3) for n in (7, 1007, 2007, 3007)
    ]
    assert payloads(found(house, text="nowhere")) == []


@pytest.mark.parametrize("newest", [False, True])
def test_pages_go_on_where_the_last_one_ended(house: ArchiveFiles, newest: bool):
    whole = found(house, filter="h/#", newest=newest)
    pages: list[str] = []
    after = None
    while True:
        page = []
        for each in found(house, filter="h/#", newest=newest, after=after):
            page.append(each)
            after = each.place
            if len(payloads(page)) == 1700:
                break
        if not payloads(page):
            break
        pages += payloads(page)
    assert pages == payloads(whole)
    assert len(pages) == 12001


def test_wildcards_do_not_reach_the_brokers_own_and_nobody_sees_more_than_they_may(house):
    assert "9" not in payloads(found(house, since=NOON + 3 * DAY))
    assert payloads(found(house, filter="$SYS/#")) == ["9"]
    assert payloads(found(house, filter="h/1", sees=lambda topic: topic != "h/1")) == []
    seen = found(house, filter="#", sees=lambda topic: topic == "h/3")
    assert len(payloads(seen)) == 3000


def test_marks_of_pages_are_read_as_they_were_written():
    place = ArchivePosition("2026-11-21", 3, 77)
    assert ArchivePosition.read(place.text) == place
    for text in ("", "x", "2026-11-21-1", "2026-11-21-1:-4", "../1-1:1"):
        with pytest.raises(BadPosition):
            ArchivePosition.read(text)


def test_the_archive_spans_from_its_first_to_its_last_message(house: ArchiveFiles):
    assert span_of(house.parts()) == (NOON, NOON + 3 * DAY + 1)
    low, high = span_of([])
    assert low > high
