"""A server's rules in a process that dies between finding and telling.

python killed.py FOLDER [URL NAME]
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred

from rules.rule_server import RuleServer
from rules.test_watching import crosses

reactor: Any = _reactor


class Deadly(list):  # type: ignore[type-arg]
    """The channels: whoever tells them anything is killed first."""

    def append(self, notice: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


async def main(folder: Path, url: str = "", name: str = "") -> None:
    kept = RuleServer(folder, url=url, name=name, said=Deadly())
    await kept.opens()
    await kept.makes()
    crosses(kept)


reactor.callWhenRunning(lambda: Deferred.fromCoroutine(main(Path(sys.argv[1]), *sys.argv[2:])))
reactor.run()
