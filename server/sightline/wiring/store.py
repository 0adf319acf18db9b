"""Say where the common database of the settings is."""

from __future__ import annotations

from sightline.database.options import StoreOptions
from sightline.history.postgres.schema import PART as HISTORY
from sightline.settings import Settings

PARTS = (HISTORY,)
"""Everything that has tables in the common database."""


def store_options(settings: Settings) -> StoreOptions:
    """Return where the common database is."""
    store = settings.store
    password = store.password.reveal() if store.password else ""
    return StoreOptions(store.url, password, settings.replicas.name)
