"""What rules need of all other parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from sightline.accounts.service import AccountService
from sightline.cluster.leader import Leadership
from sightline.console.rules import ConsoleRights
from sightline.history.store import Store
from sightline.live.hub import Hub
from sightline.live.requests import Requests
from sightline.model.kind import Kind
from sightline.model.notification import Notification
from sightline.regions.service import RegionService
from sightline.settings import Settings
from sightline.web.reads import Reads
from sightline.wiring.publishers import Publishers
from sightline.wiring.rule_topics import RuleTopics
from sightline.wiring.telling import DeliveryListeners

if TYPE_CHECKING:
    from sightline.database.common import CommonStore


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNeeds:
    """What rules need of all other parts. ``tell`` has people told, ``deliveries`` how far.

    ``mine`` hears of client ids that are ours, by the broker's name.
    """

    settings: Settings
    state: Path
    hub: Hub
    kinds: Iterable[Kind]
    requests: Requests
    accounts: AccountService
    regions: RegionService
    store: Store
    restored: Deferred[None]
    topics: RuleTopics
    console: ConsoleRights
    reads: Reads
    publishers: Publishers
    mine: Callable[[str, str], None]
    tell: Callable[[Notification], None]
    deliveries: DeliveryListeners
    leadership: Leadership | None = None
    common: CommonStore | None = None
