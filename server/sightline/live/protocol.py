"""Encode and parse the browser protocol ``sightline.1``: JSON text frames, both ways.

Server to browser: ``hello``, ``news``, ``answer``, ``beat``. Browser to server: ``resume`` once,
then requests answered by id. A field unknown to either side is ignored. The same frames lie as
files in ``tests/wire/`` and are read by the page's tests too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from sightline.auth.session import Person
from sightline.contract.fields import Answer
from sightline.contract.frames import BeatFrame, Frame, HelloFrame, SizeLimits
from sightline.model.kind import State, id_of, kind_of

SUBPROTOCOL = "sightline.1"

# Why a socket is closed, beyond RFC 6455's own codes. The page explains each.
GOING_AWAY = 1001
MALFORMED = 1007
POLICY = 1008
TOO_BIG = 1009
SESSION_ENDED = 4001
TOO_SLOW = 4008
TOO_MANY = 4029

_encode = msgspec.json.encode


class Malformed(Exception):
    """A frame of a browser that is not in the protocol. The text says what is wrong with it."""


class Resume(msgspec.Struct, frozen=True, tag_field="t", tag="resume"):
    """The place of a browser's picture: the numbering it knows and the last number it saw."""

    epoch: str | None = None
    seq: int = 0


class Request(msgspec.Struct, frozen=True):
    """A request of a browser. ``more`` holds the fields that belong to the request's name."""

    id: int
    do: str
    more: Mapping[str, Any]


_resume = msgspec.json.Decoder(Resume)
_object = msgspec.json.Decoder(dict[str, Any])
_MAX_ID = 2**53


def parse(text: bytes) -> Resume | Request:
    """Parse a frame of a browser.

    Raises `Malformed` for anything that is neither a resume nor a request.
    """
    try:
        said = _object.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("a frame is one JSON object") from None
    if said.get("t") == "resume":
        try:
            resume = _resume.decode(text)
        except msgspec.ValidationError as why:
            raise Malformed(f"resume: {why}") from None
        if resume.seq < 0:
            raise Malformed("resume: seq is never negative")
        return resume
    number, name = said.pop("id", None), said.pop("do", None)
    if type(number) is not int or not 0 <= number <= _MAX_ID:
        raise Malformed("a request carries a whole number as its id")
    if not isinstance(name, str) or not 0 < len(name) <= 32:
        raise Malformed("a request says what to do")
    return Request(number, name, said)


def hello(
    *,
    epoch: str,
    server: str,
    user: Person,
    now: float,
    beat: float,
    message: int,
    publish: int | None = None,
) -> bytes:
    """Encode the first frame.

    ``now`` in epoch s, ``beat`` in s; ``message``, ``publish`` in bytes.
    """
    return _encode(
        HelloFrame(
            epoch=epoch,
            server=server,
            user=user,
            now=round(now * 1000),
            beat=round(beat * 1000),
            limits=SizeLimits(message=message, publish=UNSET if publish is None else publish),
        )
    )


def thing(key: str, seq: int, state: State | None) -> bytes:
    """Encode one thing as it stands in a news frame; None says that it was removed."""
    # The key is encoded by hand: a dict would cost more than the state itself does.
    head = b'{"k":"%b","id":%b,"s":%d' % (kind_of(key).encode(), _encode(id_of(key)), seq)
    if state is None:
        return head + b',"gone":true}'
    body = _encode(state.shown())
    return head + _rest(body)


def news(
    things: Sequence[bytes],
    seq: int,
    *,
    whole: bool = False,
    more: bool = False,
    missed: Mapping[str, int] | None = None,
) -> bytes:
    """Encode things that changed, in order; after this frame the browser stands at ``seq``.

    ``whole``: forget everything first. ``more``: the rest follows. ``missed``: so many lossless
    items of a kind came and went unseen.
    """
    return b'{"t":"news","seq":%d%b%b%b,"things":[%b]}' % (
        seq,
        b',"whole":true' if whole else b"",
        b',"more":true' if more else b"",
        b',"missed":' + _encode(missed) if missed else b"",
        b",".join(things),
    )


def answer(number: int, **fields: Any) -> bytes:
    """Encode the answer to request ``number``, with what was asked for."""
    return _encode({"t": "answer", "id": number, "ok": True, **fields})


def granted(number: int, fields: Answer) -> bytes:
    """Encode yes to request ``number``, with a declared answer."""
    body = _encode(fields)
    return b'{"t":"answer","id":%d,"ok":true%b' % (number, _rest(body))


def _rest(body: bytes) -> bytes:
    """Return an object's fields and end, to follow other fields."""
    return b"," + body[1:] if len(body) > 2 else b"}"


def refusal(number: int, code: str, why: str) -> bytes:
    """Encode the refusal of request ``number``: a stable word and the reason for people."""
    return _encode({"t": "answer", "id": number, "ok": False, "code": code, "why": why})


def beat(now: float, seq: int) -> bytes:
    """Encode the frame sent every few seconds, which tells a frozen screen from a quiet one."""
    return _encode(BeatFrame(now=round(now * 1000), seq=seq))


def console_message(body: Mapping[str, Any]) -> bytes:
    """Encode a message for the console, still without the subscription it is for; see
    `console_frame`.
    """
    return _encode(body)


def console_frame(sub: str, body: bytes, dropped: int) -> bytes:
    """Encode the frame that brings a message to ``sub``; ``dropped`` messages came before it."""
    lost = b',"dropped":%d' % dropped if dropped else b""
    return b'{"t":"heard","sub":%b%b,%b' % (_encode(sub), lost, body[1:])


def frame(fields: Frame) -> bytes:
    """Encode a declared frame for one browser, outside the numbering."""
    return _encode(fields)


def declared(name: str, fields: Answer) -> bytes:
    """Encode a frame of this name with the fields of a declared answer."""
    return b'{"t":%b%b' % (_encode(name), _rest(_encode(fields)))
