"""A memory limit of the kernel's around a process and all it starts: what `MemoryMax` does (root).

Works with both generations of cgroups. What is counted is what the kernel charges: also its own
memory for the sockets, and pages of files that it gives up first when it gets tight.
"""

from __future__ import annotations

import os
import time
from itertools import count
from pathlib import Path

_V1 = Path("/sys/fs/cgroup/memory")
_V2 = Path("/sys/fs/cgroup")
_numbers = count(1)


class Cell:
    """Holds at most ``limit`` MB. Its processes are started with `command` before theirs."""

    def __init__(self, limit: int) -> None:
        self._old = (_V1 / "memory.limit_in_bytes").exists()
        top = _V1 if self._old else _V2
        self._path = top / f"sightline-bench-{os.getpid()}-{next(_numbers)}"
        try:
            self._path.mkdir()
            where = "memory.limit_in_bytes" if self._old else "memory.max"
            (self._path / where).write_text(str(limit << 20))
        except OSError as why:
            raise SystemExit(f"no memory limit can be set here: {why}") from None

    @property
    def command(self) -> list[str]:
        """Moves itself into the cell, then becomes what follows."""
        enter = f'echo $$ >"{self._path}/cgroup.procs" && exec "$@"'
        return ["sh", "-c", enter, "sh"]

    @property
    def most(self) -> float:
        """Return the most that was ever charged, MB."""
        name = "memory.max_usage_in_bytes" if self._old else "memory.peak"
        return int((self._path / name).read_text()) / (1 << 20)

    @property
    def hit(self) -> int:
        """Count how often it wanted more than the limit."""
        if self._old:
            return int((self._path / "memory.failcnt").read_text())
        events = (self._path / "memory.events").read_text().split()
        return int(events[events.index("max") + 1])

    def close(self) -> None:
        """Take it down when its processes have ended."""
        for _ in range(100):
            try:
                self._path.rmdir()
                return
            except OSError:  # the kernel takes a moment to see them go
                time.sleep(0.05)
