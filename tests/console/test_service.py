"""What the console is asked for: subscriptions, figures, topics, a message to be published.

Covers console/charts.py, console/publishing.py, console/sessions.py, console/topic_pages.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock

from console.test_subscriptions import Bridge
from sightline.auth.permissions import NOTHING, User
from sightline.console.publishing import ConsoleAct
from sightline.console.rules import QUEUE_MESSAGES, ConsoleRights
from sightline.console.service import FRESH_SECONDS, MOST_SUBSCRIPTIONS, ConsoleService
from sightline.contract.errors import Refused
from sightline.live.protocol import Request
from sightline.live.requests import Requests
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.web.reads import Reads

ADMIN = User("ann", "admin")


class Page:
    address = "127.0.0.1"

    def __init__(self, user: User = ADMIN) -> None:
        self.user = user
        self.busy = False
        self.told: list[dict[str, Any]] = []

    def say(self, frame: bytes) -> None:
        self.told.append(json.loads(frame))

    def of(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self.told if one["t"] == name]


class Scene:
    def __init__(self, stored: Any = None, reactor: Any = None, **rights: Any) -> None:
        self.clock = Clock()
        self.bridges: list[Bridge] = []
        self.published: list[Any] = []
        self.acts: list[ConsoleAct] = []
        self.lost = ""
        self.requests = Requests(lambda: 5.0)
        self.service = ConsoleService(
            self.clock,
            lambda: 5.0,
            ConsoleRights(**rights),
            self.acts.append,
            stored,
            reads=Reads(reactor or self.clock),
        )
        self.service.join(self.requests)
        self.service.open("main", self.publish, self.make)
        self.service.startService()

    def make(self, *how: Any) -> Bridge:
        bridge = Bridge(*how)
        bridge.link = Link(state="connected", since=0.0)
        self.bridges.append(bridge)
        return bridge

    def publish(self, *message: Any) -> None:
        if self.lost:
            raise Refused("not_sent", self.lost)
        self.published.append(message)

    def asks(self, page: Page, do: str, **more: Any) -> dict[str, Any]:
        self.requests.ask(page, Request(7, do, more))
        answer = page.told.pop()
        assert answer["t"] == "answer"
        return answer

    def hears(self, topic: str | bytes, payload: bytes = b"x", *, retain: bool = False) -> None:
        self.bridges[-1].heard([Arrival(topic, payload, retain, 0, 5.0)])

    def passes(self, seconds: float = 1.0) -> None:
        self.clock.pump([0.05] * round(seconds / 0.05))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_message_comes_to_the_subscriptions_it_matches(scene):
    page, other = Page(), Page()
    sub = scene.asks(page, "subscribe", filter="a/+")["sub"]
    scene.asks(page, "subscribe", filter="b")
    scene.asks(other, "subscribe", filter="c")
    scene.hears("a/1", b"hi")
    scene.passes()
    assert page.told == [
        {
            "t": "heard",
            "sub": sub,
            "topic": "a/1",
            "payload": "hi",
            "qos": 0,
            "retain": False,
            "at": 5.0,
        }
    ]
    assert other.told == []


def test_a_phones_settings_are_shown_to_nobody(scene):
    page = Page()
    scene.asks(page, "subscribe", filter="#", qos=0)
    page.told.clear()
    settings = b'{"_type":"configuration","password":"geheim"}'
    scene.hears("owntracks/jane/phone/dump", settings)
    scene.hears("owntracks/jane/phone/dump", settings[:-1])
    scene.hears("owntracks/jane/phone", settings)
    scene.hears("owntracks/jane/phone/cmd", b'{"action":"setConfiguration","password":"geheim"}')
    scene.service.overheard("main", [Arrival("owntracks/jane/phone/dump", settings, False, 0, 5.0)])
    scene.passes()
    assert len(page.of("heard")) == 4
    assert "geheim" not in json.dumps(page.told)
    told = scene.asks(page, "topics", path=["owntracks", "jane", "phone"], watch=True)
    assert "not shown" in json.dumps(told)
    assert "geheim" not in json.dumps(told)


def test_what_is_retained_comes_only_to_fresh_subscriptions(scene):
    page, late = Page(), Page()
    scene.asks(page, "subscribe", filter="a")
    scene.passes(FRESH_SECONDS + 1)
    scene.asks(late, "subscribe", filter="a")
    scene.hears("a", retain=True)
    scene.passes()
    assert (len(page.of("heard")), len(late.of("heard"))) == (0, 1)


def test_a_full_socket_gets_nothing_and_is_told_later_what_it_lost(scene):
    page, fast = Page(), Page()
    scene.asks(page, "subscribe", filter="a")
    scene.asks(fast, "subscribe", filter="a")
    page.busy = True
    for n in range(QUEUE_MESSAGES + 7):
        scene.hears("a", b"%d" % n)
        scene.passes(0.05)
    assert page.told == []
    assert len(fast.of("heard")) == QUEUE_MESSAGES + 7
    assert scene.service.dropped == 7
    page.busy = False
    scene.passes(5)
    heard = page.of("heard")
    assert len(heard) == QUEUE_MESSAGES
    assert heard[0]["dropped"] == 7
    assert sum(one.get("dropped", 0) for one in heard) == 7


def test_a_storm_is_sent_in_bearable_pieces(scene):
    page = Page()
    scene.asks(page, "subscribe", filter="a")
    for _ in range(200):
        scene.hears("a")
    scene.passes(0.05)
    assert len(page.told) == 50
    scene.passes(0.2)
    assert len(page.told) == 200


def test_a_viewer_that_leaves_leaves_nothing_behind(scene):
    page = Page()
    scene.asks(page, "subscribe", filter="a")
    scene.asks(page, "topics", path=[], watch=True, all=True)
    scene.hears("a")
    scene.requests.left(page)
    scene.passes()
    assert page.told == []
    assert scene.service.subscriptions == 0
    assert scene.bridges[0].log[-2:] == [("unsubscribe", ["#"]), ("unsubscribe", ["a"])]
    scene.requests.left(page)
    scene.passes(30)
    assert scene.clock.getDelayedCalls() == []


def test_an_ended_subscription_is_silent(scene):
    page = Page()
    sub = scene.asks(page, "subscribe", filter="a")["sub"]
    scene.hears("a")
    assert scene.asks(page, "unsubscribe", sub=sub)["ok"]
    scene.passes()
    assert page.told == []
    assert scene.asks(page, "unsubscribe", sub=sub)["code"] == "unknown"


def test_subscriptions_of_one_viewer_are_bounded(scene):
    page = Page()
    for n in range(MOST_SUBSCRIPTIONS):
        assert scene.asks(page, "subscribe", filter=f"a/{n}")["ok"]
    assert scene.asks(page, "subscribe", filter="b")["code"] == "too_many"


def test_a_subscription_is_told_when_it_is_lost_refused_and_back(scene):
    page = Page()
    sub = scene.asks(page, "subscribe", filter="a")
    assert sub["state"] == "active"
    (bridge,) = scene.bridges
    for link, rejected in (
        (Link(state="lost", since=0.0, why="gone"), ()),
        (Link(state="lost", since=0.0, why="gone"), ()),
        (Link(state="connected", since=0.0), ()),
        (Link(state="connected", since=0.0), ("a",)),
    ):
        bridge.link, bridge.rejected = link, frozenset(rejected)
        bridge.changed(link)
    told = [(one["state"], one.get("why")) for one in page.of("sub")]
    assert told == [
        ("waiting", "gone"),
        ("active", None),
        ("refused", "the broker refuses this subscription"),
    ]


def test_a_message_is_published_and_audited_without_its_payload(scene):
    page = Page()
    answer = scene.asks(page, "publish", topic="test/a", payload="hi", qos=1, retain=True)
    assert (answer["ok"], answer["size"]) == (True, 2)
    assert scene.published == [("test/a", b"hi", 1, True)]
    assert scene.acts == [
        ConsoleAct(5.0, "publish", "ann", "admin", "127.0.0.1", "main", "test/a", 2, 1, True)
    ]


def test_what_is_refused_is_audited_too(scene):
    assert scene.asks(Page(), "publish", topic="keys/ProBot1", payload="x")["code"] == "barred"
    scene.lost = "no connection"
    assert scene.asks(Page(), "clear", topic="test/a")["code"] == "not_sent"
    assert scene.asks(Page(User("vera")), "publish", topic="test/a")["code"] == "forbidden"
    assert [(act.verb, act.user, bool(act.refused)) for act in scene.acts] == [
        ("publish", "ann", True),
        ("clear", "ann", True),
        ("publish", "vera", True),
    ]
    assert scene.published == []


def test_clearing_is_an_empty_retained_message(scene):
    assert scene.asks(Page(), "clear", topic="test/a")["ok"]
    assert scene.published == [("test/a", b"", 1, True)]


def test_the_tree_is_told_page_by_page(scene):
    scene.service.overheard("main", [Arrival("a/b", b"1", False, 0, 4.0)])
    page = Page()
    answer = scene.asks(page, "topics", path=["a"])
    assert [child["name"] for child in answer["children"]] == ["b"]
    assert (answer["topics"], answer["messages"], answer["all"]) == (1, 1, False)
    assert scene.asks(page, "topics", path=["x"])["children"] == []
    assert scene.asks(Page(User("v")), "topics", path=[])["code"] == "forbidden"
    assert scene.asks(Page(User("a", "admin", NOTHING)), "topics", path=[])["code"] == "forbidden"


def test_only_what_is_looked_at_is_pushed_and_only_when_it_changes(scene):
    page = Page()
    scene.asks(page, "topics", path=["a"], watch=True)
    scene.passes(3)
    pushed = len(page.of("topics"))
    assert pushed <= 1
    for _ in range(100):
        scene.service.overheard("main", [Arrival("a/b", b"1", False, 0, 5.0)])
    scene.passes(3)
    assert len(page.of("topics")) == pushed + 1
    assert scene.asks(page, "topics", watch=False)["ok"]
    scene.service.overheard("main", [Arrival("a/c", b"1", False, 0, 5.0)])
    scene.passes(3)
    assert len(page.of("topics")) == pushed + 1


def test_while_everything_comes_by_the_console_nothing_is_counted_twice(scene):
    page = Page()
    scene.asks(page, "topics", path=[], watch=True, all=True)
    message = Arrival("a", b"1", False, 0, 5.0)
    scene.service.overheard("main", [message, Arrival("$SYS/x", b"1", False, 0, 5.0)])
    scene.bridges[0].heard([message])
    assert scene.asks(page, "topics", path=[])["messages"] == 2


def test_walking_through_the_tree_of_everything_subscribes_it_once(scene):
    page, other = Page(), Page()
    for path in ([], ["a"], ["a", "b"]):
        scene.asks(page, "topics", path=path, watch=True, all=True)
    scene.asks(other, "topics", path=[], watch=True, all=True)
    (bridge,) = scene.bridges
    assert bridge.log == [("start with", [("#", 0)])]
    scene.asks(page, "topics", watch=False)
    scene.asks(other, "topics", path=[], watch=True)
    assert bridge.log[1:] == [("unsubscribe", ["#"])]


def test_the_log_is_not_in_the_tree(scene):
    scene.service.overheard("main", [Arrival("$SYS/broker/log/N", b"10.0.0.1", False, 0, 5.0)])
    assert scene.asks(Page(), "topics", path=[])["messages"] == 0


@pytest.mark.parametrize(
    ("do", "more", "code"),
    [
        ("subscribe", {}, "bad_filter"),
        ("subscribe", {"filter": "a", "qos": 2}, "bad_qos"),
        ("subscribe", {"filter": "a", "qos": True}, "bad_qos"),
        ("subscribe", {"filter": "a", "broker": "moon"}, "unknown"),
        ("subscribe", {"filter": "a", "broker": 7}, "unknown"),
        ("publish", {"topic": "test/a", "payload": 7}, "bad_payload"),
        ("publish", {"topic": "test/a", "form": 7}, "bad_payload"),
        ("publish", {"topic": "test/a", "retain": 1}, "bad_retain"),
        ("topics", {"path": "a"}, "bad_path"),
        ("topics", {"path": [], "after": 1}, "bad_path"),
        ("figures", {"thing": "broker/moon"}, "unknown"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(scene, do, more, code):
    assert scene.asks(Page(), do, **more)["code"] == code


def test_figures_are_told_to_who_may_see_the_thing(scene):
    scene.service.figures("broker/main").sample(4.0, {"a": 1.0})
    assert scene.asks(Page(), "figures", thing="broker/main")["series"] == {"a": [1.0]}
    assert scene.asks(Page(User("x", "admin", NOTHING)), "figures", thing="broker/main")[
        "code"
    ] == ("unknown")
    assert scene.asks(Page(), "figures", thing="broker/main", names="a")["code"] == "bad_names"
    assert scene.asks(Page(), "figures", thing="broker/main", since="a")["code"] == "bad_since"


GOLDEN = Path(__file__).parents[1] / "wire"
AT = 1795240000.5


def golden(name: str) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads((GOLDEN / f"console-{name}.json").read_text())["frame"]
    return frame


def test_figures_come_from_the_store_and_are_remembered_for_a_minute(scene):
    asked = []

    async def stored(thing, since, until):
        asked.append((thing, since, until))
        state = {"uptime": 7, "version": "2.0", "sys": {"clients/total": 3}, "log_lines": True}
        return [(since, state | {"rates": {"messages/received": 1.5}}), (until, {"uptime": 9})]

    page = Page()
    scene.service.figures("broker/main").sample(5.0, {"uptime": 1})
    assert scene.asks(page, "figures", thing="broker/main", stored=3600)["code"] == "no_store"
    scene = Scene(stored)
    scene.service.figures("broker/main").sample(5.0, {"uptime": 1})
    names = ["uptime", "clients/total", "messages/received/s", "version", "log_lines"]
    page = Page()

    def asks(page, **more):
        return scene.asks(page, "figures", thing="broker/main", names=names, **more)

    answer = asks(page, stored=3600)
    assert answer["at"] == [5.0 - 3600, 5.0]
    assert answer["series"] == {
        "uptime": [7, 9],
        "clients/total": [3, None],
        "messages/received/s": [1.5, None],
    }
    assert asks(Page(), stored=3600) == answer
    assert asked == [("broker/main", 5.0 - 3600, 5.0)]
    for odd in (0, -1, 1e12, "x", True):
        assert asks(page, stored=odd)["code"] == "bad_stored"
    stranger = Page(User("eve", "viewer", NOTHING))
    assert asks(stranger, stored=3600)["code"] == "unknown"


def test_a_store_that_does_not_answer_is_no_mistake_of_ours(scene):
    async def stored(thing, since, until):
        raise OSError("disk full")

    scene = Scene(stored)
    scene.service.figures("broker/main").sample(5.0, {"uptime": 1})
    answer = scene.asks(Page(), "figures", thing="broker/main", stored=3600)
    assert (answer["code"], "disk full" in answer["why"]) == ("busy", True)


def test_the_frames_are_the_golden_ones_that_the_page_reads(scene):
    page = Page()
    scene.asks(page, "subscribe", filter="room/+")
    session = scene.service._sessions[page]
    session.queue.dropped["s1"] = 3
    scene.bridges[0].heard(
        [
            Arrival("room/1", b"warm", False, 1, AT),
            Arrival("room/1", b"\x00\xff\x7f", True, 0, AT),
        ]
    )
    scene.passes()
    scene.bridges[0].link = Link(state="lost", since=0.0, why="the broker closed the connection")
    scene.bridges[0].changed(scene.bridges[0].link)
    assert page.told == [golden("heard"), golden("heard-bytes"), golden("sub")]


def test_a_page_of_the_tree_is_the_golden_one(scene):
    scene.service._pages._wall = lambda: AT
    page = Page()
    scene.asks(page, "topics", path=["room"], watch=True)
    for name, payload in (("1", b"fresh"), ("1", b"warm."), ("2", b"\x00\xff")):
        scene.service.overheard("main", [Arrival(f"room/{name}", payload, False, 0, AT)])
    scene.passes(2)
    (pushed,) = page.of("topics")
    assert pushed == golden("topics")
