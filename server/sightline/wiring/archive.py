"""Make the archive of messages that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sightline.history.archive.archive import Archive, sent_by
from sightline.settings import Settings
from sightline.wiring.clock import now


def message_archive(
    reactor: Any,
    settings: Settings,
    state: Path,
    no_room: Callable[[], str],
    purge_clock: Callable[[], float],
    below_a_base: Callable[[str | bytes, str], bool],
) -> Archive:
    """Return the archive. One that is switched off still lets go of what it kept before.

    What is old goes by ``purge_clock`` (epoch s), which is surely not ahead. Who is erased is found
    ``below_a_base`` topic, and below any first level: that may have been a base before.
    """
    wanted = settings.archive

    def is_sent_by(topic: str | bytes, thing: str) -> bool:
        return below_a_base(topic, thing) or sent_by(topic, thing)

    return Archive(
        reactor,
        now,
        state / "archive",
        wanted.topics if wanted.enabled else (),
        days=wanted.days,
        most=wanted.megabytes * 1_000_000,
        no_room=no_room,
        purge_clock=purge_clock,
        sent_by=is_sent_by,
    )
