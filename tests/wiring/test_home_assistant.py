"""Home Assistant is told by a whole server, over a real broker, through restarts and kills."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import groupby
from signal import SIGKILL
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from broker import Broker, publish
from browser import Browser
from home_assistant import Entity, HomeAssistantReader, retained
from mqtt.scene import Scene
from people import PASSWORD, Admin
from rules.rule_server import RuleServer
from rules.scene import JANE
from sightline.cluster.leader import Leadership
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.names import DeviceNames
from sightline.rules.announcing import HomeAssistant
from sightline.rules.home_assistant import STATUS
from sightline.wiring.home_assistant import HomeAssistantConnection
from sightline.wiring.publishers import Publishers
from sightline_process import SightlineProcess
from waits import until

HOME, AWAY = 48.5, 48.515
OURS = ("homeassistant/#", "sightline/ha/#", "sightline/alert/#")


def settings(broker: Broker, more: str = "") -> str:
    return f"""
        [accounts]
        hash_memory = 1024
        hash_passes = 1
        [broker.main]
        host = "127.0.0.1"
        port = {broker.port}
        reconnect_min = 0.2
        reconnect_max = 0.5
        [rules]
        publish = "all"
        [homeassistant]
        enabled = true
        {more}
    """


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as broker:  # it keeps nothing over a restart
        yield broker


class Phone:
    """Somebody's phone; each fix is a second later than the one before."""

    def __init__(self, broker: Broker, user: str = "mia") -> None:
        self._broker = broker
        self._topic = f"owntracks/{user}/phone"
        self._tst = int(time.time()) - 600

    def is_at(self, lat: float, batt: int = 90) -> None:
        self._tst += 1
        said = {"_type": "location", "lat": lat, "lon": 2.25, "acc": 10, "tst": self._tst}
        publish(self._broker, self._topic, json.dumps(said | {"batt": batt}), "-q", "1")


class House:
    """A server, somebody signed in, Home Assistant, and a phone."""

    def __init__(self, server: SightlineProcess, broker: Broker, home: HomeAssistantReader) -> None:
        self.server = server
        self.broker = broker
        self.home = home
        self.admin = Admin(server)
        self.phone = Phone(broker)

    async def enters(self) -> Browser:
        self.browser = browser = Browser(self.server.port)
        said = {"name": "root", "password": PASSWORD}
        await deferToThread(self.admin.asks, "POST", "session", said)
        return await browser.enters(headers={"Cookie": self.admin.cookie})

    async def makes(self, name: str, condition: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Make a rule about Mia."""
        asked = {"about": ["friend/mia/phone"], "tell": [{"account": "root"}], "name": name}
        for _ in range(3):
            try:
                said = await self.browser.asks("rule", **asked, condition=condition, **more)
            except Exception:
                await self.enters()
            else:
                assert said["ok"], said
                return said
        raise AssertionError("one is not let in any more")

    async def moves(self, lat: float, batt: int = 90) -> None:
        """Have the phone say where it is, and wait until the server knows."""
        await deferToThread(self.phone.is_at, lat, batt)

        def known(things: dict[str, dict[str, Any]]) -> bool:
            mia = things.get("friend/mia/phone", {})
            return (mia.get("lat"), mia.get("batt")) == (lat, batt)

        await self.browser.sees(known)

    async def shows(self, name: str, component: str = "", **fields: Any) -> Entity:
        """Wait until Home Assistant shows an entity so."""

        def shown() -> Entity | None:
            entity = self.home.named(name, component)
            if entity is None or entity.available is not True:
                return None
            wrong = [key for key, value in fields.items() if getattr(entity, key) != value]
            return None if wrong else entity

        found = await until(shown, lambda: f"{name}: {self._how()}")
        assert found is not None
        return found

    async def shows_no(self, name: str, component: str = "") -> None:
        await until(lambda: self.home.named(name, component) is None, lambda: f"no {name}")

    def _how(self) -> str:
        found = [vars(each) for each in self.home.entities.values()]
        return f"{found}; refused: {self.home.refused}; {self.server.logged[-2000:]}"


@pytest_twisted.ensureDeferred
async def test_presence_and_alerts_live_in_home_assistant(broker):
    with HomeAssistantReader(broker) as home, SightlineProcess(settings(broker)) as server:
        house = House(server, broker, home)
        await house.enters()
        await house.moves(AWAY)
        mia = await house.shows("mia/phone", "device_tracker")
        await until(lambda: mia.attributes.get("latitude") == AWAY)
        assert mia.attributes["longitude"] == 2.25
        assert (mia.attributes["gps_accuracy"], mia.attributes["battery_level"]) == (10, 90)
        await house.shows("Broker main", "binary_sensor", state="ON")

        # What lasts: a sensor, on while it lasts; each change is told below sightline/alert.
        made = await house.makes("Low", {"type": "battery", "below": 20})
        await house.shows("Low", "binary_sensor", state="OFF")
        await house.moves(AWAY, batt=10)
        await house.shows("Low", "binary_sensor", state="ON")
        await until(lambda: len(home.alerts()) == 1)
        (fired,) = home.alerts()
        id = made["thing"].removeprefix("rule/")
        assert fired["topic"] == f"sightline/alert/{id}.1"
        assert fired["alert"] == f"alert/{id}.1"
        assert (fired["event"], fired["status"], fired["rule"]) == ("fired", "open", made["thing"])
        done = await house.browser.asks(
            "alert", thing=fired["alert"], act="acknowledge", note="Yes"
        )
        assert done["ok"], done
        await until(lambda: len(home.alerts()) == 2)
        seen = home.alerts()[1]
        assert (seen["event"], seen["status"], seen["by"]) == (
            "acknowledged",
            "acknowledged",
            "root",
        )
        assert seen["note"] == "Yes"
        await house.moves(AWAY, batt=95)
        await house.shows("Low", "binary_sensor", state="OFF")
        await until(lambda: len(home.alerts()) == 3)
        over = home.alerts()[2]
        assert (over["event"], over["status"]) == ("resolved", "resolved")
        assert len({each["id"] for each in home.alerts()}) == 3

        # What happens: an event, which a newcomer is not told of.
        region = {"name": "School", "shape": "circle", "lat": HOME, "lon": 2.25, "rad": 200}
        drawn = await house.browser.asks("region", shared=True, colour=1, **region)
        school = drawn["thing"].removeprefix("region/")
        arrives = {"type": "arrives", "region": school}
        arrived = await house.makes("There", arrives)
        entity = await house.shows("There", "event")
        await house.moves(HOME)
        await house.moves(HOME + 0.0001)
        await until(lambda: entity.events, lambda: f"an event; {house._how()}")
        (event,) = entity.events
        assert (event["event_type"], event["thing"]) == ("fired", "friend/mia/phone")
        assert event["title"] == "mia arrived at School"
        assert event["latitude"] == pytest.approx(HOME, abs=0.001)
        kept = retained(broker, *OURS)
        assert entity.config["state_topic"] not in kept
        assert not any(topic.startswith("sightline/alert/") for topic in kept)

        # Changed into a rule about what lasts it is another sort of entity, and only that.
        stays = {"type": "stays", "region": school, "seconds": 86_400}
        changed = {"thing": arrived["thing"], "version": arrived["version"]}
        longer = await house.makes("There", stays, **changed)
        await house.shows("There", "binary_sensor", state="OFF")
        await house.shows_no("There", "event")

        # Home Assistant starts: all is announced again.
        before = home.announced
        home.starts()
        await until(lambda: home.announced - before >= len(home.entities))

        # What is gone leaves nothing behind.
        gone = await house.browser.asks("unrule", thing=longer["thing"], version=longer["version"])
        assert gone["ok"], gone
        await house.shows_no("There")
        erase = ("POST", "friends/mia/phone/erase", {"confirm": "mia/phone"})
        await deferToThread(house.admin.asks, *erase)
        await house.shows_no("mia/phone")
        await house.shows_no("Low")  # it was about her alone
        await until(lambda: len(retained(broker, *OURS)) == 4)
        left = retained(broker, *OURS)
        assert left.pop(STATUS) == b"online"
        assert all("broker_main" in topic for topic in left), left
        assert home.refused == []
        assert set(home.statuses()) == {"online"}
        await house.browser.leaves()


@pytest_twisted.ensureDeferred
async def test_the_broker_itself_says_that_a_killed_server_tells_nothing(broker):
    with HomeAssistantReader(broker) as home, SightlineProcess(settings(broker)) as server:
        house = House(server, broker, home)
        await house.enters()
        await house.moves(AWAY)
        await house.shows("mia/phone")
        server.end(SIGKILL)
        await until(lambda: home.statuses()[-1] == "offline", "the will")
        mia = home.named("mia/phone")
        assert mia is not None
        assert mia.available is False
        assert retained(broker, STATUS) == {STATUS: b"offline"}
        server.start()
        await house.shows("mia/phone")
        # It ends as it should: it says so itself.
        server.end()
        await until(lambda: home.statuses()[-1] == "offline", "the last word")
        # The same may be said twice: a server that starts may hear its earlier will.
        changes = [status for status, _ in groupby(home.statuses())]
        assert changes == ["online", "offline", "online", "offline"]
        assert home.refused == []


@pytest_twisted.ensureDeferred
async def test_a_broker_that_lost_all_is_told_all_again(broker):
    with SightlineProcess(settings(broker)) as server:
        with HomeAssistantReader(broker) as home:
            house = House(server, broker, home)
            await house.enters()
            await house.moves(AWAY)
            await house.makes("Low", {"type": "battery", "below": 20})
            await house.shows("Low", "binary_sensor", state="OFF")
            await house.shows("mia/phone")
        broker.kill()
        broker.start()
        with HomeAssistantReader(broker) as home:  # one that knows nothing, either
            house.home = home
            await house.shows("Low", "binary_sensor", state="OFF")
            mia = await house.shows("mia/phone")
            await until(lambda: mia.attributes.get("latitude") == AWAY)
            assert home.refused == []
        await house.browser.leaves()


@pytest_twisted.ensureDeferred
async def test_what_was_removed_while_nobody_looked_is_taken_back(broker):
    with HomeAssistantReader(broker) as home, SightlineProcess(settings(broker)) as server:
        house = House(server, broker, home)
        await house.enters()
        await house.moves(AWAY)
        await house.makes("Low", {"type": "battery", "below": 20})
        await house.shows("Low")
        await house.shows("mia/phone")
        server.end(SIGKILL)
        publish(broker, "homeassistant/sensor/of_others/config", '{"name": "Others"}', "-r")
        publish(broker, "homeassistant/event/of_others/config", '{"name": "Others"}', "-r")
        config = server.folder / "sightline.toml"
        config.write_text(settings(broker, 'presence = ["broker"]\nalerts = ["bob"]'))
        server.start()
        await house.shows_no("Low")
        await house.shows_no("mia/phone")
        await house.shows("Broker main", state="ON")
        left = retained(broker, *OURS)
        assert not [topic for topic in left if "mia" in topic or "rule" in topic], left
        assert {topic for topic in left if "of_others" in topic} == {
            "homeassistant/sensor/of_others/config",
            "homeassistant/event/of_others/config",
        }


@pytest_twisted.ensureDeferred
async def test_of_several_servers_only_the_leader_is_connected_and_has_the_last_word(broker, where):
    scene = Scene()
    main = scene.bridge(port=broker.port)
    kept = await RuleServer(**where).opens()
    kept.hub.place(JANE, Friend(presence="live", lat=48.5, lon=2.25, tst=1.0, at=1.0))
    publishers = Publishers(kept.hub, DeviceNames())
    mine: list[tuple[str, str]] = []
    leads = False
    connection = HomeAssistantConnection(
        "", publishers, Leadership(lambda: leads), lambda *each: mine.append(each)
    )
    told = HomeAssistant(
        kept.clock, kept.hub, kept.rules, kept.alerts, connection.publish,
        prefix="homeassistant", presence=("*",), accounts=("*",),
    )  # fmt: skip
    connection.serve(told)
    connection.startService()
    told.startService()
    told.begin()
    publishers.add(main)
    assert [name for name, _ in mine] == ["main"]

    def says() -> dict[str, bytes]:
        kept.clock.advance(1.0)
        return retained(broker, *OURS)

    assert says() == {}
    leads = True
    await until(lambda: says().get(STATUS) == b"online", every=0.05)
    await until(lambda: any("device_tracker" in topic for topic in says()), every=0.05)
    # The will of the one that led before comes late: the broker is told better at once.
    await deferToThread(publish, broker, STATUS, "offline", "-r")
    await until(lambda: says().get(STATUS) == b"online", every=0.05)
    leads = False
    await until(lambda: not connection.publish("test/a", b"", False))
    await deferToThread(publish, broker, STATUS, "of the next one", "-r")
    assert says()[STATUS] == b"of the next one"
    told.stopService()
    await connection.stopService()
    assert retained(broker, STATUS) == {STATUS: b"of the next one"}
    await main.stopService()
    await kept.closes()
