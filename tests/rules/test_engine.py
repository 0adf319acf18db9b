"""The engine: many rules, wrong clocks, hostile values, what it keeps."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.scene import BOB, BROKER, CALENDAR, HOME, JANE, NOW, ROBOT, Around, Scene, rule
from sightline.kinds.broker.clients import Client
from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend
from sightline.kinds.probots.model import ProBot
from sightline.kinds.regions.model import Transition, Visit
from sightline.kinds.rules.model import Condition, Hours, Recipient, Rule
from sightline.model.link import Link
from sightline.rules.engine import EngineState, RuleEngine
from sightline.rules.fields import TAKES
from sightline.rules.firing import Firing

LOW = Condition(type="battery", below=20)
ALL = (
    rule(Condition(type="arrives", region=HOME), "friend", every=60.0, again=300.0),
    rule(Condition(type="leaves", region=HOME), "friend"),
    rule(Condition(type="absent", region=HOME, by="08:30"), JANE),
    rule(Condition(type="stays", region=HOME, seconds=600), "friend"),
    rule(Condition(type="near", other=BOB, metres=100), "friend"),
    rule(LOW, "friend", "probot", hours=Hours(begin="08:00", end="20:00")),
    rule(Condition(type="battery", by="20:00"), "friend"),
    rule(Condition(type="silent"), "friend", "probot"),
    rule(Condition(type="silent", seconds=600), JANE, again=60.0),
    rule(Condition(type="speed", above=50, seconds=60), "friend"),
    rule(Condition(type="fallen"), "probot"),
    rule(Condition(type="latency", above=100), "probot", "broker"),
    rule(Condition(type="alarm"), "probot"),
    rule(Condition(type="disconnected", seconds=30), "broker"),
    rule(Condition(type="flapping", times=3, seconds=100), "broker"),
    rule(Condition(type="number", topic="a/#", field="x", above=1.0), "broker"),
    rule(Condition(type="number", topic="a/b", changed=True), "broker/main"),
)


def test_all_types_are_here():
    assert {each.condition.type for each in ALL} == TAKES.keys()


def test_a_clock_that_is_set_back_does_not_take_time_back():
    scene = Scene(rule(LOW))
    scene.passes(100)
    engine = scene.engine
    friend = Friend(presence="live", lat=1.0, lon=2.0, tst=NOW, at=NOW, batt=5)
    [fired] = engine.observe(NOW - 5000, JANE, None, friend)
    assert isinstance(fired, Firing)
    assert fired.found == NOW + 100
    assert engine.tick(float("nan")) == ()
    assert engine.now == NOW + 100


def test_what_is_due_before_a_change_is_judged_before_it():
    """However late the tick comes: so a back-test finds the same."""
    for late in (False, True):
        scene = Scene(rule(Condition(type="silent", seconds=60)))
        scene.fix()
        if late:
            scene.at = 100
        else:
            scene.passes(100)
        scene.fix()
        assert scene.fired == [(JANE, 60.0)]
        assert scene.over == [(100.0, "over")]


def test_a_fault_of_one_condition_keeps_nothing_else_out():
    scene = Scene(rule(LOW), rule(Condition(type="speed", above=50)))
    engine = scene.engine
    odd = Friend(presence="live", lat=1.0, lon=2.0, tst=NOW, at=NOW, batt="low", vel=60)  # type: ignore[arg-type]
    assert len(engine.observe(NOW, JANE, None, odd)) == 1
    assert engine.faults == 1
    assert engine.fault.startswith("TypeError")


def test_a_state_that_does_not_fit_begins_anew():
    scene = Scene(*ALL)
    gaps = '"last":1,"moved":true,"gaps":{"x":[1],"99":[1,1]}'
    for text in (
        '{"at":1,"cases":[["rule/jane/r1","friend/jane/phone","",{"holding":7},{"since":"x"}]]}',
        '{"at":1,"cases":[["rule/jane/x","x","",{},{}],["rule/jane/r6","broker/main","",{},{}]]}',
        '{"at":1,"rhythms":{"friend/jane/phone":{"last":"x"},"friend/bob/phone":7}}',
        f'{{"at":1,"rhythms":{{"friend/jane/phone":{{{gaps}}}}}}}',
        '{"at":1,"cases":[["rule/jane/r6","friend/jane/phone","",{"episode":{"at":"x"}},{}]]}',
    ):
        scene.engine.restore(msgspec.json.decode(text, type=EngineState), NOW)
    assert scene.engine.faults == 1
    scene.engine.fault = ""
    scene.passes(10)
    scene.fix(batt=5)
    scene.passes(86_400)
    assert scene.fired


def test_while_we_were_down_nobody_was_silent_though_the_past_is_judged():
    scene = Scene(rule(Condition(type="silent", seconds=600)), rule(LOW))
    scene.fix(batt=90)
    kept = scene.engine.state()
    again = Scene(rule(Condition(type="silent", seconds=600)), rule(LOW))
    again.engine.restore(kept, NOW, hears=NOW + 7200)
    again.at = 100
    again.fix(batt=5)  # of history
    again.passes(7100)
    assert again.fired == [(JANE, 100.0)]
    again.passes(600)
    assert again.fired[1:] == [(JANE, 7800.0)]


# -- whatever comes

_ODD: Any = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(-(10**30), 10**30),
    st.text(max_size=5),
    st.just(10**400),
)
_NUMBER = st.one_of(st.none(), st.floats(), st.integers(-(10**9), 10**9), st.integers(0, 100))
KINDS = ("friend", "robot", "broker", "client", "crossing", "stay", "topic")
_PLACES = st.sampled_from([48.5, 48.5001, -90.0, 90.0, 180.0, -180.0, float("nan"), float("inf")])


@st.composite
def changes(draw: Any) -> Any:
    """Something that happens: seconds that pass, what is told, and about what."""
    passed = draw(st.sampled_from([0.0, 0.1, 1.0, 30.0, 600.0, 7200.0, 90_000.0]))
    kind = draw(st.sampled_from(KINDS))
    of = draw(st.sampled_from([JANE, BOB]))
    value = _NUMBER if draw(st.booleans()) else _ODD
    if kind == "friend":
        fields = {name: draw(value) for name in ("tst", "acc", "vel", "batt", "bs", "at")}
        place = {"lat": draw(_PLACES), "lon": draw(_PLACES)}
        return passed, of, Friend(presence="live", **fields, **place)
    if kind == "robot":
        fields = {name: draw(value) for name in ("batt", "angle", "rtt", "heard", "at")}
        return passed, ROBOT, ProBot(presence="live", **fields)
    if kind == "broker":
        state = draw(st.sampled_from(["connected", "lost", "connecting", "odd"]))
        link = Link(state=state, since=draw(value), mute=draw(st.booleans()))
        return passed, BROKER, Broker(link=link, trip=draw(value))
    if kind == "client":
        client = Client(
            broker="main", client="x", state="connected", at=draw(value), connects=draw(value)
        )
        return passed, "client/main/x", client
    if kind == "stay":
        visit = Visit(region=HOME, thing=of, since=draw(value), by="server")
        return passed, f"stay/{of}/{HOME}", draw(st.sampled_from([visit, None]))
    if kind == "topic":
        return passed, None, draw(st.binary(max_size=40) | st.sampled_from([b'{"x":2}', b"7"]))
    crossed = Transition(
        n=1, at=NOW, tst=draw(value), thing=of, region=HOME, name="Home",
        event=draw(st.sampled_from(["enter", "leave"])), by="phone",
        agrees=draw(st.sampled_from([None, True, False])),
    )  # fmt: skip
    return passed, f"crossing/1/{of}/{HOME}", crossed


def engine_of_all() -> RuleEngine:
    engine = RuleEngine(CALENDAR, Around())
    for n, each in enumerate(ALL):
        engine.put(f"rule/jane/{n}", each, NOW)
    return engine


@settings(max_examples=150)
@given(story=st.lists(changes(), max_size=25))
def test_whatever_comes_nothing_is_raised_and_what_is_kept_can_be_read(story):
    engine, at, before = engine_of_all(), NOW, {}
    for passed, key, what in story:
        at += passed
        if key is None:
            engine.number(at, "main", "a/b", what)
        else:
            engine.observe(at, key, before.get(key), what)
            before[key] = what
        engine.tick(at)
        assert engine.due > at
    kept = msgspec.json.encode(engine.state())
    again = engine_of_all()
    again.restore(msgspec.json.decode(kept, type=EngineState), at)
    again.tick(at + 100_000)


rules = st.builds(
    Rule,
    about=st.sampled_from([(), ("friend",), (JANE, "probot", BROKER), ("x", "")]),
    condition=st.builds(
        Condition, type=st.sampled_from(sorted(TAKES)), region=st.none() | st.just(HOME),
        other=st.none() | st.just(BOB), by=st.sampled_from([None, "08:30", "99:99"]),
        seconds=st.none() | st.floats(), metres=st.none() | st.floats(),
        above=st.none() | st.floats(), below=st.none() | st.floats(),
        times=st.none() | st.integers(-5, 5), margin=st.none() | st.floats(),
        topic=st.sampled_from([None, "", "a/b", "#/#"]), field=st.sampled_from([None, "..", "x"]),
    ),
    hours=st.builds(
        Hours, days=st.none() | st.just(()), begin=st.sampled_from([None, "x", "08:00"]),
        holidays=st.sampled_from(["also", "not", "only"]), country=st.sampled_from([None, "XX"]),
        zone=st.sampled_from([None, "Mars", "UTC"]),
    ),
    tell=st.tuples(st.builds(Recipient, account=st.just("j"), after=st.floats())),
    every=st.floats(), again=st.none() | st.floats(),
    version=st.just(1), by=st.just(""), at=st.just(0.0),
)  # fmt: skip


@settings(max_examples=150)
@given(rule=rules, story=st.lists(changes(), max_size=10))
def test_whatever_a_rule_says_nothing_is_raised_and_time_goes_on(rule, story):
    engine, at = RuleEngine(CALENDAR, Around()), NOW
    engine.put("rule/jane/x", rule, at)
    for passed, key, what in story:
        at += passed
        if key is None:
            engine.number(at, "main", "a/b", what)
        else:
            engine.observe(at, key, None, what)
        engine.tick(at)
    assert len(engine.tick(at + 1000)) < 1000
    assert msgspec.json.encode(engine.state())


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.condition.type)
def test_what_no_rule_looks_at_is_one_look(each):
    engine = RuleEngine(CALENDAR, Around())
    engine.put("rule/jane/1", each, NOW)
    key = "friend/zoe/phone" if not any(w == "friend" for w in each.about) else "face/zoe/phone"
    friend = Friend(presence="live", lat=1.0, lon=2.0, tst=NOW, at=NOW)
    assert engine.observe(NOW, key, None, friend) == ()
    assert all(not looks for looks in engine._book.looks.values())
