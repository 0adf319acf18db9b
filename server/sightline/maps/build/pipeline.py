"""Run what makes a map: a process that reads the extract, and tippecanoe that cuts its tiles.

Both end with us, however we end. What they write is below the folder given, and nowhere else.
"""

from __future__ import annotations

import ctypes
import os
import queue
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from sightline.maps.build import tools
from sightline.maps.schemas import OPENSTREETMAP

RESULT = "tiles.pmtiles"
ZOOM = 15
_DEATH = 1  # PR_SET_PDEATHSIG
_READING = 0.55
"""The part of the work that is done when the extract is read."""
_LOOK = 0.5  # s between two looks at the disk
_UNHEARD = 10.0
"""So long after tippecanoe has ended the reader may take to end, too (s): nobody hears it."""
_LAST_LINES = 20  # last lines of what a program says
_PLACE = 16
"""Bytes of a node's place in the index."""
_PER_NODE = 8
"""Bytes of an extract for a node, at least: Geofabrik's have 8 to 10."""

Say = Callable[[float, str], None]
"""Is told which part of the work is done (0 to 1), and what is done now."""


class CannotBuildMap(Exception):
    """The map cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class BuildLimits:
    """What the work may take: ``memory`` bytes of each process, and the disk down to ``floor``
    bytes that stay free.
    """

    memory: int
    floor: int


@dataclass
class _Running:
    """The two processes, and the last lines that each said."""

    reader: subprocess.Popen[bytes]
    cutter: subprocess.Popen[bytes]
    lines: queue.SimpleQueue[tuple[str, str]] = field(default_factory=queue.SimpleQueue)
    listeners: list[threading.Thread] = field(default_factory=list)
    output: dict[str, list[str]] = field(default_factory=lambda: {"reader": [], "cutter": []})
    given_up: bool = False
    """The reader did not end by itself when nobody heard it any more."""

    def __post_init__(self) -> None:
        for name, process in (("reader", self.reader), ("cutter", self.cutter)):
            listener = threading.Thread(target=self._listen, args=(name, process), daemon=True)
            self.listeners.append(listener)
            listener.start()

    def _listen(self, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        with process.stderr as heard:
            self._hear(name, heard)

    def _hear(self, name: str, heard: IO[bytes]) -> None:
        for line in heard:
            for part in line.decode("utf-8", "replace").replace("\r", "\n").splitlines():
                self.lines.put((name, part.strip()))

    @property
    def is_over(self) -> bool:
        """Tell whether both have ended."""
        return self.reader.poll() is not None and self.cutter.poll() is not None

    def end(self) -> None:
        """End what still runs, and hear the last that was said."""
        for process in (self.reader, self.cutter):
            if process.poll() is None:
                process.kill()
            process.wait()
        for listener in self.listeners:
            listener.join()


def build(extract: Path, work: Path, title: str, limits: BuildLimits, say: Say) -> Path:
    """Make a map of an extract in the folder ``work``; return its file. Raises `CannotBuildMap`."""
    running = _start(tools.tippecanoe(), extract, work, title, limits)
    try:
        _watch(running, work, limits, say)
    finally:
        running.end()
    _check(running, extract, work, limits)
    return work / RESULT


def index_on_disk(size: int, memory: int) -> bool:
    """Tell whether the places of the nodes of an extract of ``size`` bytes go to the disk."""
    return size // _PER_NODE * _PLACE > memory // 3


def room_for(size: int, memory: int) -> int:
    """Return how much room on the disk an extract of ``size`` bytes may take on its way, bytes.

    Measured: see server/docs/decisions (osmium and tippecanoe).
    """
    index = size // _PER_NODE * _PLACE if index_on_disk(size, memory) else 0
    return 20_000_000 + 8 * size + index


def _start(cutter: Path, extract: Path, work: Path, title: str, limits: BuildLimits) -> _Running:
    on_disk = index_on_disk(extract.stat().st_size, limits.memory)
    index = str(work / "nodes") if on_disk else "-"
    module = "sightline.maps.build.extract"
    reader = subprocess.Popen(
        [sys.executable, "-m", module, str(extract), index, str(limits.memory)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_die_with_us,
    )
    # The name of the program and relative paths: the arguments are kept in the map's metadata.
    tiles = subprocess.Popen(
        ["tippecanoe", *_arguments(title)],
        executable=cutter,
        cwd=work,
        stdin=reader.stdout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "TIPPECANOE_MAX_THREADS": str(min(4, os.cpu_count() or 1))},
        preexec_fn=lambda: _bounded(limits.memory),
    )
    assert reader.stdout is not None
    reader.stdout.close()  # so that the reader hears when tippecanoe ends
    return _Running(reader, tiles)


def _arguments(title: str) -> Sequence[str]:
    credit = f'<a href="{OPENSTREETMAP.url}">{OPENSTREETMAP.text}</a>'
    return (
        f"--output={RESULT}",
        "--temporary-directory=.",
        "--minimum-zoom=0",
        f"--maximum-zoom={ZOOM}",
        f"--name={title}",
        f"--description={title}",
        f"--attribution={credit}",
        "--drop-rate=1",
        "--drop-densest-as-needed",
        "--no-tile-stats",
        "--no-tiny-polygon-reduction-at-maximum-zoom",
        "--json-progress",
        "--progress-interval=0.5",
    )


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)


def _bounded(memory: int) -> None:
    _die_with_us()
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _watch(running: _Running, work: Path, limits: BuildLimits, say: Say) -> None:
    looked, unheard = 0.0, float("inf")
    while not running.is_over or not running.lines.empty():
        if running.cutter.poll() is not None:
            unheard = min(unheard, time.monotonic())
            if time.monotonic() - unheard > _UNHEARD:
                running.given_up = True
                return
        if time.monotonic() - looked > _LOOK:
            looked = time.monotonic()
            if free_bytes(work) < limits.floor:
                raise CannotBuildMap(_full(work, limits))
        try:
            name, line = running.lines.get(timeout=_LOOK / 5)
        except queue.Empty:
            continue
        _hear(running, name, line, say)


def _hear(running: _Running, name: str, line: str, say: Say) -> None:
    if name == "reader" and line.startswith("progress "):
        say(_READING * float(line.split()[1]), "reading the extract")
    elif name == "cutter" and line.startswith('{"progress"'):
        part = msgspec.json.decode(line, type=dict[str, float])["progress"] / 100
        if running.reader.poll() is not None:
            say(_READING + (1 - _READING) * part, "cutting tiles")
    elif line:
        said = running.output[name]
        said.append(line)
        del said[:-_LAST_LINES]


def _check(running: _Running, extract: Path, work: Path, limits: BuildLimits) -> None:
    """Raise `CannotBuildMap` if anything failed."""
    while not running.lines.empty():
        _hear(running, *running.lines.get(), say=lambda part, words: None)
    reader, cutter = running.reader.returncode, running.cutter.returncode
    if running.given_up:
        reader = 4  # as if it had noticed
    errors = [line for line in running.output["reader"] if line.startswith("error ")]
    why = errors[-1].removeprefix("error ") if errors else ""
    heard = "\n".join(running.output["cutter"])
    if "No space left" in heard or "File too large" in heard or cutter == -signal.SIGXFSZ:
        raise CannotBuildMap(_full(work, limits))
    if why == "memory" or "bad_alloc" in heard or "annot allocate memory" in heard:
        raise CannotBuildMap(
            f"{extract} needs more memory than the {limits.memory // 1_000_000:,} MB it may take;"
            " allow more with --memory"
        )
    if why == "empty":
        raise CannotBuildMap(f"{extract} holds nothing that could be drawn: no street, no building")
    if why:
        raise CannotBuildMap(f"{extract} cannot be read as an OpenStreetMap extract: {_plain(why)}")
    if reader not in (0, 4) or (reader == 4 and cutter == 0):
        raise CannotBuildMap(f"reading {extract} ended unexpectedly ({_ending(reader, running)})")
    if cutter != 0:
        last = running.output["cutter"][-1:] or ["it did not say why"]
        raise CannotBuildMap(f"tippecanoe failed ({_ending(cutter, running)}): {last[0]}")


def _ending(code: int, running: _Running) -> str:
    if code < 0:
        return signal.Signals(-code).name
    last = running.output["reader"][-1:]
    return f"exit status {code}{f': {last[0]}' if last else ''}"


def _plain(why: str) -> str:
    """Say what osmium says of a broken file, for people."""
    if "EOF" in why or "unexpected end" in why.lower() or "truncated" in why.lower():
        return f"it is cut off ({why})"
    return f"it is damaged ({why})"


def _full(work: Path, limits: BuildLimits) -> str:
    return (
        f"the disk of {work.parent} is full: {free_bytes(work) // 1_000_000:,} MB are free, and"
        f" {limits.floor // 1_000_000:,} MB are kept for the server. Nothing was changed"
    )


def free_bytes(folder: Path) -> int:
    """Return how much room the disk of this folder has for us."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
