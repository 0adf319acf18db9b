"""Reading positions out of other programs' files: an OwnTracks Recorder's store, GPX.

Every message in them goes through the same strict decoder as one that comes by MQTT, so nothing
gets into history this way that could not have come by the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from sightline.history.formats import gpx, rec
from sightline.history.lines import BROKEN, Problem, numbered, open_lines, place
from sightline.history.record import HistoryEntry, entry
from sightline.kinds.friends.address import address
from sightline.model.kind import Arrival, CannotDecode, Update
from sightline.model.record import Record

_PIECE = 65_536  # bytes
# What such files hold besides positions; no reason to alarm anybody.
_OTHERS = frozenset(("unknown_subtopic", "unknown_type", "unknown_action", "encrypted"))

_Found = tuple[tuple[HistoryEntry, ...], Problem | None]

Decode = Callable[[Arrival], Sequence[Update]]
"""What the friends' kind does with a message."""


class CannotImport(Exception):
    """A file or folder cannot be imported; the text says why."""


class Source(msgspec.Struct, frozen=True):
    """A file, and whose positions are in it: the topic of that device, ``owntracks/jane/phone``."""

    path: Path
    topic: str


class Step(msgspec.Struct, frozen=True):
    """The next thing found in a file.

    Entries, a problem, or neither: something that is no position. ``place`` (bytes) and ``line``
    are where the next one begins; ``shown`` is how far that is in the file as it lies on the disk.
    """

    place: int
    line: int
    shown: int
    entries: tuple[HistoryEntry, ...] = ()
    problem: Problem | None = None


def sources(paths: Sequence[Path], device: str = "") -> list[Source]:
    """Return the files in these folders, and these files. ``device`` (``jane/phone``) is whose they
    are.

    Without it a ``.rec`` file is of whom its folders say: ``…/jane/phone/2026-11.rec``. Raises
    `CannotImport`.
    """
    found = []
    for path in paths:
        if path.is_dir():
            files = sorted(path.rglob("*.rec"))
            if not files:
                raise CannotImport(f"{path}: holds no .rec files")
        elif path.is_file():
            files = [path]
        else:
            raise CannotImport(f"{path}: there is no such file or folder")
        found += [Source(file, _topic(file, device)) for file in files]
    return found


def _topic(file: Path, device: str) -> str:
    if not device:
        folders = file.resolve().parent.parts
        if _is_gpx(file) or len(folders) < 3:
            raise CannotImport(f"{file}: whose is it? Say --as user/device")
        device = "/".join(folders[-2:])
    topic = f"owntracks/{device}"
    try:
        known = address(topic)
    except CannotDecode as why:
        raise CannotImport(f"{file}: {device!r} is no user/device: {why.why}") from why
    if known.part:
        raise CannotImport(f"{file}: {device!r} is no user/device: more than two levels")
    return topic


def _is_gpx(file: Path) -> bool:
    return file.name.lower().removesuffix(".gz").endswith(".gpx")


def steps(source: Source, decode: Decode, start: int = 0, line: int = 1) -> Iterator[Step]:
    """Tell what is in a file, from the byte ``start`` on, where ``line`` begins (GPX: all of it).

    Raises `Problem` when the file cannot be read on.
    """
    name = str(source.path)
    at = line
    try:
        with open_lines(source.path) as stream:
            if _is_gpx(source.path):
                yield from _gpx(source, decode, stream)
                return
            stream.seek(start)
            for each in numbered(stream, line, start):
                at = each.number
                shown = place(stream)
                found: tuple[HistoryEntry, ...] = ()
                problem = None
                if each.long:
                    problem = Problem(name, at, "the line is too long")
                elif each.data.strip():
                    found, problem = _record(source, decode, each.data, at)
                if each.torn and not found:
                    return  # cut off: nothing of it is known, and it may yet be completed
                yield Step(each.stop, at + 1, shown, found, problem)
    except BROKEN as why:
        raise Problem(name, at, f"cannot be read on: {why}") from why


def _record(source: Source, decode: Decode, data: bytes, line: int) -> _Found:
    try:
        record = rec.read(data)
    except rec.NotRec as why:
        return (), Problem(str(source.path), line, str(why))
    topic = f"{source.topic}/{record.part}" if record.part else source.topic
    return _entries(Arrival(topic, record.payload, False, 1, record.at), decode, source, line)


def _gpx(source: Source, decode: Decode, stream: BinaryIO) -> Iterator[Step]:
    size = source.path.stat().st_size

    def pieces() -> Iterator[bytes]:
        while piece := stream.read(_PIECE):
            yield piece

    line = 1
    for fix in gpx.read(pieces(), str(source.path)):
        shown = place(stream)
        if isinstance(fix, Problem):
            line = fix.line
            yield Step(0, 1, shown, problem=fix)
            continue
        tst = fix["tst"]
        assert isinstance(tst, int | float)
        arrival = Arrival(source.topic, msgspec.json.encode(fix), False, 1, float(tst))
        found, problem = _entries(arrival, decode, source, line)
        yield Step(0, 1, shown, found, problem)
    yield Step(size, line + 1, size)


def _entries(arrival: Arrival, decode: Decode, source: Source, line: int) -> _Found:
    try:
        readings = decode(arrival)
    except CannotDecode as why:
        if why.counter in _OTHERS:
            return (), None
        return (), Problem(str(source.path), line, why.why)
    records: list[Record | None] = [getattr(reading, "record", None) for reading in readings]
    found = [each for each in records if each is not None]
    return tuple(entry(r.thing, r.sort, r.tst, arrival.at, r.body) for r in found), None
