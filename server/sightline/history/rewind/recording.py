"""Tell what the archive keeps, from when on, what a day of it costs, and what is wrong with it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from msgspec import UNSET

from sightline.history.archive.folder import index_of
from sightline.history.rewind import answers
from sightline.history.rewind.budget import TimeBudget
from sightline.history.rewind.index import split_key
from sightline.history.rewind.messages import span_of
from sightline.history.rewind.reader import ArchiveReader, Check, IndexedPart

MOST_SHARES = 30
"""First levels that are told, those that cost most."""
MOST_FLAWS = 50
MOST_MISSING = 100
_DAY = 86_400.0
_Measured = Literal["days", "hours"]


@dataclass(frozen=True, slots=True)
class Recording:
    """What the settings ask for: filters, days and megabytes; and the names of the brokers."""

    enabled: bool
    topics: Sequence[str]
    days: int
    megabytes: int
    brokers: Sequence[str] = ("main",)


def recorded(
    reader: ArchiveReader, recording: Recording, sees: Callable[[str], bool], budget: TimeBudget
) -> answers.Recorded:
    """Return what there is. Raises as `ArchiveReader` does."""
    parts = reader.parts(budget)
    budget.begin()
    days = _days(parts)
    low, high = span_of(parts)
    known = math.isfinite(low)
    cost = _cost(days, low, high) if known else None
    flaws, flawed = _flaws(parts, budget)
    return answers.Recorded(
        enabled=recording.enabled,
        topics=list(recording.topics),
        days=recording.days,
        megabytes=recording.megabytes,
        brokers=list(recording.brokers),
        begins=low if known else UNSET,
        ends=high if known else UNSET,
        recorded=days,
        missing=_missing(days),
        size=sum(day.size for day in days),
        messages=sum(day.messages for day in days),
        a_day=UNSET if cost is None else cost[0],
        measured=UNSET if cost is None else cost[1],
        shares=_shares(parts, sees, budget),
        flaws=flaws,
        flawed=flawed,
    )


def _days(parts: list[IndexedPart]) -> list[answers.RecordedDay]:
    sizes: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    plain: set[str] = set()
    for path in dict.fromkeys(part.file.path for part in parts):
        day = path.name[:10]
        for each in (path, index_of(path)):
            try:
                sizes[day] += each.stat().st_size
            except FileNotFoundError:
                continue
    for part in parts:
        messages[part.file.day] += part.messages
        if not part.zipped:
            plain.add(part.file.day)
    return [
        answers.RecordedDay(day=day, size=sizes[day], messages=messages[day], open=day in plain)
        for day in sorted(sizes)
    ]


def _cost(
    days: list[answers.RecordedDay], low: float, high: float
) -> tuple[float, _Measured] | None:
    """Return bytes a day, by the days that are over and whole; else by the hours there are."""
    whole = [day.size for day in days[1:] if not day.open]
    if whole:
        return sum(whole) / len(whole), "days"
    seconds = high - low
    size = sum(day.size for day in days)
    return (size / seconds * _DAY, "hours") if seconds >= 60 else None


def _missing(days: list[answers.RecordedDay]) -> list[str]:
    """List the days between others on which there is no file."""
    found: list[str] = []
    for before, after in pairwise(date.fromisoformat(day.day) for day in days):
        gap = (after - before).days
        found += [str(before + timedelta(n)) for n in range(1, min(gap, MOST_MISSING + 1))]
    return found[:MOST_MISSING]


def _shares(
    parts: list[IndexedPart], sees: Callable[[str], bool], check: Check
) -> list[answers.RecordedShare]:
    """Return what each first level costs, of the topics that one sees."""
    messages: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    topics: dict[str, set[str]] = {}
    seen: dict[str, str | None] = {}
    for part in parts:
        check()
        index = part.index
        for key, topic in zip(index.keys, index.topics, strict=True):
            if key not in seen:
                name = split_key(key)[1]
                seen[key] = _first_level(name) if sees(name) else None
            level = seen[key]
            if level is not None:
                messages[level] += topic.count
                sizes[level] += topic.size
                topics.setdefault(level, set()).add(key)
    return [
        answers.RecordedShare(
            level=level, topics=len(topics[level]), messages=messages[level], size=size
        )
        for level, size in sizes.most_common(MOST_SHARES)
    ]


def _first_level(topic: str) -> str:
    """Return the first level with a name: some senders put a slash in front."""
    start = 1 if topic.startswith("/") else 0
    return topic[: topic.find("/", start) + 1] or topic


def _flaws(parts: list[IndexedPart], check: Check) -> tuple[list[answers.RecordedFlaw], int]:
    found: list[answers.RecordedFlaw] = []
    flawed = 0
    for part in parts:
        check()
        index = part.index
        flawed += index.flawed
        found += [
            answers.RecordedFlaw(file=part.file.path.name, line=flaw.line, why=flaw.why)
            for flaw in index.flaws
        ]
    return found[-MOST_FLAWS:], flawed
