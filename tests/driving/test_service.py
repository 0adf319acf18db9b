"""Who may drive, and what ends it: the service with a clock and a broker of the test's own.

Covers driving/alarms.py, driving/broker_ports.py, driving/brokers.py, driving/command_log.py,
driving/display.py, driving/echo_monitor.py, driving/effects.py, driving/errors.py,
driving/foreign.py, driving/foundations.py, driving/granting.py, driving/hindrances.py,
driving/lock_ports.py, driving/publisher.py, driving/requests.py, driving/session.py,
driving/sessions.py, driving/settling.py, driving/single_commands.py, driving/steering.py,
driving/takeover_requests.py, driving/watch.py, driving/will_probe.py, mqtt/route.py,
mqtt/will_connection.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from sightline.auth.permissions import User
from sightline.driving import stop_bounds
from sightline.driving.errors import refused_commands
from sightline.driving.hindrances import MOST_SILENCE, MOST_TRIP, MOST_WAITING
from sightline.driving.leases import KEEP, SILENCE
from sightline.driving.lock_ports import LockPort, NoLocks
from sightline.driving.requests import DrivingRequests
from sightline.driving.service import DrivingService
from sightline.driving.states import CommandLogEntry
from sightline.kinds import broker as broker_kind
from sightline.kinds import probots
from sightline.kinds.probots.commands import STOP
from sightline.live import protocol
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.requests import Requests
from sightline.live.world import World
from sightline.model.kind import Arrival

WIRE = Path(__file__).parent.parent / "wire"
KEYS = "keys/ProBot1"
WALL = 1795240000.0


class Line:
    """A lease's own connection. What is published comes back when the broker says it."""

    def __init__(self, route: Broker, topic: str, will: bytes, lost: Callable[[str], None]) -> None:
        self.route = route
        self.topic = topic
        self.will = will
        self.hushed = False
        self.is_open = False
        self.closed = False
        self.waiting = 0
        self.lost = lost

    def open(self) -> Deferred[None]:
        if self.route.refuses_lines:
            return fail(RuntimeError("not today"))
        self.is_open = True
        return succeed(None)

    def publish(self, payload: bytes, wanted: Callable[[], bool]) -> bool:
        if self.is_open and self.route.slow:
            self.route.held.append((self.topic, payload, wanted))
        elif self.is_open and wanted():
            self.route.take(self.topic, payload)
        return self.is_open

    def stop(self, payload: bytes) -> bool:
        if self.is_open:
            self.route.take(self.topic, payload)
        return self.is_open

    def hush(self) -> None:
        self.hushed = True

    def close(self) -> Deferred[Any]:
        self.is_open, self.closed = False, True
        return succeed(None)


class Broker:
    """A broker that is quick, honest and reached without delay, unless told otherwise."""

    name = "main"

    def __init__(self) -> None:
        self.no_driving = ""
        self.broken = ""
        self.waiting = 0
        self.refuses_lines = False
        self.slow = False
        self.silent = False
        self.held: list[tuple[str, bytes, Callable[[], bool]]] = []
        self.said: list[tuple[str, bytes]] = []
        self.expiring: list[tuple[str, bytes]] = []
        self.looked_up = 0
        self.lost = 0
        self.lines: list[Line] = []
        self.tries: list[Line] = []  # of its patience
        self.back: Callable[[str, bytes], None] = lambda topic, payload: None

    def take(self, topic: str, payload: bytes) -> None:
        self.said.append((topic, payload))
        if not self.silent:
            self.back(topic, payload)

    def send(
        self, topic: str, payload: bytes, *, urgent: bool = False, retain: bool = False
    ) -> bool:
        if self.broken:
            return False
        self.take(topic, payload)
        return True

    def will_connection(self, topic: str, stop: bytes, lost: Callable[[str], None]) -> Line:
        line = Line(self, topic, stop, lost)
        if topic == KEYS:
            assert stop == STOP
            self.lines.append(line)
        else:
            self.tries.append(line)
        return line

    def look_up(self, filters: Sequence[tuple[str, int]]) -> None:
        self.looked_up += 1

    def overwrite(self, topics: Sequence[str], payload: bytes) -> None:
        self.expiring += [(topic, payload) for topic in topics]

    @property
    def keys(self) -> list[bytes]:
        """What ProBot1 heard since this was last asked."""
        heard = [payload for topic, payload in self.said if topic == KEYS]
        self.said = [said for said in self.said if said[0] != KEYS]
        return heard


class Page:
    """One browser's connection."""

    def __init__(self, play: Play, user: User) -> None:
        self.play = play
        self.user = user
        self.address = "192.0.2.7"
        self.answers: list[dict[str, Any]] = []
        self.id = 0
        self.n = 0
        self.fence = 0

    def say(self, frame: bytes) -> None:
        self.answers.append(json.loads(frame))

    def asks(self, do: str, **fields: Any) -> dict[str, Any] | None:
        """The answer, if it came at once."""
        self.id += 1
        more = {"thing": "probot/ProBot1", **fields}
        self.play.requests.ask(self, protocol.Request(self.id, do, more))
        return next((a for a in self.answers if a["id"] == self.id), None)

    def takes(self, do: str = "take") -> Page:
        answer = self.asks(do)
        assert answer is not None
        assert answer["ok"], answer
        self.fence = answer["lease"]
        return self

    def frame(self, up: Any = 0.0, right: Any = 0.0, **other: Any) -> dict[str, Any] | None:
        self.n += 1
        return self.asks(
            "drive",
            **{
                "lease": self.fence,
                "up": up,
                "down": 0,
                "left": 0,
                "right": right,
                "n": self.n,
                **other,
            },
        )

    def drives(self) -> Page:
        self.takes()
        self.frame()
        self.frame(0.4)
        assert self.play.broker.keys[-1] == b"0.40 0.00 0.00 0.00"
        return self


class Play:
    def __init__(
        self,
        locks: LockPort | None = None,
        clock: Clock | None = None,
        broker: Any = None,
        **options: Any,
    ) -> None:
        self.clock = clock or Clock()
        if clock is None:
            self.clock.advance(1000)
        kinds = (probots.kind(topics=options.get("topics")), broker_kind.KIND)
        self.world = World("epoch")
        presence = Presence(kinds[0].timeouts)
        self.ingest = Ingest(kinds, self.world, presence)
        self.hub = Hub(
            self.clock,
            lambda: WALL + self.clock.seconds(),
            self.world,
            self.ingest,
            presence,
            broker_kind.LinkUpdate,
        )
        self.requests = Requests(lambda: WALL)
        self.service = DrivingService(
            self.clock, lambda: WALL, self.hub, locks or NoLocks(10), **options
        )
        DrivingRequests(self.requests, self.service)
        self.broker = broker or Broker()
        watched = self.service.add(self.broker)
        self.monitor, self.other_servers = watched.monitor, watched.other_servers
        self.broker.back = self.hears
        self.audit: list[CommandLogEntry] = []
        self.service.log.when_written(self.audit.append)
        self.service.startService()
        self.hub.startService()
        self.telemetry()

    def hears(self, topic: str, payload: bytes, retain: bool = False) -> None:
        arrival = Arrival(topic, payload, retain, 0, WALL + self.clock.seconds(), "main")
        self.hub.arrived(self.service.sift("main", [arrival]))

    def telemetry(self, routine: str = "started") -> None:
        self.hears("telemetry", b"ProBot1,87,91,%b,23.4,192.168.1.17" % routine.encode())

    def page(self, name: str = "amy", role: str = "operator", **rights: Any) -> Page:
        return Page(self, User(name, role, **rights))  # type: ignore[arg-type]

    def wait(self, seconds: float, *, telemetry: bool = True) -> None:
        """Time goes by in steps of 10 ms, with telemetry each 0.1 s."""
        for step in range(round(seconds * 100)):
            if telemetry and step % 10 == 0:
                self.telemetry()
            self.clock.advance(0.01)

    def lease(self) -> Any:
        return self.world.state("lease/ProBot1")


@pytest.fixture
def play() -> Play:
    return Play()


ROLES = ("viewer", "operator", "admin")
MAY = {
    "take": ROLES[1:],
    "ask": ROLES[1:],
    "takeover": ROLES[2:],
    "stop": ROLES,
    "shutdown": ROLES[2:],
    "routine": ROLES[2:],
    "drivers": ROLES[2:],
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", MAY)
def test_each_role_may_do_what_it_may_and_nothing_else(play, role, verb):
    page = play.page("somebody", role)
    answer = page.asks(verb, to="start")
    refused = answer is not None and answer.get("code") == "forbidden"
    assert refused is (role not in MAY[verb])
    if refused:
        assert [t for t, _ in play.broker.said if not t.startswith("sightline/")] == []


@pytest.mark.parametrize("verb", [*MAY, "drive", "halt", "release", "reply"])
@pytest.mark.parametrize(
    "thing", [None, 7, [], {}, "", "probot/", "probot/ProBot+", "probot/#", "friend/jane/phone",
              "probot/ProBot1/../ProBot2", "probot/ProBot1\n", "keys/ProBot1"],
)  # fmt: skip
def test_no_topic_is_ever_made_of_a_name_that_is_no_robots(play, verb, thing):
    page = play.page("root", "admin")
    page.asks(verb, thing=thing, lease=1, to="start")
    topics = {topic for topic, _ in play.broker.said}
    assert all(topic == KEYS or topic.startswith("sightline/") for topic in topics), topics


def test_who_may_not_see_a_robot_does_not_learn_that_it_is_there(play):
    from sightline.auth.permissions import NOTHING

    answer = play.page("root", "admin", scope=NOTHING).asks("take")
    assert answer["code"] == "unknown"


def test_who_may_drive_only_others_is_refused(play):
    page = play.page(drives=frozenset(["probot/ProBot2"]))
    assert page.asks("take")["code"] == "forbidden"


def test_a_lease_is_shown_to_all_and_its_address_to_admins_only(play):
    amy = play.page().takes()
    lease = play.lease()
    assert (lease.holder, lease.fence, lease.state) == ("amy", amy.fence, "parked")
    drivers = play.page("root", "admin").asks("drivers")["drivers"]
    assert drivers["ProBot1"]["address"] == "192.0.2.7"
    amy.asks("release", lease=amy.fence)
    assert play.lease() is None


def test_driving_frames_are_answered_now_and_then_with_what_was_sent(play):
    amy = play.page().drives()
    before = len(amy.answers)
    for _ in range(20):
        play.wait(0.02)
        amy.frame(0.5)
    answers = amy.answers[before:]
    assert 1 <= len(answers) <= 4
    assert answers[-1]["ok"]
    assert (answers[-1]["state"], answers[-1]["sent"]) == ("go", "0.50 0.00 0.00 0.00")
    assert play.lease().sent == "0.50 0.00 0.00 0.00"


def test_silence_stops_three_times_spaced(play):
    play.page().drives()
    play.wait(SILENCE + 0.05)
    assert play.broker.keys == [STOP]
    play.wait(0.2)
    assert play.broker.keys == [STOP, STOP]
    assert play.lease().why == "no driving frame for 400 ms"


def test_a_lease_ends_with_its_stops_before_its_connection_is_closed(play):
    play.page().drives()
    play.wait(KEEP + 0.01)
    line = play.broker.lines[0]
    assert not line.closed
    play.wait(0.3)
    assert line.closed
    assert play.broker.keys[-3:] == [STOP] * 3
    assert play.lease() is None


ENDINGS: dict[str, Callable[[Play, Page], object]] = {
    "socket closed": lambda play, amy: play.requests.left(amy),
    "hidden": lambda play, amy: amy.asks("halt", lease=amy.fence, why="hidden"),
    "blur": lambda play, amy: amy.asks("halt", lease=amy.fence, why="blur"),
    "released": lambda play, amy: amy.asks("release", lease=amy.fence),
    "disabled": lambda play, amy: play.requests.dismissed(amy, "disabled"),
    "demoted": lambda play, amy: (setattr(amy, "user", User("amy", "viewer")), play.wait(0.05)),
    "nonsense": lambda play, amy: amy.frame("full speed"),
    "stop button": lambda play, amy: play.page("guest", "viewer").asks("stop"),
    "all stop": lambda play, amy: play.page("guest", "viewer").asks("stop", thing=None),
    "robot's will": lambda play, amy: (
        play.hears("ClientStatus", b"ProBot1/Offline"),
        play.wait(0.05, telemetry=False),
    ),
    "commands pile up": lambda play, amy: (
        setattr(play.broker.lines[0], "waiting", MOST_WAITING + 1),
        play.wait(0.05),
    ),
    "line lost": lambda play, amy: play.broker.lines[0].lost("gone"),
    "going down": lambda play, amy: play.service.park(),
    "guard": lambda play, amy: play.hears(KEYS, STOP),
    "foreign": lambda play, amy: play.hears(KEYS, b"0.10 0.00 0.00 0.00"),
    "shut down": lambda play, amy: play.page("root", "admin").asks("shutdown"),
    "main routine": lambda play, amy: play.page("root", "admin").asks("routine", to="stop"),
    "taken over": lambda play, amy: play.page("root", "admin").asks("takeover"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_ends_it_the_robot_stops_and_needs_a_release(play, ending):
    amy = play.page().drives()
    ENDINGS[ending](play, amy)
    assert play.broker.keys[:1] == [STOP]
    for _ in range(5):  # the stick is still pressed
        amy.frame(0.4)
        play.clock.advance(0.02)
    assert set(play.broker.keys) <= {STOP}


def test_a_robot_that_falls_silent_or_a_slow_broker_stops(play):
    amy = play.page().drives()
    for _ in range(round((MOST_SILENCE + 0.1) / 0.05)):
        amy.frame(0.4)
        play.wait(0.05, telemetry=False)
    assert STOP in play.broker.keys
    assert play.lease().state == "parked"


def test_a_broker_that_does_not_answer_stops(play):
    amy = play.page().drives()
    play.broker.silent = True
    for _ in range(round((MOST_TRIP + 0.1) / 0.05)):
        amy.frame(0.4)
        play.wait(0.05)
    assert STOP in play.broker.keys
    assert play.lease().why == "the broker takes more than 1 s"


def test_a_command_that_waited_is_thrown_away_once_a_stop_is_said(play):
    amy = play.page().drives()
    play.broker.slow = True
    amy.frame(0.7)
    play.page("guest", "viewer").asks("stop")
    assert [payload for _, payload, wanted in play.broker.held if wanted()] == []


def test_only_the_newest_of_the_commands_that_wait_is_sent(play):
    amy = play.page().drives()
    play.broker.slow = True
    for up in (0.5, 0.6, 0.7):
        amy.frame(up)
    sent = [payload for _, payload, wanted in play.broker.held if wanted()]
    assert sent == [b"0.70 0.00 0.00 0.00"]


def test_a_command_of_an_old_lease_is_thrown_away_at_the_last_step(play):
    amy = play.page().drives()
    play.broker.slow = True
    amy.frame(0.7)
    play.page("root", "admin").takes("takeover")
    assert not any(wanted() for _, _, wanted in play.broker.held)


def test_the_stop_owed_to_a_robot_is_said_when_the_broker_is_back(play):
    amy = play.page().drives()
    play.broker.broken = "the broker closed the connection"
    play.broker.lines[0].is_open = False
    play.service.linked("main")
    amy.frame(0.4)
    assert play.broker.keys == []
    play.wait(1)
    play.broker.broken = ""
    play.service.linked("main")
    play.wait(0.01)
    assert play.broker.keys == [STOP]


def test_a_stop_that_went_into_a_dying_connection_is_said_again(play):
    amy = play.page().drives()
    amy.frame(0.0)
    play.wait(0.3)
    assert play.broker.keys == [STOP] * 3

    def is_lost_and_back() -> list[bytes]:
        play.broker.broken = "the broker closed the connection"
        play.broker.lines[0].is_open = False
        play.service.linked("main")
        play.wait(1)
        assert play.broker.keys == []
        play.broker.broken = ""
        play.service.linked("main")
        play.wait(0.01)
        said: list[bytes] = play.broker.keys
        return said

    assert is_lost_and_back() == [STOP]
    # What was stopped long ago was heard.
    play.wait(30)
    assert set(play.broker.keys) == {STOP}
    assert is_lost_and_back() == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda play: setattr(play.broker, "no_driving", "it is AWS IoT"), "no_driving"),
        (lambda play: setattr(play.broker, "broken", "gone"), "no_broker"),
        (lambda play: setattr(play.broker, "refuses_lines", True), "no_lifeline"),
        (lambda play: play.hears("ClientStatus", b"ProBot1/Offline"), "offline"),
    ],
)
def test_driving_is_refused_with_the_reason(play, spoil, code):
    spoil(play)
    answer = play.page().asks("take")
    assert (answer["ok"], answer["code"]) == (False, code)
    assert answer["why"]
    assert play.lease() is None


def test_driving_needs_a_guard_where_the_settings_say_so():
    play = Play(need_guard=True)
    amy = play.page()
    assert amy.asks("take")["code"] == "no_guard"
    play.hears("sightline/guard/1", b"here")
    amy.takes()
    amy.frame()
    amy.frame(0.4)
    play.hears("sightline/guard/1", b"gone")
    play.clock.advance(0.02)
    assert play.broker.keys[-1] == STOP


def test_the_guard_is_shown_with_the_worst_case_as_far_as_it_was_measured(play):
    assert play.world.state("guard/main").stops_within == stop_bounds.BOTH
    play.hears("sightline/guard/1", b"here")
    play.wait(0.3)
    shown = play.world.state("guard/main")
    assert (shown.presence, shown.stops_within) == ("live", stop_bounds.HUNG)
    play.hears("sightline/guard/1", b"here 513")
    play.hears("sightline/guard/2", b"here 1900")  # the quicker one stops it
    play.wait(0.3)
    shown = play.world.state("guard/main")
    assert shown.stops_within == 0.52
    assert [(part.dies, part.measured) for part in shown.parts] == [
        ("killed", 0.0),
        ("hung", 0.52),
        ("both", None),
    ]
    assert play.page().asks("take")["stops_within"] == 0.52
    play.wait(2.0)
    assert play.world.state("guard/main").presence == "offline"


def test_what_a_guard_says_of_itself_is_read_only_as_it_should_be(play):
    play.hears("sightline/guard/1", b"here 513")
    for odd in (b"here -1", b"here 1e9", b"here 99999999999", b"here  1", b"HERE", b"here 5 5"):
        play.hears("sightline/guard/2", odd)
    play.wait(0.3)
    assert play.world.state("guard/main").stops_within == 0.52


def test_the_brokers_patience_with_a_silent_client_is_tried(play):
    play.wait(6)
    (line,) = play.broker.tries
    assert line.hushed
    assert not line.closed
    play.wait(4.5)
    play.hears(line.topic, line.will)
    assert line.closed
    play.wait(0.3)
    both = play.world.state("guard/main").parts[-1]
    assert (both.dies, both.seconds, both.bound) == ("both", 10.0, 10.0)
    assert 4.5 <= both.measured < 6
    play.hears(line.topic, line.will)  # somebody else says it: nothing is being tried
    play.wait(0.3)
    assert play.world.state("guard/main").parts[-1] == both


def test_a_try_of_the_brokers_patience_ends_with_the_server_or_when_nothing_comes_of_it(play):
    play.wait(6)
    play.wait(61)
    assert play.broker.tries[0].closed
    play.wait(900)
    assert len(play.broker.tries) == 2
    play.service.park()
    play.clock.advance(1)
    assert play.broker.tries[1].closed


def test_who_asks_gets_it_when_the_holder_says_yes(play):
    amy, bob = play.page().drives(), play.page("bob")
    assert bob.asks("ask") is None
    assert play.lease().asks == ("bob",)
    assert amy.asks("reply", lease=amy.fence, to="bob", yes=True)["ok"]
    answer = bob.answers[-1]
    assert answer["ok"]
    assert answer["lease"] == play.lease().fence
    assert play.lease().holder == "bob"
    assert amy.frame(0.4)["code"] == "not_yours"


def test_who_asks_is_told_no_or_that_nobody_answers(play):
    amy, bob = play.page().takes(), play.page("bob")
    bob.asks("ask")
    amy.asks("reply", lease=amy.fence, to="bob", yes=False)
    assert bob.answers[-1]["code"] == "declined"
    bob.asks("ask")
    for _ in range(250):
        amy.frame()
        play.wait(0.1)
    assert bob.answers[-1]["code"] == "no_answer"
    bob.asks("ask")
    amy.asks("release", lease=amy.fence)
    assert bob.answers[-1]["code"] == "free"


def test_a_shutdown_is_answered_when_the_robots_will_shows_it(play):
    root = play.page("root", "admin")
    assert root.asks("shutdown") is None
    assert ("shutdownProBot/ProBot1", b"shutdown") in play.broker.said
    play.hears("ClientStatus", b"ProBot1/Offline")
    play.wait(0.3, telemetry=False)
    assert (root.answers[-1]["ok"], root.answers[-1]["seen"]) == (True, "will")
    assert play.audit[-1].what == "shutdown"
    assert play.audit[-1].effect.startswith("will after")


def test_a_routine_is_started_with_the_quotes_and_answered_by_telemetry(play):
    root = play.page("root", "admin")
    play.telemetry("stopped")
    root.asks("routine", to="start")
    assert ("MainRoutine/ProBot1", b'"start"') in play.broker.said
    play.telemetry("started")
    play.clock.advance(0.3)
    assert root.answers[-1]["seen"] == "started"
    root.asks("routine", to="stop")
    play.wait(7)
    assert root.answers[-1]["code"] == "unseen"
    assert root.asks("routine", to="explode")["code"] == "bad_routine"


def test_the_log_has_a_line_for_each_motion_not_for_each_frame(play):
    amy = play.page().drives()
    for _ in range(10):
        amy.frame(0.5)
        play.wait(0.05)
    amy.frame()
    play.wait(0.2)
    amy.asks("release", lease=amy.fence)
    assert [line.what for line in play.audit] == ["take", "drive", "stop", "end"]
    stop = play.audit[2]
    assert (stop.who, stop.sent, stop.why) == (
        "amy",
        "0.50 0.00 0.00 0.00",
        "the sticks were released",
    )
    assert stop.seconds == pytest.approx(0.5, abs=0.1)
    assert "heard by the broker" in (stop.effect or "")
    assert play.world.state("command/1") == play.audit[0]


def test_a_stop_by_somebody_is_one_line_with_the_motion_that_it_ended(play):
    amy = play.page().drives()
    bob = play.page("bob", "viewer")
    bob.asks("stop")
    play.wait(0.3)
    amy.asks("release", lease=amy.fence)
    assert [(line.who, line.what) for line in play.audit] == [
        ("amy", "take"),
        ("amy", "drive"),
        ("bob", "stop"),
        ("amy", "end"),
    ]
    assert play.audit[2].sent == "0.40 0.00 0.00 0.00"
    assert play.audit[2].lease == amy.fence
    play.wait(2)
    bob.asks("stop", thing=None)  # it stands already: who wanted it is told all the same
    assert [(line.who, line.what) for line in play.audit[4:]] == [("bob", "stop")]


def test_refused_commands_are_counted_and_other_requests_are_not(play):
    play.page().takes()
    bob = play.page("bob")
    for verb in ("take", "take", "takeover", "drivers", "dance"):
        bob.asks(verb)
    assert refused_commands(play.requests.refused) == {"held": 2, "forbidden": 1}


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((WIRE / f"drive-{name}.json").read_text())["frame"]
    return found


def shape(frame: dict[str, Any]) -> dict[str, type]:
    return {name: float if type(value) is int else type(value) for name, value in frame.items()}


def test_the_golden_requests_of_the_page_do_what_they_say(play):
    page, bob = play.page(), play.page("bob")

    def says(name: str, **other: Any) -> dict[str, Any]:
        frame = golden(f"request-{name}") | other
        request = protocol.parse(json.dumps(frame).encode())
        assert isinstance(request, protocol.Request)
        play.requests.ask(page, request)
        return next(a for a in reversed(page.answers) if a["id"] == frame["id"])

    lease = says("take")["lease"]
    page.fence = lease
    page.frame()
    says("drive", lease=lease)
    assert play.broker.keys[-1] == b"0.57 0.00 0.00 0.26"
    assert says("halt", lease=lease)["ok"]
    assert play.lease().why == "the page was hidden"
    bob.asks("ask")
    assert says("reply", lease=lease)["ok"]
    assert play.lease().holder == "bob"


def test_the_golden_answers_are_what_the_server_says(play):
    page = play.page()
    assert shape(page.asks("take") or {}) == shape(golden("answer-take"))
    page.fence = play.lease().fence
    page.frame()
    page.frame(0.4)  # "go" is answered at once, when nothing is known of the way yet
    play.wait(0.1)
    page.frame(0.4)
    play.wait(0.15)
    went = page.frame(0.4) or {}
    assert shape(went) == shape(golden("answer-go"))
    assert went["state"] == golden("answer-go")["state"]
    play.wait(3.1, telemetry=False)
    play.telemetry()
    page.takes()
    page.n = 0
    page.frame()
    page.frame(0.4)
    play.page("guest", "viewer").asks("stop")
    parked = page.frame(0.4) or {}
    assert parked["state"] == golden("answer-parked")["state"]
    wanted = shape(golden("answer-parked"))
    assert {name: kind for name, kind in shape(parked).items() if name != "trip"} == wanted


def test_somebody_else_on_a_command_topic_is_alarmed_cleared_and_answered(play):
    play.hears(KEYS, b"0.5 0 0 0", retain=True)
    alarm = play.world.state(f"alarm/{KEYS}")
    assert (alarm.what, alarm.robot, alarm.head) == ("retained", "ProBot1", "0.5 0 0 0")
    assert play.broker.keys == [STOP]  # at once
    play.wait(0.3)
    assert play.broker.expiring == [(KEYS, STOP)]
    play.hears("shutdownProBot/ProBot1", b"shutdown", retain=True)
    play.wait(0.3)
    assert ("shutdownProBot/ProBot1", b"") in play.broker.said
    play.wait(61)
    assert play.world.state(f"alarm/{KEYS}") is None


def test_our_own_words_raise_no_alarm(play):
    amy = play.page().drives()
    play.page("root", "admin").asks("routine", to="stop")
    amy.asks("release", lease=amy.fence)
    play.wait(1)
    assert [key for key, _ in play.world if key.startswith("alarm/")] == []
    assert play.ingest.rejected == {}


def test_a_flood_of_foreign_topics_makes_few_alarms(play):
    for number in range(1, 500):
        play.hears(f"keys/x{number}", b"?")
    assert len([key for key, _ in play.world if key.startswith("alarm/")]) == 50


@given(st.dictionaries(
    st.sampled_from(("up", "down", "left", "right", "n", "ms", "lease", "thing", "why", "to")),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(),
              st.lists(st.integers(), max_size=2)),
))  # fmt: skip
def test_no_frame_whatever_is_in_it_fails_or_says_more_than_the_grammar(fields):
    play = Play()
    amy = play.page().takes()
    amy.frame()
    answer = amy.asks("drive", **{"lease": amy.fence, "n": 5, **fields})
    assert answer is None or answer.get("code") != "failed", answer
    for payload in play.broker.keys:
        numbers = [float(number) for number in payload.decode().split(" ")]
        assert len(numbers) == 4
        assert all(0 <= number <= 0.75 for number in numbers)


def test_nobody_stops_robots_that_do_not_exist(play):
    eve = play.page("eve", "viewer")
    play.broker.said.clear()
    for number in range(2000, 2060):
        assert eve.asks("stop", thing=f"probot/ProBot{number}")["code"] == "unknown"
    play.wait(1)
    assert [said for said in play.broker.said if not said[0].startswith("sightline/")] == []
    assert play.audit == []
    assert len(play.service.sessions) == 0
    assert eve.asks("stop", thing=None)["stopped"] == ["ProBot1"]
    assert eve.asks("stop")["stopped"] == ["ProBot1"]


@pytest.mark.parametrize(
    ("routine", "angle", "words"),
    [
        ("0", "91", "its program is not running"),
        ("stopped", "62", "its main routine is stopped"),
        ("None", "91", "has not said that its program runs"),
        ("started", "12", "has fallen over"),
    ],
)
def test_only_a_robot_whose_program_runs_and_that_stands_is_driven(play, routine, angle, words):
    line = f"ProBot1,87,{angle},{routine},23.4,192.168.1.17".encode()
    amy = play.page().drives()
    play.hears("telemetry", line)  # while it is driven
    play.clock.advance(0.02)
    assert play.broker.keys == [STOP]
    assert words in play.lease().why
    amy.asks("release", lease=amy.fence)
    for who, verb in (("amy", "take"), ("root", "takeover")):
        answer = play.page(who, "admin").asks(verb)
        assert (answer["code"], words in answer["why"]) == ("not_running", True)
    assert play.page("eve", "viewer").asks("stop")["ok"]
    play.page("root", "admin").asks("routine", to="start")
    assert ("MainRoutine/ProBot1", b'"start"') in play.broker.said
    play.telemetry("started")
    play.page().takes()


def test_a_robot_known_by_its_connection_alone_is_not_driven():
    play = Play()
    play.hears("ClientStatus", b"ProBot2/Online")
    assert play.page().asks("take", thing="probot/ProBot2")["code"] == "not_running"
