"""Ask an archive of millions of messages what its topics held at any second of a month.

    python scripts/bench/rewind.py --messages 2000000 --folder /tmp/rewind

The archive is made once (about 8 s and 30 MB a million) and used again; ``--anew`` makes it anew.
The times are those of a server that was just started (cold) and of one that was asked before.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "server"))

from sightline.history.archive.folder import Folder, day_of, segments
from sightline.history.archive.line import written
from sightline.history.rewind import answers
from sightline.history.rewind.budget import TimeBudget
from sightline.history.rewind.index import key_of
from sightline.history.rewind.questions import Questions, Viewpoint
from sightline.history.rewind.reader import ArchiveReader, make_indexes
from sightline.history.rewind.values import value_of
from sightline.model.kind import Arrival

DAY = 86_400.0
END = 1_795_305_600.0  # 2026-11-22 00:00 UTC
PART = 67_108_864


def topics_of(count: int) -> list[str]:
    """Return names of topics as a house, a fleet and phones have them."""
    kinds = ("temperature", "humidity", "power", "state", "battery")
    names = [f"owntracks/user{n // 2}/{('phone', 'car')[n % 2]}" for n in range(count // 5)]
    names += [
        f"house/floor{n // 50 % 4}/room{n // 5}/{kinds[n % 5]}" for n in range(count - len(names))
    ]
    return names


def messages(count: int, topics: list[str], days: float) -> Iterator[Arrival]:
    """Make messages as they come: a few topics speak often, most of them seldom."""
    random.seed(7)
    weights = [1 / (1 + n % 97) for n in range(len(topics))]
    at, step = END - days * DAY, days * DAY / count
    picked: list[str] = []
    for _number in range(count):
        if not picked:
            picked = random.choices(topics, weights, k=1000)
        topic = picked.pop()
        at += step
        if topic.startswith("owntracks/"):
            payload = {
                "_type": "location",
                "tid": topic[-2:],
                "lat": round(60.17 + random.random() / 10, 6),
                "lon": round(24.94 + random.random() / 10, 6),
                "acc": random.randrange(5, 40),
                "batt": random.randrange(5, 100),
                "vel": random.randrange(0, 60),
                "tst": int(at),
            }
            data = json.dumps(payload, separators=(",", ":")).encode()
        elif topic.endswith("state"):
            data = random.choice((b"ON", b"OFF"))
        else:
            data = f"{20 + 5 * random.random():.2f}".encode()
        yield Arrival(topic, data, False, 1, at)


def make(folder: Path, count: int, topics: list[str], days: float) -> None:
    """Write the archive as the server does, with its own classes."""
    shutil.rmtree(folder, ignore_errors=True)
    begun = time.perf_counter()
    files = Folder(folder, days=3660, most=1 << 50, part=PART)
    files.open()
    day, lines, size = "", [], 0
    for arrival in messages(count, topics, days):
        if (today := day_of(arrival.at)) != day or size > 262_144:
            if lines:
                files.append(day, b"".join(lines))
            day, lines, size = today, [], 0
        lines.append(written(arrival))
        size += len(lines[-1])
    files.append(day, b"".join(lines))
    files.sync()
    files.close()
    wrote = time.perf_counter()
    for _ in files.compress("9999"):
        pass
    zipped = time.perf_counter()
    for _ in make_indexes(folder):
        pass
    indexed = time.perf_counter()
    each = 1e6 / count
    print(
        f"made: {wrote - begun:.1f} s; compressed: {(zipped - wrote) * each:.1f} µs a message;"
        f" indexed: {(indexed - zipped) * each:.1f} µs a message"
    )


def timed(work: Callable[[], Any], times: int = 20) -> tuple[float, float, float]:
    """Return of so many calls the median and the worst (ms), and the median of CPU time (ms)."""
    found, cpu = [], []
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return statistics.median(found), max(found), statistics.median(cpu)


def main() -> None:
    """Make the archive where there is none, and ask."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--topics", type=int, default=1_000)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/rewind-bench"))
    parser.add_argument("--anew", action="store_true")
    options = parser.parse_args()
    topics = topics_of(options.topics)
    if options.anew or not options.folder.exists():
        make(options.folder, options.messages, topics, options.days)
    told_sizes(options.folder, options.messages)
    asked(options.folder, topics, options.days)


def told_sizes(folder: Path, count: int) -> None:
    """Print what the archive takes on the disk."""
    files = segments(folder)
    zipped = sum(file.path.stat().st_size for file in files)
    indexes = sum(path.stat().st_size for path in folder.glob("*.index"))
    print(
        f"{len(files)} segments: {zipped / count:.1f} bytes a message,"
        f" indexes {indexes / count:.1f} more"
    )


def asked(folder: Path, topics: list[str], days: float) -> None:
    """Ask all questions and print how long they took."""
    random.seed()
    begin = END - days * DAY

    def budget() -> TimeBudget:
        return TimeBudget(600.0, 600.0, lambda: False)

    def moment() -> float:
        return begin + random.random() * days * DAY

    def value(reader: ArchiveReader) -> None:
        key = key_of("main", random.choice(topics))
        value_of(reader, reader.parts(budget()), key, moment(), budget())

    def none(reader: ArchiveReader) -> None:
        value_of(reader, reader.parts(budget()), "main\nnever/heard", moment(), budget())

    place = Viewpoint("main", lambda topic: True)
    reader = ArchiveReader(folder)
    questions = Questions(reader)
    report("value of a topic, cold", timed(lambda: value(ArchiveReader(folder)), 10))
    report("value of a topic", timed(lambda: value(reader)))
    report("a topic that never was, cold", timed(lambda: none(ArchiveReader(folder)), 5))

    def tree(questions: Questions, below: str = "", *, compare: bool = False) -> None:
        asked = answers.TreeQuery(
            at=answers.Moment(moment()), below=answers.Prefix(below), compare=compare
        )
        questions.tree(asked, place, budget())

    report("root of the tree, cold", timed(lambda: tree(Questions(ArchiveReader(folder))), 3))
    report("root of the tree", timed(lambda: tree(questions)))
    report("200 phones with values", timed(lambda: tree(questions, "owntracks/")))
    report("5 values", timed(lambda: tree(questions, "house/floor1/room15/", compare=True)))

    def curve(span: float) -> None:
        since = begin + random.random() * (days * DAY - span)
        asked = answers.CurveQuery(
            since=answers.Moment(since),
            until=answers.Moment(since + span),
            topic=answers.TopicName(topics[-5]),
            step=span / 600,
        )
        questions.curve(asked, place, budget())

    report("curve of a day", timed(lambda: curve(DAY), 5))
    report("curve of a week", timed(lambda: curve(min(7, days) * DAY), 3))

    def search(text: str) -> None:
        asked = answers.MessagesQuery(
            since=answers.Moment(begin), until=answers.Moment(END), text=text
        )
        questions.messages(asked, place, budget())

    report("search of all for what is not there", timed(lambda: search("nowhere-to-be-found"), 1))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'memory at most':38} {most:8.0f} MB")


def report(what: str, times: tuple[float, float, float]) -> None:
    """Print one line of the table."""
    print(f"{what:38} {times[0]:8.1f} ms, at worst {times[1]:8.1f}; CPU {times[2]:8.1f}")


if __name__ == "__main__":
    main()
