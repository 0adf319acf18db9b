"""Remember which deliveries were taken, so that a restart, or another server, repeats none.

A crossing is found anew when the broker sends a fix again that was not acknowledged before a crash,
and by each of several servers. Its id is the same each time. So the ids of what a receiver has
answered with 2xx are kept, in ``webhooks.delivered`` of the state folder: on each line the name of
the webhook and the id, and nothing about anybody.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

FILE = "webhooks.delivered"
MOST = 20_000
"""Ids kept: the oldest are forgotten."""


class Delivered:
    """The ids by webhook. ``on_thread`` calls a function on a thread."""

    def __init__(self, folder: Path, on_thread: Callable[..., Deferred[Any]]) -> None:
        self._path = folder / FILE
        self._on_thread = on_thread
        self._ids: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lines = 0
        self._writing = threading.Lock()

    def load(self) -> None:
        """Read the file; a line that was cut short by a crash is nobody's id."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return
        self._lines = len(lines)
        for line in lines:
            name, blank, id = line.partition(" ")
            if blank and id:
                self._add(name, id)

    def knows(self, name: str, id: str) -> bool:
        """Tell whether this webhook's receiver has taken it."""
        return (name, id) in self._ids

    def add(self, name: str, id: str) -> Deferred[Any] | None:
        """Add a delivery that was taken; fires when that is on the disk. None: it was known."""
        return self.add_all(name, [id])

    def add_all(self, name: str, ids: Iterable[str]) -> Deferred[Any] | None:
        """Add deliveries that were taken; fires when they are on the disk. None: all were known."""
        new = [(name, id) for id in dict.fromkeys(ids) if not self.knows(name, id)]
        if not new:
            return None
        for each in new:
            self._add(*each)
        self._lines += len(new)
        whole: list[tuple[str, str]] | None = None
        if self._lines > 2 * MOST:
            whole = list(self._ids)
            self._lines = len(whole)
        return self._on_thread(self._write, new, whole)

    def newest(self, name: str, most: int) -> list[str]:
        """List the newest deliveries that this webhook's receiver has taken, oldest first."""
        newest = islice((id for of, id in reversed(self._ids) if of == name), most)
        return list(newest)[::-1]

    def _add(self, name: str, id: str) -> None:
        self._ids[name, id] = None
        if len(self._ids) > MOST:
            self._ids.popitem(last=False)

    def _write(self, some: list[tuple[str, str]], whole: list[tuple[str, str]] | None) -> None:
        with self._writing:
            path = self._path if whole is None else self._path.with_suffix(".new")
            how = os.O_APPEND if whole is None else os.O_TRUNC
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
            with os.fdopen(handle, "wb") as file:
                text = "".join(f"{name} {id}\n" for name, id in (whole or some))
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if whole is not None:
                path.replace(self._path)
