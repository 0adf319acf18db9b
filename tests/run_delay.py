"""How long processes were ready to run and had no processor: what a busy machine adds to a time."""

from __future__ import annotations

import contextlib
from pathlib import Path

_PROC = Path("/proc")


def run_delay(*pids: int) -> float:
    """Return the seconds that all threads of these processes and of their children waited so far.

    It is 0 where the kernel does not count it. Those who have ended are not counted.
    """
    return sum(_delay(pid) for pid in _with_children(set(pids))) / 1e9


def _with_children(pids: set[int]) -> set[int]:
    parents = {}
    for folder in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # pid (name) state parent …: the name may have blanks and brackets.
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
    found = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _delay(pid: int) -> int:
    waited = 0
    for file in _PROC.glob(f"{pid}/task/*/schedstat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            waited += int(file.read_text().split()[1])
    return waited
