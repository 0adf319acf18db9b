"""A browser's picture of the world, kept as the page keeps it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any


class Picture:
    """What a browser knows: things by key, and where it stands."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.epoch: str | None = None
        self.seq = 0
        self.missed: Counter[str] = Counter()
        self.seen: dict[str, list[int]] = {}
        self.complete = True

    def see(self, frame: bytes) -> None:
        news = json.loads(frame)
        assert news["t"] == "news"
        if news.get("whole"):
            self.things.clear()
        assert news["seq"] >= self.seq or news.get("whole")
        numbers = [thing["s"] for thing in news["things"]]
        assert numbers == sorted(numbers)
        assert all(number <= news["seq"] for number in numbers)
        for thing in news["things"]:
            key = f"{thing.pop('k')}/{thing.pop('id')}"
            self.seen.setdefault(key, []).append(thing["s"])
            if thing.pop("gone", False):
                self.things.pop(key, None)
            else:
                self.things[key] = thing
        self.seq = news["seq"]
        self.missed.update(news.get("missed", {}))
        self.complete = not news.get("more", False)
