"""Show messages and levels of the topic tree as they are told."""

from __future__ import annotations

import base64

from msgspec import UNSET, UnsetType

from sightline.history.rewind import answers
from sightline.history.rewind.index import key_of
from sightline.history.rewind.reader import ArchiveReader, IndexedPart
from sightline.history.rewind.tree import Level, TopicThen, TreeSnapshot, value_at
from sightline.model.kind import Arrival
from sightline.model.text import clean

LARGEST_SHOWN = 16_384
"""Bytes of a payload that are told; all of it is in the download."""
HEAD = 120
"""Bytes of a value in the tree."""
_HEX = 32  # bytes of it that is no text


def shown(arrival: Arrival) -> answers.PastMessage:
    """Return a message as it is told, its payload cut."""
    data, size = arrival.payload, len(arrival.payload)
    text = text_of(data[:LARGEST_SHOWN], cut=size > LARGEST_SHOWN)
    topic = arrival.topic
    return answers.PastMessage(
        topic=topic if isinstance(topic, str) else topic.decode("utf-8", "replace"),
        at=arrival.at,
        payload=UNSET if text is None else text,
        base64=base64.b64encode(data[:LARGEST_SHOWN]).decode() if text is None else UNSET,
        size=size if size > LARGEST_SHOWN else UNSET,
        qos=arrival.qos,
        retain=arrival.retain,
    )


def text_of(data: bytes, *, cut: bool) -> str | None:
    """Return bytes as text, without the character that a cut has broken; None: it is none."""
    try:
        return data.decode()
    except UnicodeDecodeError as why:
        broken = cut and why.start >= len(data) - 3 and why.end == len(data)
        return data[: why.start].decode() if broken else None


class LevelShower:
    """Shows levels of ``then``; with ``now`` it tells, too, whether values are others by now."""

    def __init__(
        self,
        reader: ArchiveReader,
        parts: list[IndexedPart],
        then: TreeSnapshot,
        now: TreeSnapshot | None,
        broker: str,
    ) -> None:
        self._reader = reader
        self._parts = {part.identity: part for part in parts}
        self._then = then
        self._now = now
        self._broker = broker

    def level(self, name: str, topic: str, level: Level, children: int) -> answers.PastLevel:
        """Return one level, and the value of its topic. Raises as `ArchiveReader` does."""
        own = level.itself
        value = None if own is None else self._value(topic, own, self._then.at)
        head = b"" if value is None else value.payload[:HEAD]
        text = text_of(head, cut=value is not None and len(value.payload) > HEAD)
        return answers.PastLevel(
            name=name,
            messages=level.messages,
            topics=level.topics if children else 0,
            children=children,
            retained=level.retained,
            at=round(level.at, 3) if level.at else UNSET,
            count=0 if own is None else own.messages,
            last=UNSET if value is None or text is None else clean(text, HEAD),
            hex=head[:_HEX].hex(" ") if value is not None and text is None else UNSET,
            size=UNSET if value is None else len(value.payload),
            qos=UNSET if value is None else value.qos,
            retain=value is not None and value.retain,
            differs=self._differs(topic, own, value),
        )

    def _differs(
        self, topic: str, own: TopicThen | None, value: Arrival | None
    ) -> bool | UnsetType:
        if self._now is None or own is None or value is None:
            return UNSET
        current = self._now.topics.get(key_of(self._broker, topic))
        if current is None:
            return True
        if current.messages == own.messages:
            return False
        return self._value(topic, current, self._now.at).payload != value.payload

    def _value(self, topic: str, known: TopicThen, at: float) -> Arrival:
        return value_at(self._reader, self._parts, key_of(self._broker, topic), known, at)
