"""Read positions out of other programs' files: an OwnTracks Recorder's store, GPX.

Every message in them goes through the same strict decoder as one that comes by MQTT, so nothing
gets into history this way that could not have come by the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
_NO_POSITION = frozenset(("unknown_subtopic", "unknown_type", "unknown_action", "encrypted"))

# Below a device's topic: where a Recorder keeps what small trackers say in their own short form.
_POSITIONS = frozenset(("csv", "pico"))

_Found = tuple[tuple[HistoryEntry, ...], Problem | None, int]

Decode = Callable[[Arrival], Sequence[Update]]
"""What the friends' kind does with a message."""


class CannotImport(Exception):
    """A file or folder cannot be imported; the text says why."""


class Source(msgspec.Struct, frozen=True):
    """A file, and the device whose positions are in it, by its topic: ``owntracks/jane/phone``."""

    path: Path
    topic: str


class Step(msgspec.Struct, frozen=True):
    """The next thing found in a file.

    Entries, a problem, or neither: something that is no position, or (``blank``) nothing at all.
    ``place`` (bytes) and ``line`` are where the next one begins; ``shown`` is how far that is in
    the file as it lies on the disk. ``dropped`` counts optional parts that made no sense.
    """

    place: int
    line: int
    shown: int
    entries: tuple[HistoryEntry, ...] = ()
    problem: Problem | None = None
    dropped: int = 0
    blank: bool = False


def sources(
    paths: Sequence[Path], device: str = "", known: Iterable[str] = (), *, empty: bool = False
) -> list[Source]:
    """List the files in these folders, and these files. ``device`` (``jane/phone``) is their owner.

    Without it a ``.rec`` file is of whom its folders say: ``…/jane/phone/2026-11.rec``; and of the
    one of the ``known`` (keys of friends) that a Recorder would keep in these folders. ``empty``:
    a folder may hold none. Raises `CannotImport`.
    """
    found = []
    names = {} if device else _folded(known)
    for path in paths:
        if path.is_dir():
            files = sorted(path.rglob("*.rec"))
            if not files and not empty:
                raise CannotImport(f"{path}: holds no .rec files")
        elif path.is_file():
            files = [path]
        else:
            raise CannotImport(f"{path}: there is no such file or folder")
        found += [_renamed(Source(file, _topic(file, device)), names) for file in files]
    return found


def _folded(known: Iterable[str]) -> dict[str, set[str]]:
    """Devices (``Jane/Phone``) by the folders in which a Recorder would keep them."""
    found: dict[str, set[str]] = {}
    for thing in known:
        kind, _, device = thing.partition("/")
        if kind == "friend":
            found.setdefault(folder_of(device), set()).add(device)
    return found


def folder_of(device: str) -> str:
    """Return the folders that a Recorder has for ``user/device``: all of it in small letters."""
    return device.lower().replace(".", "-")


def _renamed(source: Source, names: Mapping[str, set[str]]) -> Source:
    """Return the same of the one device that a Recorder would keep in these folders, if there is
    one.
    """
    device = source.topic.partition("/")[2]
    among = names.get(device, set())
    if device in among or len(among) != 1:
        return source
    return Source(source.path, f"owntracks/{next(iter(among))}")


def named(folder: str, known: Iterable[str]) -> str:
    """Return the one device of the ``known`` that a Recorder would keep in this folder, else it."""
    among = _folded(known).get(folder, set())
    return folder if folder in among or len(among) != 1 else next(iter(among))


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
                problem, dropped = None, 0
                blank = not each.data.strip()
                if each.long:
                    problem = Problem(name, at, "the line is too long")
                elif not blank:
                    found, problem, dropped = _record(source, decode, each.data, at)
                if each.torn and not found:
                    return  # cut off: nothing of it is known, and it may yet be completed
                yield Step(each.stop, at + 1, shown, found, problem, dropped, blank)
    except BROKEN as why:
        raise Problem(name, at, f"cannot be read on: {why}") from why


def _record(source: Source, decode: Decode, data: bytes, line: int) -> _Found:
    try:
        record = rec.read(data)
    except rec.NotRec as why:
        return (), Problem(str(source.path), line, str(why)), 0
    part = "" if record.part in _POSITIONS else record.part
    topic = f"{source.topic}/{part}" if part else source.topic
    return _entries(Arrival(topic, record.payload, False, 1, record.at), decode, source, line)


def _gpx(source: Source, decode: Decode, stream: BinaryIO) -> Iterator[Step]:
    size = source.path.stat().st_size

    def pieces() -> Iterator[bytes]:
        while piece := stream.read(_PIECE):
            yield piece

    line = 1
    left_out: list[str] = []
    for fix in gpx.read(pieces(), str(source.path), left_out.append):
        shown = place(stream)
        dropped = len(left_out)
        left_out.clear()
        if isinstance(fix, Problem):
            line = fix.line
            yield Step(0, 1, shown, problem=fix, dropped=dropped)
            continue
        tst = fix["tst"]
        assert isinstance(tst, int | float)
        arrival = Arrival(source.topic, msgspec.json.encode(fix), False, 1, float(tst))
        found, problem, more = _entries(arrival, decode, source, line)
        yield Step(0, 1, shown, found, problem, dropped + more)
    yield Step(size, line + 1, size, blank=True)


def _entries(arrival: Arrival, decode: Decode, source: Source, line: int) -> _Found:
    try:
        readings = decode(arrival)
    except CannotDecode as why:
        if why.counter in _NO_POSITION:
            return (), None, 0
        return (), Problem(str(source.path), line, why.why), 0
    records: list[Record | None] = [getattr(reading, "record", None) for reading in readings]
    found = [each for each in records if each is not None]
    entries = tuple(entry(r.thing, r.sort, r.tst, arrival.at, r.body) for r in found)
    return entries, None, sum(reading.dropped for reading in readings)
