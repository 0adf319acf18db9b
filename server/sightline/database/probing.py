"""Ask PostgreSQL how it is: how long an answer takes, and how far its standbys are behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sightline.database.postgres import Postgres

_STANDBYS = """
    SELECT count(*), extract(epoch FROM max(replay_lag))::float8 FROM pg_stat_replication
"""


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """How long an answer took (s), how many standbys follow, how far the last is behind (s).

    Who is no member of pg_monitor sees that there are standbys, and not how far behind they are.
    """

    took: float
    standbys: int
    lag: float | None


def ask(postgres: Postgres, seconds: Callable[[], float] = time.monotonic) -> ProbeAnswer:
    """Ask once. Raises `Unavailable` and `CannotOpen`."""
    with postgres.lend() as connection:
        began = seconds()
        row = connection.execute(_STANDBYS).fetchone()
        took = seconds() - began
    assert row is not None
    return ProbeAnswer(took, int(row[0]), None if row[1] is None else float(row[1]))
