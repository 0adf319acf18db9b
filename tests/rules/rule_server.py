"""Rules with their database, the engine and those who are told, and a clock of the test's."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.task import Clock

from common_store import close_store, common_store, open_store
from rules.scene import CALENDAR, HOME, JANE, NOW, Around, rule
from sightline.auth.permissions import Grants, User, user_of
from sightline.auth.rule_words import RuleWords
from sightline.cluster.leader import Leadership, LeaderWork
from sightline.kinds import friends
from sightline.kinds.broker import LinkUpdate
from sightline.kinds.rules.model import Alert, Condition, Rule
from sightline.live import protocol
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.requests import Requests
from sightline.live.world import World
from sightline.model.notification import DeliveryReport, Notification
from sightline.rules.access import RuleDatabase
from sightline.rules.alert_changes import EventName
from sightline.rules.alerts import AlertService
from sightline.rules.answers import RuleTrouble
from sightline.rules.engine import RuleEngine
from sightline.rules.findings import Findings
from sightline.rules.firing import Event
from sightline.rules.ids import seen_rule
from sightline.rules.past import PastChange
from sightline.rules.requests import RuleRequests
from sightline.rules.rights import RuleRights
from sightline.rules.service import RuleService
from sightline.rules.watching import RuleWatch
from sightline.rules.writes import RuleWrites
from sightline.wiring.telling import RuleTelling
from waits import until

reactor: Any = _reactor
ARRIVES: dict[str, Any] = {"type": "arrives", "region": HOME}


class Asks:
    """Somebody's connection."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.address = "127.0.0.1"
        self.said: list[dict[str, Any]] = []

    def say(self, frame: bytes) -> None:
        self.said.append(json.loads(frame))


class NoTroubles:
    """Finds nothing wrong with any rule."""

    async def prepare(self, rule: Rule) -> None: ...

    def check(self, rule: Rule, user: User) -> Sequence[RuleTrouble]:
        return ()


class RuleServer:
    """One server's rules, in ``folder`` or in the PostgreSQL at ``url``.

    ``said`` is what the channels were given.
    """

    def __init__(
        self,
        folder: Path,
        *,
        leads: bool = True,
        url: str = "",
        name: str = "",
        at: float = 0.0,
        said: list[Notification] | None = None,
    ) -> None:
        self.clock = Clock()
        self.clock.advance(at)
        self.leads = leads
        self.grants: dict[str, Grants] = {
            "jane": Grants(see=frozenset(("friend", "region"))),
            "bob": Grants(see=frozenset(("friend/jane", "region"))),
            "eve": Grants(see=frozenset(("region",))),
        }
        self.said: list[Notification] = [] if said is None else said
        self.happened: list[tuple[str, EventName]] = []
        self.missed: list[PastChange] = []
        self._make(folder, url, name)

    def _make(self, folder: Path, url: str, name: str) -> None:
        world = World("e")
        self.hub = hub = Hub(
            self.clock,
            self.wall,
            world,
            Ingest([friends.KIND], world, Presence({})),
            Presence({}),
            LinkUpdate,
        )
        self.around = around = Around()
        self.common = common_store(url, name)
        self.database = RuleDatabase(reactor, folder, self.common, name)
        self.writes = RuleWrites(reactor, self.database)
        self.rules = RuleService(self.database, hub, most=5)
        self.rights = RuleRights(self.user, lambda user, topic: user.role == "admin")
        around_too: Any = around
        around_too.called = lambda key: around.name(key) or key
        telling = RuleTelling(
            self.said.append, self.rights, around_too, CALENDAR, self.rules.records.get
        )
        self.alerts = AlertService(
            self.database, self.writes, hub, self.wall, telling, self._happened
        )
        self.engine = RuleEngine(CALENDAR, around)
        self.leadership = Leadership(lambda: self.leads)
        self.watch = RuleWatch(
            self.clock,
            self.wall,
            hub,
            database=self.database,
            writes=self.writes,
            rules=self.rules,
            alerts=self.alerts,
            engine=self.engine,
            findings=Findings(self.rights, telling.title),
            work=LeaderWork[Event](self.leadership),
            gap=self._gap,
        )
        self.requests = Requests(self.wall)
        RuleRequests(
            self.requests,
            self.clock,
            self.wall,
            self.rules,
            self.alerts,
            self.rights,
            NoTroubles(),
        )

    def wall(self) -> float:
        return NOW + self.clock.seconds()

    async def _gap(
        self, since: float, until: float, rules: Iterable[Rule]
    ) -> AsyncIterator[Sequence[PastChange]]:
        yield [change for change in self.missed if since < change.at <= until]

    def _happened(self, id: str, alert: Alert, event: EventName) -> None:
        self.happened.append((id, event))

    def user(self, name: str) -> User | None:
        if name == "root":
            return user_of("root", "admin", Grants())
        grants = self.grants.get(name)
        if grants is None:
            return None
        words = RuleWords(
            [seen_rule(id, each) for id, each in self.rules.records.items()],
            owners=self.alerts.owners(),
        )
        bare = {who: user_of(who, "viewer", held).scope for who, held in self.grants.items()}

        def may_see(who: str) -> frozenset[str]:
            scope = bare.get(who)
            return frozenset() if scope is None else (scope.kinds or frozenset()) | scope.things

        found = words.of(name, grants.own, may_see)
        return user_of(name, "viewer", grants, rule_words=found)

    async def opens(self) -> RuleServer:
        open_store(self.common)
        self.database.privilegedStartService()
        self.database.startService()
        await until(lambda: self.database.ready.called, self._why)
        self.watch.startService()
        await self.watch.begin()
        return self

    async def closes(self) -> None:
        await self.watch.stopService()
        await self.database.stopService()
        await close_store(self.common)

    async def settles(self) -> None:
        """All that was found is written, and was told."""
        await until(lambda: not len(self.writes) and not self.writes._busy, self._why)

    def _why(self) -> str:
        return f"writes: {self.database.trouble or self.database.away}"

    async def asks(self, who: str, do: str, **fields: Any) -> dict[str, Any]:
        user = self.user(who)
        assert user is not None
        asker = Asks(user)
        self.requests.ask(asker, protocol.Request(1, do, fields))
        return (await until(lambda: asker.said))[0]

    async def makes(self, who: str = "jane", **fields: Any) -> str:
        """Make a rule; return its id."""
        asked = {"about": [JANE], "condition": ARRIVES, "tell": [{"account": who}], **fields}
        said = await self.asks(who, "rule", **asked)
        assert said["ok"], said
        return str(said["thing"]).partition("/")[2]

    def shown(self, kind: str) -> dict[str, Any]:
        return {key: state for key, state in self.hub.world if key.startswith(f"{kind}/")}


def a_rule(*about: str, **more: Any) -> Rule:
    return rule(Condition(**ARRIVES), *about, **more)


def news(notice: Notification, state: Any = "sent", at: float = NOW) -> DeliveryReport:
    return DeliveryReport(id=notice.id, account=notice.account, state=state, at=at)
