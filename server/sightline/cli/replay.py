"""Run `sightline replay`: publish messages of the archive again, at their pace or another.

Messages that command robots or phones are never published again, whatever is in the file.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sightline.cli.lifecycle import Ended
from sightline.cli.mqtt_options import add_broker, password
from sightline.cli.progress import ProgressBar
from sightline.cli.sender import CannotSend, MqttSender
from sightline.console.rules import BARRED
from sightline.history.archive.line import NoMessage, read
from sightline.history.lines import BROKEN, Problem, numbered, open_lines, place
from sightline.history.rewind.index import blocks_with
from sightline.history.rewind.reader import ArchiveReader, Changed, part_beside
from sightline.kinds.probots.commands import robot_of
from sightline.model.filters import filter_fault, matches, topic_fault
from sightline.model.kind import Arrival

_SHOWN = 10  # problems; the others are counted


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its options."""
    about = "Publish messages of the archive again, with the pauses that were between them."
    parser = subcommands.add_parser("replay", help="publish archived messages", description=about)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="plain or compressed")
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="N times as fast; max: no pauses (1)"
    )
    parser.add_argument(
        "--topic", action="append", default=[], type=_filter, metavar="FILTER", help="only these"
    )
    parser.add_argument(
        "--retain", action="store_true", help="retain again what was a retained message"
    )
    add_broker(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Publish it all; the exit status."""
    try:
        size = sum(path.stat().st_size for path in options.files)
        host, port = options.broker
        sender = MqttSender(host, port, options.user, password(options.password_env))
    except (OSError, KeyError, CannotSend) as why:
        text = why.args[0] if isinstance(why, KeyError) else why
        print(f"sightline replay: {text}", file=sys.stderr)
        return 2
    progress = ProgressBar(size)
    replay = Replay(
        sender.publish,
        progress,
        speed=options.speed,
        topics=options.topic,
        retain=options.retain,
        clock=time.monotonic,
        sleep=sender.pause,
    )
    status = 1
    try:
        replay.play(options.files)
        sender.close()
        status = 1 if replay.problems else 0
    except CannotSend as why:
        progress.say(f"sightline replay: {why}")
    except Ended as end:
        status = end.status
    finally:
        progress.end()
    print(replay.summary, file=sys.stderr)
    return status


class Replay:
    """Play files through ``publish(topic, payload, qos, retain)``. ``speed`` 0: without pauses."""

    def __init__(
        self,
        publish: Callable[[str, bytes, int, bool], None],
        progress: ProgressBar,
        *,
        speed: float,
        topics: Sequence[str],
        retain: bool,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._publish = publish
        self._progress = progress
        self._speed = speed
        self._topics = topics
        self._retain = retain
        self._clock = clock
        self._sleep = sleep
        self._done = 0  # bytes of the files before this one
        self.published = self.commands = self.problems = 0

    @property
    def summary(self) -> str:
        """Tell what was done, for people."""
        said = f"{self.published} messages published"
        if self.commands:
            said += f"; {self.commands} left out that command robots or phones"
        if self.problems:
            said += f"; {self.problems} lines that are no messages"
        return said

    def play(self, files: Sequence[Path]) -> None:
        """Publish the messages in these files, in this order."""
        begun, first, latest = self._clock(), None, 0.0
        for topic, arrival in self._messages(files):
            if first is None:
                first = latest = arrival.at
            # A clock that was set back makes no pause, and takes none away.
            latest = max(latest, arrival.at)
            if self._speed:
                wait = begun + (latest - first) / self._speed - self._clock()
                if wait > 0:
                    self._sleep(wait)
            retain = self._retain and arrival.retain
            self._publish(topic, arrival.payload, min(arrival.qos, 1), retain)
            self.published += 1

    def _messages(self, files: Sequence[Path]) -> Iterator[tuple[str, Arrival]]:
        for path in files:
            try:
                for number, data in self._lines(path):
                    try:
                        arrival = read(data)
                        topic = _topic(arrival)
                    except NoMessage as why:
                        self._problem(Problem(str(path), number, str(why)))
                    else:
                        if self._wanted(topic):
                            yield topic, arrival
            except BROKEN as why:
                self._problem(f"{path}: cannot be read to its end: {why}")
            except Changed:
                self._problem(f"{path}: was changed while it was read")
            self._done += path.stat().st_size

    def _lines(self, path: Path) -> Iterator[tuple[int, bytes]]:
        """Yield the lines of a file with their numbers; by its index only those that may matter."""
        part = part_beside(path) if self._topics else None
        if part is None:
            with open_lines(path) as stream:
                for line in numbered(stream):
                    self._at(place(stream))
                    if line.data and not line.torn:
                        yield line.number, line.data
            return
        reader = ArchiveReader(path.parent)
        for number in blocks_with(part.index, self._is_asked_for):
            block = part.index.blocks[number]
            self._at(block.offset)
            for at, data in enumerate(reader.lines(part, number).split(b"\n"), block.line):
                if data:
                    yield at, data

    def _at(self, bytes_read: int) -> None:
        self._progress.at(self._done + bytes_read, f"{self.published} messages")

    def _is_asked_for(self, topic: str) -> bool:
        return not self._topics or any(matches(name, topic) for name in self._topics)

    def _wanted(self, topic: str) -> bool:
        if not self._is_asked_for(topic):
            return False
        if topic.startswith("$"):
            return False
        bare = topic.lstrip("/")
        # Robots may have base topics, which nobody here knows.
        below = robot_of(topic) is not None
        if below or any(matches(barred, name) for barred in BARRED for name in (topic, bare)):
            self.commands += 1
            return False
        return True

    def _problem(self, problem: object) -> None:
        self.problems += 1
        if self.problems <= _SHOWN:
            self._progress.say(str(problem))
        elif self.problems == _SHOWN + 1:
            self._progress.say("… further ones are only counted")


def _topic(arrival: Arrival) -> str:
    """Tell where to publish it again. Raises `NoMessage`."""
    if isinstance(arrival.topic, bytes):
        raise NoMessage("the topic is not UTF-8: no broker takes that from us")
    if fault := topic_fault(arrival.topic):
        raise NoMessage(fault)
    return arrival.topic


def _speed(text: str) -> float:
    if text == "max":
        return 0.0
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.001 <= speed <= 1e6:
        raise argparse.ArgumentTypeError(
            f"must be a number from 0.001 to 1000000, or max (is {text!r})"
        )
    return speed


def _filter(text: str) -> str:
    if fault := filter_fault(text):
        raise argparse.ArgumentTypeError(f"{fault} (is {text!r})")
    return text
