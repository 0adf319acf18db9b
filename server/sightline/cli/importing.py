"""Run `sightline import`: bring positions of a Recorder's store or GPX files into history."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet import task

from sightline.cli import comparing, importing_present
from sightline.cli.accounts_db import CommandFailed, add_folder
from sightline.cli.bookmarks import Bookmarks
from sightline.cli.history_db import note, run_with, write
from sightline.cli.progress import ProgressBar
from sightline.history.importing import (
    CannotImport,
    Decode,
    Source,
    Step,
    named,
    sources,
    steps,
)
from sightline.history.lines import Problem
from sightline.history.named_store import NamedStore
from sightline.history.record import HistoryEntry
from sightline.history.store import Store
from sightline.kinds.friends.decode import decode
from sightline.kinds.friends.deliveries import DeviceCounts, DeviceFigures
from sightline.kinds.friends.names import DeviceNames
from sightline.model.kind import Timeouts
from sightline.owntracks import imported_states
from sightline.owntracks.imported_states import BroughtMessage
from sightline.settings import Settings
from sightline.wiring.state_folder import is_running

reactor: Any = _reactor
_BATCH = 1000  # entries
_SHOWN = 20  # problems; the others are counted
_DAY = 86400.0
_HANDED_WITHIN = 4.0  # s that a running server has to take the present in
_LOOK = 0.1  # s


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its options."""
    about = (
        "Bring positions into history: an OwnTracks Recorder's store (the folder with rec/ in it),"
        " .rec files or GPX, plain or compressed; of a store also last positions, cards, pictures"
        " and waypoints, which a running server shows at once. What is there already stays as it"
        " is; an import that was cut off goes on where it was."
    )
    parser = subcommands.add_parser("import", help="bring in a Recorder's store", description=about)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders and files")
    parser.add_argument(
        "--as", dest="device", default="", metavar="USER/DEVICE", help="whose positions these are"
    )
    parser.add_argument(
        "--again", action="store_true", help="read from the beginning what was read before"
    )
    comparing.add_to(parser)
    add_folder(parser)
    bring = run_with(_run)
    parser.set_defaults(
        run=lambda options: comparing.run(options) if options.compare else bring(options)
    )


async def _run(
    store: NamedStore, settings: Settings, state: Path, options: argparse.Namespace
) -> int:
    if not options.paths:
        raise CommandFailed("import what? Name a Recorder's store, or files (or --compare URL)")
    now = [] if options.device else importing_present.stored_states(options.paths)
    known = [*await _known(store), *importing_present.names_of(now)]
    try:
        found = sources(options.paths, options.device, known, empty=bool(now))
        found = [_named(source, store.names) for source in found]
    except CannotImport as why:
        raise CommandFailed(str(why)) from why
    topics = dict.fromkeys(source.topic for source in found)
    things = [_thing(topic) for topic in topics]
    held = {f"friend/{named(state.folder, known)}": state for state in now}
    things = list(dict.fromkeys([*things, *held]))
    note(settings, state, "import", things, "files")
    marks = Bookmarks(state / "imported.json")
    progress = ProgressBar(sum(source.path.stat().st_size for source in found))
    importing = Import(store, marks, progress, again=options.again)
    try:
        await importing.files(found)
    finally:
        progress.end()
        marks.save()
    progress.say(importing.summary)
    for problem in (problem for each in now for problem in each.problems):
        progress.say(problem)
        importing.problems += 1
    messages = await importing_present.present(store, things, held, importing.counts)
    progress.say(await _handed_over(state, messages))
    days, oldest = settings.history.days, importing.oldest
    if days and oldest < time.time() - days * _DAY:
        progress.say(
            f"Positions are kept for {days} days (history.days in the settings, or as their owner"
            " said): the server will remove the older ones among these."
        )
    return 1 if importing.problems else 0


async def _handed_over(state: Path, messages: Sequence[BroughtMessage]) -> str:
    """Lay the present states down for the server, and wait a moment for it; say what came of it."""
    if not messages:
        return "nobody's present state to bring in"
    count = len({message.device for message in messages if message.sort != "counts"})
    file = imported_states.write(state, messages)
    if not is_running(state):
        return f"the present of {count} friends is taken in when the server starts"
    until = reactor.seconds() + _HANDED_WITHIN
    while file.exists():
        if reactor.seconds() > until:
            return f"the present of {count} friends waits for the server to take it in"
        await task.deferLater(reactor, _LOOK)
    return f"the present of {count} friends is on the page now"


def _thing(topic: str) -> str:
    return topic.replace("owntracks/", "friend/", 1)


def _named(source: Source, names: DeviceNames) -> Source:
    """Return the same under the canonical name of its device."""
    return Source(source.path, f"owntracks/{names.peek(source.topic.partition('/')[2])}")


async def _known(store: Store) -> list[str]:
    """List the friends that there are: a Recorder keeps their names in small letters only."""
    found, after = list(await store.things()), None
    while True:
        some, after = await store.last_states(after=after)
        found += [each.thing for each in some]
        if after is None:
            return found


class Import:
    """Bring files into ``store``."""

    def __init__(
        self, store: Store, marks: Bookmarks, progress: ProgressBar, *, again: bool = False
    ) -> None:
        self._store = store
        self._marks = marks
        self._progress = progress
        self._again = again
        # Presence is not asked for, so any patience will do.
        self._decode: Decode = partial(decode, Timeouts(stale_after=1.0, offline_after=1.0))
        self._batch: list[HistoryEntry] = []
        self._read = self._new = self._no_position = self._before = self._dropped = (
            self.problems
        ) = 0
        self.oldest = float("inf")
        """Time of the oldest entry read, epoch s."""
        self._counts: dict[str, DeviceCounts] = {}

    @property
    def summary(self) -> str:
        """Tell what was done, for people."""
        said = f"{self._read} entries read, {self._new} of them new"
        if self._no_position:
            said += f"; {self._no_position} messages that are no positions"
        if self._dropped:
            said += f"; {self._dropped} parts of messages left out, which made no sense"
        if self._before:
            said += f"; {self._before} files were imported before (--again reads them again)"
        if self.problems:
            said += f"; {self.problems} that cannot be used"
        return said

    @property
    def counts(self) -> dict[str, DeviceFigures]:
        """Return what was counted of each friend."""
        return {thing: each.shown(thing, friend=True) for thing, each in self._counts.items()}

    async def files(self, found: Sequence[Source]) -> None:
        """Import these, one after the other. Raises `Unavailable`."""
        done = 0
        for source in found:
            try:
                await self._file(source, done)
            except Problem as problem:
                await self._flush()
                self._problem(problem)
            done += source.path.stat().st_size

    async def _file(self, source: Source, done: int) -> None:
        key = f"{source.path.resolve()} {source.topic}"
        mark = self._marks.of(key, source.path)
        if self._again:
            mark = type(mark)()
        elif mark.place and mark.place == source.path.stat().st_size:
            self._before += 1
            return
        place, line = mark.place, mark.line
        counts = self._counts.setdefault(_thing(source.topic), DeviceCounts())
        for step in steps(source, self._decode, place, line):
            place, line = step.place, step.line
            if step.problem is not None:
                self._problem(step.problem)
            elif not (step.entries or step.blank):
                self._no_position += 1
            self._dropped += step.dropped
            _count(counts, step)
            self._batch += step.entries
            if len(self._batch) >= _BATCH:
                await self._flush()
                self._marks.put(key, source.path, place, line)
                self._marks.save()
            self._progress.at(done + step.shown, f"{self._read + len(self._batch)} entries")
        await self._flush()
        self._marks.put(key, source.path, place, line)

    async def _flush(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            self._new += await write(self._store, batch)
            self._read += len(batch)
            self.oldest = min(self.oldest, min(entry.tst for entry in batch))

    def _problem(self, problem: Problem) -> None:
        self.problems += 1
        if self.problems <= _SHOWN:
            self._progress.say(str(problem))
        elif self.problems == _SHOWN + 1:
            self._progress.say("… further ones are only counted")


def _count(counts: DeviceCounts, step: Step) -> None:
    """Count what was found in a file, as if it had come in a message."""
    counts.left_out += step.dropped
    if step.problem is not None:
        counts.refused += 1
        counts.note(step.problem.why, time.time(), "import")
    elif step.entries:
        fixes = sum(entry.sort == "fix" for entry in step.entries)
        counts.fixes += fixes
        counts.reports += len(step.entries) - fixes
    elif not step.blank:
        counts.reports += 1
