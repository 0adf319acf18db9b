"""Show how far long work is: a bar on a terminal, nothing where nobody looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

_EVERY = 0.1  # s
_WIDTH = 24


class ProgressBar:
    """A line on stderr that follows the work.

    ``whole`` is how much there is to do, in any unit; 0: nobody knows.
    """

    def __init__(
        self,
        whole: float,
        out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._whole = whole
        self._out = sys.stderr if out is None else out
        self._clock = clock
        self._shown = self._out.isatty()
        self._began = clock()
        self._next = self._began
        self._drawn = False

    def at(self, done: float, words: str = "") -> None:
        """Show that this much is done."""
        if not self._shown:
            return
        now = self._clock()
        if now >= self._next:
            self._next = now + _EVERY
            self._draw(bar(done, self._whole, now - self._began, words))

    def say(self, sentence: str) -> None:
        """Print a line that stays, above the bar."""
        self._clear()
        self._out.write(f"{sentence}\n")
        self._out.flush()

    def end(self) -> None:
        """Take the bar away."""
        self._clear()

    def _draw(self, text: str) -> None:
        self._out.write(f"\r{text}\x1b[K")
        self._out.flush()
        self._drawn = True

    def _clear(self) -> None:
        if self._drawn:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._drawn = False


def bar(done: float, whole: float, passed: float, words: str = "") -> str:
    """Return the bar as text; ``passed`` is how long the work took so far (s)."""
    if whole <= 0:
        return words
    part = min(1.0, max(0.0, done / whole))
    full = round(part * _WIDTH)
    left = ""
    if 0.01 < part < 1 and passed > 1:
        left = f"  {lasting(passed / part - passed)} left"
    return f"[{'#' * full}{'.' * (_WIDTH - full)}] {part:4.0%}  {words}{left}".rstrip()


def lasting(seconds: float) -> str:
    """Return a duration for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
