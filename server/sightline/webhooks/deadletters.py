"""Store what could not be delivered, for delivery by hand.

One file, ``webhooks.dead.jsonl`` in the state folder, a line each; when it is full it becomes
``webhooks.dead.1.jsonl``, and the one before is gone. It tells where people were: only our user may
read it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from sightline.webhooks.delivery import Delivery

FILE = "webhooks.dead.jsonl"
OLDER = "webhooks.dead.1.jsonl"
LARGEST = 1_000_000
"""Bytes of a file before the next is begun."""
_MOST_WAITING = 1000


class DeadLetters:
    """The folder of dead letters. ``on_thread`` calls a function on a thread."""

    _log = Logger()

    def __init__(self, folder: Path, on_thread: Callable[..., Deferred[Any]]) -> None:
        self._folder = folder
        self._on_thread = on_thread
        self._waiting: list[bytes] = []
        self._forgetting: list[bytes] = []
        self._writing: Deferred[Any] | None = None

    def put(self, name: str, delivery: Delivery, why: str, at: float) -> None:
        """Store a dead letter. ``at`` is epoch s."""
        line = msgspec.json.encode(
            {
                "webhook": name,
                "at": round(at, 3),
                "why": why,
                "attempts": delivery.attempts,
                "body": msgspec.Raw(delivery.body),
            }
        )
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(line)
        if self._writing is None:
            self._write()

    def forget(self, thing: str) -> None:
        """Delete every letter about somebody."""
        about = msgspec.json.encode(thing)
        self._waiting = [line for line in self._waiting if about not in line]
        self._forgetting.append(about)
        if self._writing is None:
            self._write()

    def written(self) -> Deferred[None]:
        """Fire when all is written."""
        if self._writing is None:
            return succeed(None)
        done: Deferred[None] = Deferred()
        self._writing.addCallback(lambda _: done.callback(None))
        return done

    def _write(self) -> None:
        lines, self._waiting = self._waiting, []
        forget, self._forgetting = self._forgetting, []
        self._writing = self._on_thread(_work, self._folder, lines, forget)
        self._writing.addErrback(
            lambda failure: self._log.failure("Could not put dead letters away", failure)
        )
        self._writing.addCallback(self._written)

    def _written(self, _: object) -> Deferred[Any] | None:
        self._writing = None
        if self._waiting or self._forgetting:
            self._write()
        return self._writing


def _work(folder: Path, lines: list[bytes], forget: list[bytes]) -> None:
    path = folder / FILE
    if lines:
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(folder / OLDER)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(opened, "ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))
    for each in (path, folder / OLDER) if forget else ():
        if each.exists():
            _rewrite(each, forget)


def _rewrite(path: Path, forget: list[bytes]) -> None:
    kept = [
        line
        for line in path.read_bytes().splitlines(keepends=True)
        if not any(about in line for about in forget)
    ]
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(b"".join(kept))
    fresh.replace(path)
