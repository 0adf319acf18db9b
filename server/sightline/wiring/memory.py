"""Find how much memory the server may use: systemd's ``MemoryMax`` or a container's limit, in
cgroups.
"""

from __future__ import annotations

import resource
from pathlib import Path

DEFAULT = 512 * 1024 * 1024
"""Where nothing says so, bytes: what our unit gives."""
_NEVER = 1 << 60  # bytes; cgroups say "no limit" with a number of this size, too


def memory_limit(root: Path = Path("/")) -> int:
    """Return the least of all limits on this process, in bytes; `DEFAULT` without one."""
    found = [*_cgroup_limits(root), *_process_limits()]
    return min((limit for limit in found if 0 < limit < _NEVER), default=DEFAULT)


def _process_limits() -> list[int]:
    limits = (resource.getrlimit(which)[0] for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    return [limit for limit in limits if limit != resource.RLIM_INFINITY]


def _cgroup_limits(root: Path) -> list[int]:
    """Return the limits of our own group and of all it is in: each of them holds."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    limits = []
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers == "":
            top, name = root / "sys/fs/cgroup", "memory.max"
        elif "memory" in controllers.split(","):
            top, name = root / "sys/fs/cgroup/memory", "memory.limit_in_bytes"
        else:
            continue
        group = top / path.lstrip("/")
        while True:
            limits += _limit(group / name)
            if group == top or top not in group.parents:
                break
            group = group.parent
    return limits


def _limit(file: Path) -> list[int]:
    try:
        return [int(file.read_text())]
    except (OSError, ValueError):  # not there, or "max"
        return []
