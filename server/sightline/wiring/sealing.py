"""Find the file with the key that seals secrets in the database."""

from __future__ import annotations

from pathlib import Path

from sightline.database.key_file import FILE, KeyFile
from sightline.settings import Settings


def key_file(settings: Settings, state: Path) -> KeyFile:
    """Return the key that the settings name, or that of the state folder."""
    named = settings.store.key_file
    return KeyFile(Path(named) if named else state / FILE)
