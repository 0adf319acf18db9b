"""Write and read one line of the log: an entry, a present state, or a note of what was erased.

    {"crc":"1c291ca3","n":17,"thing":"friend/jane/phone","sort":"fix","tst":…,"at":…,"digest":…,
     "body":{…}}
    {"crc":"…","n":18,"thing":"friend/jane/phone","at":…,"body":{…}}   its present state
    {"crc":"…","n":19,"erased":3}                                      here were three lines

Lines count up by one. ``crc`` is the CRC-32 of everything behind it, in hexadecimal. A present
state without a body says that the thing is gone. Pure.
"""

from __future__ import annotations

from binascii import crc32
from collections.abc import Sequence

import msgspec
from msgspec import Raw

from sightline.history.record import HistoryEntry, LastState

LONGEST = 16_777_216
"""Bytes of a line; nothing of ours comes near."""
_FURTHEST = 4e12
"""s: times further away are kept as that, for JSON has no word for them."""
_HEAD = b'{"crc":"'
_BEHIND = len(_HEAD) + 8
_REST = _BEHIND + 2


class DamagedLine(Exception):
    """A line of the log cannot be used; the text says why."""


class HistoryLine(msgspec.Struct, omit_defaults=True, gc=False):
    """A line. ``n`` is its number. Without ``sort`` it is a present state, with ``erased`` a note.

    A body that has line ends in it stands in ``base64``.
    """

    n: int
    thing: str = ""
    sort: str = ""
    tst: float = 0.0
    at: float = 0.0
    digest: int = 0
    body: Raw = Raw(b"")
    base64: bytes = b""
    erased: int = 0

    @property
    def content(self) -> bytes:
        """Return the body as it was given."""
        return self.base64 or bytes(self.body)

    @property
    def next(self) -> int:
        """Return the number of the line behind this one."""
        return self.n + max(1, self.erased)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(HistoryLine).decode


def written(line: HistoryLine) -> bytes:
    """Return a line with its check and its end."""
    rest = _encode(line)[1:]
    return b'{"crc":"%08x",%b\n' % (crc32(rest), rest)


def of_entry(n: int, entry: HistoryEntry) -> bytes:
    """Return line ``n``, which is an entry."""
    body, tst = entry.body, entry.tst
    if not -_FURTHEST < tst < _FURTHEST:
        tst = _FURTHEST if tst > 0 else -_FURTHEST
    line = HistoryLine(n, entry.thing, entry.sort, tst, entry.at, entry.digest)
    if b"\n" in body:
        line.base64 = body
    else:
        line.body = Raw(body)
    return written(line)


def of_state(n: int, state: LastState) -> bytes:
    """Return line ``n``, which is a present state."""
    line = HistoryLine(n, state.thing, at=state.at)
    if state.body is not None and b"\n" in state.body:
        line.base64 = state.body
    elif state.body is not None:
        line.body = Raw(state.body)
    return written(line)


def of_batch(
    first: int, entries: Sequence[HistoryEntry], states: Sequence[LastState]
) -> list[bytes]:
    """Return the lines of entries and of the states behind them, from number ``first`` on."""
    lines = [of_entry(n, entry) for n, entry in enumerate(entries, first)]
    lines += [of_state(n, state) for n, state in enumerate(states, first + len(entries))]
    return lines


def read(raw: bytes) -> HistoryLine:
    """Return what is in a line, which is given without its end.

    Raises `DamagedLine`.
    """
    if raw[: len(_HEAD)] != _HEAD or raw[_BEHIND:_REST] != b'",':
        raise DamagedLine("is not a line of the log")
    try:
        check = int(raw[len(_HEAD) : _BEHIND], 16)
    except ValueError:
        raise DamagedLine("is not a line of the log") from None
    if crc32(raw[_REST:]) != check:
        raise DamagedLine("was changed on disk: its check does not fit")
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as why:
        raise DamagedLine(f"cannot be understood: {why}") from why


def entry_of(line: HistoryLine) -> HistoryEntry:
    """Return the entry that a line is."""
    return HistoryEntry(line.thing, line.sort, line.tst, line.at, line.content, line.digest)


def state_of(line: HistoryLine) -> LastState:
    """Return the present state that a line is."""
    return LastState(line.thing, line.at, line.content or None)
