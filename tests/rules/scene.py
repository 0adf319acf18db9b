"""Rules judged by an engine of their own, with a world and a clock of the test's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend
from sightline.kinds.probots.model import ProBot
from sightline.kinds.regions.model import Transition
from sightline.kinds.rules.model import Condition, Hours, Recipient, Rule
from sightline.model.kind import State
from sightline.model.link import Link
from sightline.rules.calendar import SystemCalendar
from sightline.rules.engine import RuleEngine
from sightline.rules.firing import Event, Firing, Reminder, Resolution

JANE, BOB = "friend/jane/phone", "friend/bob/phone"
ROBOT = "probot/ProBot1"
BROKER = "broker/main"
HOME = "ab12cd34"
RULE = "rule/jane/r1"
NOW = 1_795_240_000.0  # Saturday 2026-11-21, 05:46:40 UTC
CALENDAR = SystemCalendar()


def rule(condition: Condition, *about: str, **more: Any) -> Rule:
    fields: dict[str, Any] = {
        "tell": (Recipient(account="jane"),),
        "hours": Hours(zone="UTC"),
        "version": 1,
        "by": "jane",
        "at": NOW,
    }
    return Rule(about=about or (JANE,), condition=condition, **{**fields, **more})


class Around:
    def __init__(self) -> None:
        self.places: dict[str, tuple[float, float]] = {}
        self.zones: dict[str, str] = {}
        self.names = {f"region/{HOME}": "Home", BOB: "Bob", JANE: "Jane", BROKER: "main"}

    def name(self, key: str) -> str | None:
        return self.names.get(key)

    def place(self, thing: str) -> tuple[float, float] | None:
        return self.places.get(thing)

    def zone(self, thing: str) -> str:
        return self.zones.get(thing, "UTC")


class Scene:
    """Times are s after `NOW`."""

    def __init__(self, *rules: Rule) -> None:
        self.around = Around()
        self.engine = RuleEngine(CALENDAR, self.around)
        self.states: dict[str, State] = {}
        self.at = 0.0
        self.events: list[Event] = []
        self.n = 0
        for n, each in enumerate(rules, 1):
            self.took(self.engine.put(f"rule/jane/r{n}", each, NOW))

    def took(self, events: Sequence[Event]) -> None:
        assert self.engine.fault == ""
        self.events += events

    def passes(self, seconds: float) -> None:
        """Let time pass as it does live, with a tick whenever one is wanted."""
        end = self.at + seconds
        while self.engine.due <= NOW + end:
            self.took(self.engine.tick(self.engine.due))
        self.at = end
        self.took(self.engine.tick(NOW + end))

    def sees(self, key: str, state: State | None) -> None:
        before = self.states.get(key)
        if state is None:
            self.states.pop(key, None)
        else:
            self.states[key] = state
        self.took(self.engine.observe(NOW + self.at, key, before, state))

    def fix(self, of: str = JANE, *, ago: float = 0.0, **fields: Any) -> None:
        at = NOW + self.at
        where = {"lat": 48.5, "lon": 2.25, "acc": 5.0}
        friend = Friend(presence="live", tst=at - ago, at=at, **{**where, **fields})
        self.around.places[of] = (friend.lat or 0.0, friend.lon or 0.0)
        self.sees(of, friend)

    def robot(self, **fields: Any) -> None:
        at = NOW + self.at
        self.sees(ROBOT, ProBot(presence="live", at=at, heard=at, **fields))

    def linked(self, state: Any = "connected", of: str = BROKER, **more: Any) -> None:
        at = NOW + self.at
        self.sees(of, Broker(link=Link(state=state, since=at, **more)))

    def crosses(
        self,
        event: Any,
        of: str = JANE,
        region: str | None = HOME,
        *,
        ago: float = 0.0,
        **more: Any,
    ) -> None:
        self.n += 1
        at = NOW + self.at
        told = Transition(
            n=self.n, at=at, tst=at - ago, thing=of, region=region, name="Home", event=event,
            **{"by": "server", **more},
        )  # fmt: skip
        key = f"crossing/{self.n}/{of}/{region}"
        self.took(self.engine.observe(at, key, None, told))

    def number(self, payload: bytes, topic: str = "cellar/temperature", of: str = "main") -> None:
        self.took(self.engine.number(NOW + self.at, of, topic, payload))

    # -- what came of it

    @property
    def fired(self) -> list[tuple[str, float]]:
        """About which things it fired, and when that happened."""
        found = [each for each in self.events if isinstance(each, Firing)]
        return [(each.thing, each.at - NOW) for each in found]

    @property
    def firing(self) -> Firing:
        return [each for each in self.events if isinstance(each, Firing)][-1]

    @property
    def over(self) -> list[tuple[float, str]]:
        found = [each for each in self.events if isinstance(each, Resolution)]
        return [(each.at - NOW, each.why) for each in found]

    @property
    def reminded(self) -> list[tuple[float, str, tuple[str, ...]]]:
        found = [each for each in self.events if isinstance(each, Reminder)]
        return [(each.at - NOW, each.why, each.tell) for each in found]

    def restarts(self, down: float = 0.0) -> None:
        """Stop and start again, with all that is kept as JSON."""
        import msgspec

        from sightline.rules.engine import EngineState

        kept = msgspec.json.encode(self.engine.state())
        rules = {key: known.rule for key, known in self.engine._book.rules.items()}
        self.at += down
        self.engine = RuleEngine(CALENDAR, self.around)
        for key, each in rules.items():
            self.took(self.engine.put(key, each, NOW + self.at))
        self.engine.restore(msgspec.json.decode(kept, type=EngineState), NOW + self.at)
        self.states.clear()
