"""Reach the table that several servers share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor as _reactor

from sightline.settings import Settings

if TYPE_CHECKING:
    from sightline.aws.endpoint import Endpoint
    from sightline.aws.table import Table

reactor: Any = _reactor


def shared_table(settings: Settings, *, retry_for: float, answer: float) -> tuple[Endpoint, Table]:
    """Return the table, and a way of its own to it.

    ``retry_for`` (s) is how long a call is asked again, ``answer`` how long one answer may take.
    """
    # Its HTTP client is slow to load, and few want it.
    from sightline.aws.endpoint import Endpoint
    from sightline.aws.table import Table

    table_settings = settings.dynamodb
    endpoint = Endpoint(
        reactor,
        table_settings.region,
        os.environ,
        table_settings.endpoint,
        retry_for=retry_for,
        answer=answer,
    )
    table = Table(
        reactor, endpoint.dynamo, table_settings.table, retry_for=retry_for, writing=retry_for
    )
    return endpoint, table
