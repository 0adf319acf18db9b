"""A server (ours or the peer), its viewers and the publisher, and what a rate costs there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from processes import LOAD_CORE, SERVER_CORE, Child, Mosquitto, Remote, Server

POOL = 30_000  # devices: the same one comes again after half a second at 60,000 messages/s
DRAIN = 8.0  # s after the last message until the viewers must have it


class Scene:
    """A server (ours or the peer), its viewers and the publisher."""

    def __init__(
        self,
        where: Path,
        peer: str,
        viewers: int,
        *,
        deflate: bool = False,
        settings: str = "",
        pool: int = 0,
    ) -> None:
        self.peer, self.viewers, self.deflate = peer, viewers, deflate
        self._open: list[Child] = []
        ours = peer == "sightline"
        self.broker = self._start(Mosquitto(where, LOAD_CORE if ours else SERVER_CORE))
        self.server: Any = self.broker
        self.port = self.broker.web_port
        if ours:
            limits = f"behind_seconds = 600\nconnections = {viewers + 100}\n{settings}"
            self.server = self._start(Server(where, self.broker.port, settings=limits))
            self.port = self.server.port
        self.fresh_rss = self.server.rss
        self.load = self._start(Remote(where, "load.py"))
        self.publisher = self._start(Remote(where, "publisher.py", self.broker.port, pool or POOL))

    def _start(self, child: Any) -> Any:
        self._open.append(child)
        return child

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self._open):
            child.stop()

    def open(self, **how: Any) -> dict[str, float]:
        asked = {"k": self.viewers, "port": self.port, "peer": self.peer, "deflate": self.deflate}
        opened: dict[str, float] = self.load.ask("open", **{**asked, **how})
        return opened

    def cost(self, rate: float, seconds: float) -> dict[str, Any]:
        """Publish at a rate, with nobody to see it; report what it costs. 0: publish nothing."""
        before, began = self.server.cpus, time.monotonic()
        if rate:
            self.publisher.tell("publish", rate=rate, seconds=seconds)
        time.sleep(seconds)
        processes = _shares(before, self.server.cpus, time.monotonic() - began)
        if rate:
            self.publisher.hear()
        return {
            "peer": self.peer,
            "viewers": self.viewers,
            "asked": rate,
            "cpu": sum(processes.values()),
            "processes": processes,
        }

    def at(self, rate: float, seconds: float) -> dict[str, Any]:
        """Publish at a rate and report what became of it."""
        self.load.ask("begin")
        began, server, load = time.monotonic(), self.server.cpu, self.load.cpu
        before = self.server.cpus
        self.publisher.tell("publish", rate=rate, seconds=seconds)
        time.sleep(0.8 * seconds)
        took = time.monotonic() - began  # not to the end: the busy part is what counts
        server, load = (self.server.cpu - server) / took, (self.load.cpu - load) / took
        processes = _shares(before, self.server.cpus, took)
        published = self.publisher.hear()
        drained = self._drain(published["sent"])
        found = self.load.ask("report")
        held = published["sent"] / max(published["took"], seconds)
        return {
            "peer": self.peer,
            "viewers": self.viewers,
            "deflate": self.deflate,
            "asked": rate,
            "rate": held,
            "deliveries": held * self.viewers,
            "frames_per_second": found["frames"] / max(published["took"], seconds),
            "cpu": server,
            "processes": processes,
            "load_cpu": load,
            "rss": self.server.rss,
            "drained": drained,
            "sent": published["sent"],
            **found,
        }

    def _drain(self, sent: int) -> bool:
        until = time.monotonic() + DRAIN
        while True:
            progress = self.load.ask("progress")
            if progress["things"] >= sent and not progress["behind"]:
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.1)


def _shares(
    before: Mapping[str, float], after: Mapping[str, float], seconds: float
) -> dict[str, float]:
    """Tell what part of a core each process took."""
    return {name: (cpu - before.get(name, 0.0)) / seconds for name, cpu in after.items()}
