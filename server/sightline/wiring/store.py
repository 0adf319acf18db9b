"""Make the common database of the settings, with the tables of all parts; none: SQLite files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet import reactor as _reactor

from sightline.accounts.schema import PART as ACCOUNTS
from sightline.channels.schema import PART as CHANNELS
from sightline.cluster.lock_table import PART as LOCKS
from sightline.database.options import StoreOptions
from sightline.history.postgres.schema import PART as HISTORY
from sightline.regions.schema import PART as REGIONS
from sightline.rules.schema import PART as RULES
from sightline.settings import Settings

if TYPE_CHECKING:
    from sightline.database.common import CommonStore
    from sightline.database.direct import DirectStore

reactor: Any = _reactor
PARTS = (ACCOUNTS, REGIONS, LOCKS, HISTORY, RULES, CHANNELS)
"""Everything that has tables in the common database."""


def store_options(settings: Settings) -> StoreOptions:
    """Return where the common database is."""
    store = settings.store
    password = store.password.reveal() if store.password else ""
    return StoreOptions(store.url, password, settings.replicas.name)


def common_store(settings: Settings) -> CommonStore | None:
    """Make the common database; None: everything is in files of the state folder."""
    if not settings.store.url:
        return None
    # psycopg is loaded by those alone that want it.
    from sightline.database.common import CommonStore

    return CommonStore(reactor, store_options(settings), PARTS)


def direct_store(settings: Settings) -> DirectStore | None:
    """Make the common database as a command line uses it; None: everything is in files."""
    if not settings.store.url:
        return None
    from sightline.database.direct import DirectStore

    return DirectStore(store_options(settings), PARTS)
