"""Answer questions about the past of topics, each within the time it has.

All of it may take its time: it runs on a thread of its own (`service`). ``sees`` tells which topics
the asker may see. What is not done in time is said, with where to go on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from sightline.history.rewind import answers
from sightline.history.rewind.budget import TimeBudget, TimeUp
from sightline.history.rewind.index import key_of
from sightline.history.rewind.messages import (
    ArchivePosition,
    FoundMessage,
    MessageFilter,
    scan,
    span_of,
)
from sightline.history.rewind.reader import ArchiveReader, IndexedPart
from sightline.history.rewind.series import Buckets, fields_of, number_in
from sightline.history.rewind.showing import LevelShower, shown
from sightline.history.rewind.tree import Snapshots, value_at
from sightline.history.rewind.values import first_of, value_of
from sightline.model.kind import Arrival

MOST_BYTES = 1_000_000
"""Payload bytes in an answer, about."""
FOREVER = 1e12
"""Later than any message (epoch s)."""

_NOTHING = Arrival("", b"", False, 0, 0.0)

Sees = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Who asks about which broker: what they see, and which clients publish the topic asked for."""

    broker: str
    sees: Sees
    clients: Sequence[str] = ()


class Questions:
    """Answer from the archive that ``reader`` reads."""

    def __init__(self, reader: ArchiveReader) -> None:
        self._reader = reader
        self._snapshots = Snapshots(reader)

    def forget(self) -> None:
        """Let go of all memory."""
        self._reader.forget()
        self._snapshots.forget()

    def _parts(self, budget: TimeBudget) -> list[IndexedPart]:
        parts = self._reader.parts(budget)
        budget.begin()
        return parts

    # -- at a moment

    def tree(
        self, asked: answers.TreeQuery, viewpoint: Viewpoint, budget: TimeBudget
    ) -> answers.PastTree:
        """Return a page of the topic tree at a moment."""
        below = str(asked.below or "")
        parts = self._parts(budget)
        snapshot = self._snapshots.at(asked.at, parts, budget)
        page = snapshot.page(viewpoint.broker, below, viewpoint.sees, after=asked.after)
        now = self._snapshots.at(FOREVER, parts, budget) if asked.compare else None
        shower = LevelShower(self._reader, parts, snapshot, now, viewpoint.broker)
        begins, _ = span_of(parts)
        return answers.PastTree(
            at=float(asked.at),
            broker=viewpoint.broker,
            below=below,
            begins=begins if math.isfinite(begins) else UNSET,
            node=shower.level(below[:-1].rpartition("/")[2], below[:-1], page.here, page.total),
            children=[
                shower.level(name, below + name, level, len(level.children))
                for name, level in page.children
            ],
            total=page.total,
            after=UNSET if page.after is None else page.after,
        )

    def value(
        self, asked: answers.ValueQuery, viewpoint: Viewpoint, budget: TimeBudget
    ) -> answers.PastValue:
        """Return what a topic held at a moment, and what it holds now."""
        parts = self._parts(budget)
        key = key_of(viewpoint.broker, asked.topic)
        if not viewpoint.sees(asked.topic):
            return answers.PastValue(
                at=float(asked.at),
                broker=viewpoint.broker,
                topic=str(asked.topic),
                fields=[],
                clients=[],
            )
        then = value_of(self._reader, parts, key, asked.at, budget)
        now = value_of(self._reader, parts, key, FOREVER, budget)
        begins = first_of(self._reader, parts, key, budget)
        last, current = then.value, now.value
        return answers.PastValue(
            at=float(asked.at),
            broker=viewpoint.broker,
            topic=str(asked.topic),
            value=UNSET if last is None else shown(last),
            retained=UNSET if then.retained is None else shown(then.retained),
            now=UNSET if current is None else shown(current),
            differs=(last.payload if last else None) != (current.payload if current else None),
            begins=UNSET if begins is None else begins,
            fields=fields_of(payload) if (payload := (last or current or _NOTHING).payload) else [],
            clients=list(viewpoint.clients),
        )

    def difference(
        self, asked: answers.DifferenceQuery, viewpoint: Viewpoint, budget: TimeBudget
    ) -> answers.Difference:
        """Return the topics that hold something else now."""
        parts = self._parts(budget)
        known = {part.identity: part for part in parts}
        then = self._snapshots.at(asked.at, parts, budget)
        now = self._snapshots.at(FOREVER, parts, budget)
        found: list[answers.ChangedTopic] = []
        after: str | None = None
        topics = sorted(
            topic
            for topic, _ in now.of(viewpoint.broker, viewpoint.sees)
            if topic.startswith(asked.below or "") and (asked.after is None or topic > asked.after)
        )
        room = MOST_BYTES
        try:
            for topic in topics:
                key = key_of(viewpoint.broker, topic)
                before, current = then.topics.get(key), now.topics[key]
                since = current.messages - (before.messages if before else 0)
                if since:
                    if len(found) == answers.MOST_MESSAGES or room <= 0:
                        raise TimeUp
                    budget()
                    new = value_at(self._reader, known, key, current, FOREVER)
                    old = value_at(self._reader, known, key, before, asked.at) if before else None
                    if old is None or old.payload != new.payload:
                        room -= len(new.payload) + (len(old.payload) if old else 0)
                        found.append(
                            answers.ChangedTopic(
                                topic=topic,
                                then=UNSET if old is None else shown(old),
                                now=shown(new),
                                messages=since,
                            )
                        )
                after = topic
        except TimeUp:
            if after is None:
                raise
        else:
            after = None
        return answers.Difference(
            at=float(asked.at),
            broker=viewpoint.broker,
            topics=found,
            after=UNSET if after is None else after,
        )

    # -- of a span

    def messages(
        self, asked: answers.MessagesQuery, viewpoint: Viewpoint, budget: TimeBudget
    ) -> answers.PastMessages:
        """Return messages of a span, as many as there is time and room for."""
        parts = self._parts(budget)
        wanted = _wanted(
            asked, viewpoint, asked.filter or "#", asked.text, asked.newest, asked.after
        )
        found: list[answers.PastMessage] = []
        looked = _Looked(wanted)
        room = MOST_BYTES
        try:
            for each in scan(self._reader, parts, wanted, viewpoint.sees, budget):
                looked.at(each)
                if each.line is not None:
                    found.append(shown(each.line.arrival))
                    room -= len(each.line.data)
                    if len(found) == asked.limit or room <= 0:
                        raise TimeUp
        except TimeUp:
            if not looked.moved:
                raise
        else:
            looked.all()
        return answers.PastMessages(
            broker=viewpoint.broker,
            messages=found,
            complete=looked.after is None,
            reached=looked.reached,
            after=UNSET if looked.after is None else looked.after.text,
        )

    def curve(
        self, asked: answers.CurveQuery, viewpoint: Viewpoint, budget: TimeBudget
    ) -> answers.Curve:
        """Return a part of the curve of a number."""
        parts = self._parts(budget)
        wanted = _wanted(asked, viewpoint, asked.topic, "", False, asked.after)
        buckets, looked, messages = Buckets(asked.since, asked.step), _Looked(wanted), 0
        try:
            for each in scan(self._reader, parts, wanted, viewpoint.sees, budget):
                looked.at(each)
                if each.line is not None:
                    messages += 1
                    arrival = each.line.arrival
                    value = number_in(arrival.payload, asked.field)
                    if value is not None:
                        buckets.add(arrival.at, value)
                if len(buckets) >= answers.MOST_BUCKETS:
                    break
            else:
                looked.all()
        except TimeUp:
            if not looked.moved:
                raise
        number, low, high, last, at = buckets.columns()
        return answers.Curve(
            broker=viewpoint.broker,
            topic=str(asked.topic),
            field=asked.field,
            step=asked.step,
            buckets=number,
            low=low,
            high=high,
            last=last,
            at=at,
            messages=messages,
            numbers=buckets.count,
            complete=looked.after is None,
            reached=looked.reached,
            after=UNSET if looked.after is None else looked.after.text,
        )

    def lines(
        self,
        asked: answers.DownloadQuery,
        viewpoint: Viewpoint,
        after: ArchivePosition | None,
        budget: TimeBudget,
    ) -> Iterator[tuple[ArchivePosition, bytes]]:
        """Yield lines of the archive as they are, in pieces, each with where it ends."""
        parts = self._parts(budget)
        wanted = _wanted(asked, viewpoint, asked.filter or "#", asked.text, False, None)._replace(
            after=after
        )
        some: list[bytes] = []
        for each in scan(self._reader, parts, wanted, viewpoint.sees, budget):
            if each.line is not None:
                some.append(each.line.data)
            else:
                yield each.place, b"".join(line + b"\n" for line in some)
                some = []


class _Looked:
    """How far a span was looked through."""

    def __init__(self, wanted: MessageFilter) -> None:
        self._wanted = wanted
        self.after: ArchivePosition | None = wanted.after
        self.reached = wanted.until if wanted.newest else wanted.since
        self.moved = False

    def at(self, found: FoundMessage) -> None:
        """Note where the search is."""
        self.moved = True
        self.after = found.place
        if found.line is not None:
            self.reached = found.line.arrival.at

    def all(self) -> None:
        """Note that nothing is left."""
        self.after = None
        self.reached = self._wanted.since if self._wanted.newest else self._wanted.until


def _wanted(
    asked: answers.MessagesQuery | answers.CurveQuery | answers.DownloadQuery,
    viewpoint: Viewpoint,
    topics: str,
    text: str,
    newest: bool,
    after: str | None,
) -> MessageFilter:
    """Return what is looked for. Raises `BadPosition`."""
    cursor = None if after is None else ArchivePosition.read(after)
    since, until = float(asked.since), float(asked.until)
    return MessageFilter(viewpoint.broker, str(topics), since, until, text, newest, cursor)
