"""Run `sightline export`: history as files: a Recorder's store that ocat reads, GPX, GeoJSON, CSV,
…
"""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from sightline.cli.accounts_db import CommandFailed, add_folder
from sightline.cli.history_db import note, run_with
from sightline.cli.progress import ProgressBar
from sightline.history.formats import rec
from sightline.history.formats.fix import Fix
from sightline.history.formats.table import FORMATS
from sightline.history.formats.xmls import Gpx
from sightline.history.judged_fixes import chosen
from sightline.history.merging import merged
from sightline.history.named_store import NamedStore
from sightline.history.record import HistoryEntry
from sightline.history.store import Span, Store
from sightline.model.kind import id_of, kind_of
from sightline.model.topic import NOT_NAMES
from sightline.settings import Settings

_PAGE = 1000
_PARTS = {"fix": "", "transition": "event"}  # the sorts in a .rec file, and their topics
LATEST = 253_402_300_799.0  # epoch s: the end of the year 9999
_LONGEST_NAME = 240  # bytes; file systems allow 255, with our suffixes
_MARKS = ".sightline-export.json"


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its options."""
    about = (
        "Write the history of friends into files. What was hidden as wrong is left out. Repeated"
        " into the same folder, only what has changed is written."
    )
    parser = subcommands.add_parser("export", help="write history into files", description=about)
    parser.add_argument(
        "friends", nargs="*", metavar="USER/DEVICE", help="whose; nobody named: everybody's"
    )
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where to")
    parser.add_argument(
        "--format", choices=["rec", *FORMATS], default="rec", help="rec: a Recorder's store (rec)"
    )
    parser.add_argument(
        "--since", type=moment, default=0.0, metavar="TIME", help="such as 2026-11-21T08:00:00Z"
    )
    parser.add_argument("--until", type=moment, default=LATEST, metavar="TIME", help="likewise")
    add_folder(parser)
    parser.set_defaults(run=run_with(_run))


def moment(text: str) -> float:
    """Parse a time: a day, or a time of day with its offset.

    Raises `argparse.ArgumentTypeError`.
    """
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None and len(text) > 10:
            raise ValueError
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"must be a day (2026-11-21, UTC) or a time with its offset (is {text!r})"
        ) from None


async def _run(
    store: NamedStore, settings: Settings, state: Path, options: argparse.Namespace
) -> int:
    known = [thing for thing in await store.things() if kind_of(thing) == "friend"]
    asked = {name: store.names.thing(f"friend/{name}") for name in options.friends}
    for name, thing in asked.items():
        if thing not in known:
            raise CommandFailed(f"nothing is known of {name}")
    named = list(dict.fromkeys(asked.values())) or known
    wanted = [thing for thing in named if _can_be_a_file(id_of(thing))]
    left_out = [id_of(thing) for thing in named if thing not in wanted]
    if options.friends and left_out:
        raise CommandFailed(f"{left_out[0]!r} cannot be the name of a file")
    note(settings, state, "export", wanted, f"files ({options.format})")
    try:
        options.to.mkdir(parents=True, exist_ok=True)
        export = Export(store, options.to, options.since, options.until)
        try:
            for thing in wanted:
                await export.thing(thing, options.format)
        finally:
            export.progress.end()
    except OSError as why:
        raise CommandFailed(f"{why.filename or options.to}: {why.strerror or why}") from why
    export.progress.say(export.summary)
    for name in left_out:
        export.progress.say(f"left out: {name!r} cannot be the name of a file")
    return 0


def _can_be_a_file(name: str) -> bool:
    parts = name.split("/")
    longest = max(len(part.encode("utf-8", "surrogatepass")) for part in parts)
    return "\0" not in name and NOT_NAMES.isdisjoint(parts) and longest <= _LONGEST_NAME


class Export:
    """Write files into ``folder``: what is known from ``since`` to ``until`` (epoch s)."""

    def __init__(self, store: Store, folder: Path, since: float, until: float) -> None:
        self._store = store
        self._folder = folder
        self._since = since
        self._until = until
        self._marks_file = folder / _MARKS
        self._marks: dict[str, list[float]] = _marks(self._marks_file)
        self.progress = ProgressBar(0)
        self._files = self._entries = self._same = 0

    @property
    def summary(self) -> str:
        """Tell what was done, for people."""
        said = f"{self._entries} entries in {self._files} files"
        return said + (f"; {self._same} files had not changed" if self._same else "")

    async def thing(self, thing: str, form: str) -> None:
        """Write the file of one thing, or its files."""
        if form != "rec":
            await self._file(
                Path(id_of(thing) + FORMATS[form].suffix),
                thing,
                ["fix"],
                (self._since, self._until),
                _Formatted(form, thing),
            )
            return
        folder = Path("rec", id_of(thing))
        for name, bounds in await self._months(thing):
            await self._file(folder / f"{name}.rec", thing, list(_PARTS), bounds, _Recorded())

    async def _months(self, thing: str) -> list[tuple[str, tuple[float, float]]]:
        """Return the months (UTC) with anything in them, each with the part of it that is asked
        for.
        """
        times = []
        for sort in _PARTS:
            for newest in (False, True):
                span = Span(thing, sort, self._since, self._until, newest_first=newest)
                times += [entry.tst for entry in (await self._store.page(span, 1)).entries]
        found = []
        if times:
            for name, since, until in _months(min(times), max(times)):
                bounds = max(since, self._since), min(until, self._until)
                found.append((name, bounds))
        return found

    async def _count(self, thing: str, sorts: Iterable[str], bounds: tuple[float, float]) -> int:
        # Both ends of what is asked for belong to it; of what is counted only the first does.
        span = [bounds[0], bounds[1] + 1e-6]
        return sum([(await self._store.counts(thing, sort, span))[0] for sort in sorts])

    async def _file(
        self,
        path: Path,
        thing: str,
        sorts: Sequence[str],
        bounds: tuple[float, float],
        writer: Any,
    ) -> None:
        whole = await self._count(thing, sorts, bounds)
        made = self._folder / path
        # What somebody marked as right changes no number of entries, but what is written.
        acts = await self._store.acts(thing)
        mark = [float(whole), *bounds] + (
            [float(sum(each.entries for each in acts))] if acts else []
        )
        if not whole:
            return
        if self._marks.get(str(path)) == mark and made.exists():
            self._same += 1
            return
        made.parent.mkdir(parents=True, exist_ok=True)
        part = made.with_name(f"{made.name}.part")
        self.progress.end()
        self.progress = ProgressBar(whole)
        done = 0
        with open(part, "wb", opener=_private) as out:
            out.write(writer.begin())
            async for some in self._wanted(thing, sorts, bounds, writer):
                out.write(writer.some(some))
                done += len(some)
                self.progress.at(done, f"{path}: {done} entries")
            out.write(writer.end())
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, made)
        self._files += 1
        self._entries += done
        # Were entries added meanwhile, the next run writes the file again.
        self._marks[str(path)] = mark
        self._marks_file.write_bytes(msgspec.json.encode(self._marks))

    def _wanted(
        self, thing: str, sorts: Sequence[str], bounds: tuple[float, float], writer: Any
    ) -> AsyncIterator[list[HistoryEntry]]:
        if isinstance(writer, _Formatted):
            return self._used(thing, bounds)
        return self._pages(thing, sorts, bounds)

    async def _used(
        self, thing: str, bounds: tuple[float, float]
    ) -> AsyncIterator[list[HistoryEntry]]:
        async for some in chosen(self._store, Span(thing, "fix", *bounds)):
            yield [each.entry for each in some]

    async def _pages(
        self, thing: str, sorts: Sequence[str], bounds: tuple[float, float]
    ) -> AsyncIterator[list[HistoryEntry]]:
        """Return the entries of all these sorts by time, in pages."""
        sources = [self._sort(thing, sort, bounds) for sort in sorts]
        page: list[HistoryEntry] = []
        async for entry in merged(sources, lambda entry: entry.tst):
            page.append(entry)
            if len(page) == _PAGE:
                yield page
                page = []
        if page:
            yield page

    async def _sort(
        self, thing: str, sort: str, bounds: tuple[float, float]
    ) -> AsyncIterator[HistoryEntry]:
        after = None
        while True:
            page = await self._store.page(Span(thing, sort, *bounds), _PAGE, after)
            for entry in page.entries:
                yield entry
            if (after := page.more) is None:
                return


class _Recorded:
    """Write .rec lines, as the formats' writers do."""

    def begin(self) -> bytes:
        return b""

    def some(self, entries: Iterable[HistoryEntry]) -> bytes:
        return b"".join(rec.written(entry.tst, _PARTS[entry.sort], entry.body) for entry in entries)

    def end(self) -> bytes:
        return b""


class _Formatted:
    """A format's writer, for entries of fixes."""

    def __init__(self, form: str, thing: str) -> None:
        self._writer = Gpx(name=id_of(thing)) if form == "gpx" else FORMATS[form].make(())

    def begin(self) -> bytes:
        return self._writer.begin()

    def some(self, entries: Iterable[HistoryEntry]) -> bytes:
        return self._writer.some([_fix(entry) for entry in entries])

    def end(self) -> bytes:
        return self._writer.end()


def _fix(entry: HistoryEntry) -> Fix:
    try:
        said = msgspec.json.decode(entry.body)
    except msgspec.DecodeError:
        said = None
    tst = int(entry.tst) if int(entry.tst) == entry.tst else entry.tst
    return {**said, "tst": tst} if isinstance(said, dict) else {"tst": tst}


def _months(first: float, last: float) -> list[tuple[str, float, float]]:
    """Return the months (UTC) from one time to another: name, first and last second (epoch s)."""
    begin = datetime.fromtimestamp(first, UTC)
    year, month = begin.year, begin.month
    found = []
    while (since := datetime(year, month, 1, tzinfo=UTC).timestamp()) <= last:
        following = (year + 1, 1) if month == 12 else (year, month + 1)
        until = datetime(*following, 1, tzinfo=UTC).timestamp() - 1e-6
        found.append((f"{year:04d}-{month:02d}", since, until))
        year, month = following
    return found


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _marks(file: Path) -> dict[str, list[float]]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, list[float]])
    except (OSError, msgspec.DecodeError):
        return {}
