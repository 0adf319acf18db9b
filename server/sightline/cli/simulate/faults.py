"""Make faults on demand: ``cut:ProBot2@30+20`` is "from second 30, for 20 seconds, cut ProBot2
off".

What a fault does is done where it belongs: the models know `freeze`, `slow`, `late` and `future`,
the stage knows `cut`, and what happens to finished messages (`garbage`, `repeat`) is done here.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sightline.cli.simulate.actor import Message

# fault: (who can have it, what happens)
FAULTS = {
    "cut": ("anybody", "its socket dies without a goodbye: the broker publishes its will"),
    "freeze": ("robots", "telemetry goes on, with the same values"),
    "slow": ("robots", "a slow network: over a second of latency, one line a second"),
    "late": ("friends", "fixes wait in the phone and arrive afterwards, behind a newer one"),
    "future": ("friends", "the phone's clock is an hour ahead"),
    "garbage": ("anybody", "payloads that cannot be understood"),
    "repeat": ("anybody", "every message comes three times"),
}

GRAMMAR = "FAULT:NAME[@START][+SECONDS]"

_SPEC = re.compile(r"(?P<what>[^:@+]*):(?P<who>[^:@+]+)(?:@(?P<start>[^@+]*))?(?:\+(?P<for>.*))?")

_GARBAGE = (
    b"",
    b"garbage",
    b"{",
    b"\xff\xfe\x00",
    b"null",
    b"[1,2,3]",
    b'{"_type":"location"}',
    b'{"_type":"location","lat":"north","lon":4.5,"tst":1}',
    b'{"_type":"location","lat":95.0,"lon":4.5,"tst":1700000000}',
    b"ProBot1,87,91,started,23.4",
    b"ProBot1,,,,,",
    b"ProBot1,many,91,started,23.4,192.168.1.17,8",
)


class BadFault(ValueError):
    """A fault was asked for that cannot be; the message says what can."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``what`` is wrong with ``who`` from ``start`` until ``end``, in seconds of the play."""

    what: str
    who: str
    start: float = 0.0
    end: float = math.inf

    def on(self, now: float) -> bool:
        """Tell whether it is wrong at that second."""
        return self.start <= now < self.end


def parse(spec: str, friends: Collection[str], robots: Collection[str]) -> Fault:
    """Return the fault meant by ``spec``. Raises `BadFault`."""
    parts = _SPEC.fullmatch(spec)
    if not parts:
        raise BadFault(f"fault {spec!r}: must look like {GRAMMAR}, such as cut:ProBot2@30+20")
    what = parts["what"]
    if what not in FAULTS:
        raise BadFault(f"fault {spec!r}: no fault {what!r}; there are {', '.join(FAULTS)}")
    able = {"anybody": [*friends, *robots], "friends": [*friends], "robots": [*robots]}
    names = able[FAULTS[what][0]]
    who = next((name for name in names if name.lower() == parts["who"].lower()), None)
    if who is None:
        shown = ", ".join(names[:12]) or "nobody"
        raise BadFault(f"fault {spec!r}: nobody called {parts['who']!r} can; there are {shown}")
    start = _seconds(spec, parts["start"], "start", 0.0)
    length = _seconds(spec, parts["for"], "duration", math.inf)
    return Fault(what, who, start, start + length)


def active(faults: Sequence[Fault], who: str, now: float) -> frozenset[str]:
    """Tell what is wrong with ``who`` at that second."""
    return frozenset(fault.what for fault in faults if fault.who == who and fault.on(now))


class Mangler:
    """What happens to finished messages on their way out."""

    def __init__(self) -> None:
        self._garbage: Iterator[bytes] = itertools.cycle(_GARBAGE)

    def out(self, messages: list[Message], faults: frozenset[str]) -> list[Message]:
        """Return the messages that go out instead of ``messages``."""
        if "garbage" in faults:
            messages = [replace(m, payload=next(self._garbage), retain=False) for m in messages]
        if "repeat" in faults:
            messages = [m for m in messages for _ in range(3)]
        return messages


def _seconds(spec: str, text: str | None, name: str, default: float) -> float:
    if text is None:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0.0 <= seconds < math.inf:
        raise BadFault(f"fault {spec!r}: the {name} must be seconds such as 30 (is {text!r})")
    return seconds
