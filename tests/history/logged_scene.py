"""A store behind a log in a folder, quick to fold and to try again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor

from sightline.history.log.durable import HistoryLog
from sightline.history.log.folding_process import FoldingProcess
from sightline.history.log.indexer import MANY, Indexer
from sightline.history.log.logged_store import LoggedStore
from sightline.history.log.segments import SegmentWriter
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import Store
from waits import until

reactor: Any = _reactor


def logged(
    folder: Path,
    inner: Store,
    *,
    server: str = "main",
    shared: bool = False,
    process: FoldingProcess | None = None,
    many: int = MANY,
    pause: float = 0.01,
    retry: tuple[float, float] = (0.02, 0.1),
    wall: Callable[[], float] = time.time,
    writer: SegmentWriter | None = None,
    **options: Any,
) -> LoggedStore:
    """``inner`` behind a log in ``folder``."""
    log = HistoryLog(reactor, folder, wall, writer=writer, **options)
    how: Any = {"shared": shared, "process": process, "many": many, "pause": pause, "retry": retry}
    return LoggedStore(inner, log, Indexer(reactor, log, inner, server, **how))


async def left_in_log(
    folder: Path, inner: Store, entries: Sequence[HistoryEntry], states: Sequence[LastState] = ()
) -> None:
    """A server acknowledges these, and dies before any of it is folded into ``inner``."""
    server = logged(folder, inner, server="a", pause=600.0)
    await server.open()
    await until(lambda: server.indexer.has(0))
    await server.write(entries, states)
    server.indexer.halt()
    await server.close()
