"""Write the daemon's log: files of a bounded size and number, readable by their owner only.

twistd's own would keep every file for ever. For ``--logger sightline.wiring.logfile.observer``
with the file's path in ``SIGHTLINE_LOG``. Imports nothing of ours: it is there before all else.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from twisted.logger import ILogObserver, textFileLogObserver
from twisted.python.logfile import LogFile

SIZE = 10_000_000  # bytes of a file
FILES = 9  # files besides the one that is written to


def observer() -> ILogObserver:
    """Make an observer that writes to the file, and begins a new one when it is full."""
    path = Path(os.environ["SIGHTLINE_LOG"])
    file: Any = LogFile(
        path.name,
        str(path.parent),
        rotateLength=SIZE,
        maxRotatedFiles=FILES,
        defaultMode=0o600,
    )
    return textFileLogObserver(file)
