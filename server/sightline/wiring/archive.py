"""Make the archive of messages that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sightline.history.archive.archive import Archive
from sightline.settings import Settings
from sightline.wiring.clock import now


def message_archive(
    reactor: Any,
    settings: Settings,
    state: Path,
    no_room: Callable[[], str],
    purge_clock: Callable[[], float],
) -> Archive:
    """Return the archive. One that is switched off still lets go of what it kept before.

    What is old goes by ``purge_clock`` (epoch s), which is surely not ahead.
    """
    wanted = settings.archive
    return Archive(
        reactor,
        now,
        state / "archive",
        wanted.topics if wanted.enabled else (),
        days=wanted.days,
        most=wanted.megabytes * 1_000_000,
        no_room=no_room,
        purge_clock=purge_clock,
    )
