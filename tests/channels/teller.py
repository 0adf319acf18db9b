"""A server's channels in a process of their own, to be killed.

python teller.py COUNT FOLDER [URL NAME]: tell jane COUNT notifications, and say when all were
accepted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred

from channels.scene import ChannelScene, notification

reactor: Any = _reactor


async def main(count: int, folder: Path, url: str = "", name: str = "") -> None:
    scene = await ChannelScene(folder, url=url, name=name).opens()
    for n in range(count):
        scene.service.tell(notification(f"n{n}"))
    await scene.until(lambda: len([e for e in scene.heard if e.state == "waiting"]) == count)
    print("accepted", flush=True)


if __name__ == "__main__":
    reactor.callWhenRunning(
        lambda: Deferred.fromCoroutine(main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
    )
    reactor.run()
