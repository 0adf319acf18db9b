"""Hand present states over from an import to the server: files of messages in the state folder.

    sightline import ── brought/TIME-PID.jsonl ──> the server, at once or when it starts

Each line is a message as a broker would have kept it: the newest fix of a friend, its card, its
waypoints; or what the import counted. They are taken in like retained messages, so a fix is dated
by its own time, is no sign of life, and never pushes out a newer one. A card or waypoints are taken
of friends only of whom neither is known yet: what they sent since is newer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from sightline.kinds.friends.address import address
from sightline.kinds.friends.deliveries import Deliveries, DeviceFigures
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.strict import LARGEST_CARD
from sightline.model.kind import Arrival, CannotDecode, State, id_of

FOLDER = "brought"
SOURCE = "import"
"""Where what was brought in comes from: no broker's name."""
_SUFFIX = ".jsonl"
_PARTS = {"location": "", "card": "/info", "waypoints": "/waypoints"}
_LONGEST = 2 * LARGEST_CARD  # bytes of a line


class BroughtMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of ``user/device``, or what was counted of it."""

    device: str
    sort: Literal["location", "card", "waypoints", "counts"]
    payload: str = ""
    counts: DeviceFigures | None = None


_decode = msgspec.json.Decoder(BroughtMessage).decode


def write(state: Path, messages: Iterable[BroughtMessage]) -> Path:
    """Lay messages down for the server, all or none; return the file. Raises OSError."""
    folder = state / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{time.time_ns()}-{os.getpid()}{_SUFFIX}"
    part = file.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        for message in messages:
            stream.write(msgspec.json.encode(message) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)
    return file


def waiting(state: Path) -> list[Path]:
    """List the files that were laid down, the oldest first. Blocks."""
    try:
        return sorted(path for path in (state / FOLDER).iterdir() if path.suffix == _SUFFIX)
    except FileNotFoundError:
        return []


def read(file: Path) -> list[BroughtMessage]:
    """Return the messages in a file; a line that makes no sense is passed over. Blocks."""
    return list(_messages(file))


def _messages(file: Path) -> Iterator[BroughtMessage]:
    with file.open("rb") as stream:
        for line in stream:
            if len(line) > _LONGEST:
                continue
            try:
                yield _decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue


class BroughtIn:
    """What takes brought messages in. ``arrived`` gets what is to be taken; ``known`` gives a
    thing's present state; ``counts`` gets what was counted; ``wall`` gives epoch s.
    """

    def __init__(
        self,
        arrived: Callable[[list[Arrival]], None],
        known: Callable[[str], State | None],
        counts: Deliveries,
        wall: Callable[[], float],
    ) -> None:
        self._arrived = arrived
        self._known = known
        self._counts = counts
        self._wall = wall

    def take(self, messages: Iterable[BroughtMessage], piece: int = 100) -> Iterator[set[str]]:
        """Take these in, so many at a time; yield the friends of each piece."""
        named: dict[str, bool] = {}  # by friend: whether it was known by its name or face before
        arrivals: list[Arrival] = []
        friends: set[str] = set()
        for message in messages:
            topic = f"owntracks/{message.device}"
            try:
                thing = address(topic).friend
            except CannotDecode:
                continue
            if message.sort == "counts":
                if message.counts is not None:
                    self._counts.brought(thing, message.counts)
                continue
            if thing not in named:
                named[thing] = self._is_named(thing, self._known(thing))
            if message.sort != "location" and named[thing]:
                continue
            # Of waypoints a copy would say nothing.
            retained = message.sort != "waypoints"
            data = message.payload.encode("utf-8", "surrogatepass")
            part = _PARTS[message.sort]
            arrivals.append(Arrival(topic + part, data, retained, 1, self._wall(), SOURCE))
            friends.add(thing)
            if len(arrivals) >= piece:
                self._arrived(arrivals)
                yield friends
                arrivals, friends = [], set()
        self._arrived(arrivals)
        yield friends

    def _is_named(self, thing: str, state: State | None) -> bool:
        named = isinstance(state, Friend) and state.name is not None
        return named or self._known(f"face/{id_of(thing)}") is not None
