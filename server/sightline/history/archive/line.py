"""Write and read one line of the archive: a message as it came, as JSON. Pure.

    {"at":1795235739.25,"topic":"owntracks/jane/phone","payload":"{…}","qos":1,"broker":"main"}

Payloads and topics that are not UTF-8 stand as base64 under ``base64`` and ``topic_base64``.
"""

from __future__ import annotations

import base64
from typing import Annotated

import msgspec
from msgspec import Meta

from sightline.history.lines import LONGEST
from sightline.model.kind import Arrival


class NoMessage(Exception):
    """A line of the archive holds no message; the text says why."""


class _Message(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=False):
    at: Annotated[float, Meta(ge=0, le=1e12)]
    topic: str | None = None
    payload: str | None = None
    base64: str | None = None
    topic_base64: str | None = None
    qos: Annotated[int, Meta(ge=0, le=2)] = 0
    retain: bool = False
    broker: str = "main"


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Message).decode


def written(arrival: Arrival) -> bytes:
    """Return the line of this message, with its end; empty when it would be too long to be read
    again.
    """
    message = _Message(at=arrival.at, qos=arrival.qos, retain=arrival.retain, broker=arrival.source)
    if isinstance(arrival.topic, str):
        message.topic = arrival.topic
    else:
        message.topic_base64 = base64.b64encode(arrival.topic).decode()
    try:
        message.payload = arrival.payload.decode()
    except UnicodeDecodeError:
        message.base64 = base64.b64encode(arrival.payload).decode()
    line = _encode(message)
    return b"%b\n" % line if len(line) <= LONGEST else b""


def read(line: bytes) -> Arrival:
    """Return the message in this line.

    Raises `NoMessage`.
    """
    try:
        message = _decode(line)
    except (msgspec.DecodeError, RecursionError) as why:
        raise NoMessage(f"not a message of the archive: {why}") from why
    try:
        topic: str | bytes | None = message.topic
        if topic is None and message.topic_base64 is not None:
            topic = base64.b64decode(message.topic_base64, validate=True)
        payload = None if message.payload is None else message.payload.encode()
        if payload is None and message.base64 is not None:
            payload = base64.b64decode(message.base64, validate=True)
    except ValueError as why:  # binascii.Error, a lone surrogate
        raise NoMessage(f"not a message of the archive: {why}") from why
    if not topic:
        raise NoMessage("not a message of the archive: it has no topic")
    if payload is None:
        raise NoMessage("not a message of the archive: it has no payload")
    return Arrival(topic, payload, message.retain, message.qos, message.at, message.broker)
