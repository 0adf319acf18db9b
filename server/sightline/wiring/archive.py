"""The archive of messages, as the settings want it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sightline.history.archive.archive import Archive
from sightline.settings import Settings


def message_archive(
    reactor: Any, settings: Settings, state: Path, no_room: Callable[[], str] = str
) -> Archive:
    """The archive. One that is switched off still lets go of what it kept before."""
    wanted = settings.archive
    return Archive(
        reactor,
        time.time,
        state / "archive",
        wanted.topics if wanted.enabled else (),
        days=wanted.days,
        most=wanted.megabytes * 1_000_000,
        no_room=no_room,
    )
