"""Decoding is in the captures; here are the folds, and what captures cannot say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kinds.scene import NOW, arrival, read, refused, world
from sightline.kinds import broker
from sightline.kinds.broker import LinkUpdate
from sightline.kinds.broker.model import Broker
from sightline.kinds.broker.updates import MOST_FIGURES
from sightline.model.kind import Arrival, State
from sightline.model.link import Link

CONNECTED = Link(state="connected", since=NOW, address="127.0.0.1:1883", protocol="3.1.1")
LOST = Link(state="lost", since=NOW + 9, why="connection refused", next=NOW + 10, tries=2)


def figure(name: str, text: str, at: float = NOW, source: str = "main") -> Arrival:
    return arrival(f"$SYS/broker/{name}", text, retain=True, qos=0, at=at, source=source)


def main(*arrivals: Arrival) -> State:
    return world(*arrivals)["broker/main"]


def test_the_kind_says_where_brokers_are_heard() -> None:
    kind = broker.KIND
    assert kind.filters == (("$SYS/broker/#", 0),)
    assert kind.roots == {"$SYS"}
    assert {each.name for each in kind.things} == {"broker", "client", "log"}
    assert kind.timeouts == {}


def test_figures_come_together_in_one_thing_for_each_broker() -> None:
    things = world(
        figure("version", "mosquitto version 2.0.11"),
        figure("uptime", "10 seconds", NOW + 1),
        figure("clients/connected", "3", NOW + 2),
        figure("clients/total", "4", NOW + 3),
        figure("clients/total", "9", NOW, source="attic"),
    )
    assert things == {
        "broker/main": Broker(
            version="mosquitto version 2.0.11",
            uptime=10,
            sys={"clients/connected": 3, "clients/total": 4},
            sys_at=NOW + 3,
        ),
        "broker/attic": Broker(sys={"clients/total": 9}, sys_at=NOW),
    }


def test_a_figure_said_again_is_no_change() -> None:
    said = [figure("version", "m"), figure("uptime", "10 seconds"), figure("clients/total", "3")]
    before = main(*said)
    for again in said:
        (reading,) = read(again)
        assert reading.onto(before) is before
        assert (reading.heard, reading.dropped) == (None, 0)


def test_a_new_figure_leaves_the_state_before_as_it_was() -> None:
    before = main(figure("clients/total", "3"))
    (reading,) = read(figure("clients/total", "4"))
    assert reading.onto(before) != before
    assert before == main(figure("clients/total", "3"))


def test_figures_are_bounded() -> None:
    full = main(*(figure(f"clients/{n}", "1") for n in range(MOST_FIGURES)))
    (one_more,) = read(figure("clients/more", "1"))
    assert one_more.onto(full) is full
    (known,) = read(figure("clients/0", "2"))
    assert known.onto(full) != full


def test_the_link_is_part_of_the_broker() -> None:
    reading = LinkUpdate("main", CONNECTED)
    assert reading.thing == "broker/main"
    assert reading.heard is None
    linked = reading.onto(None)
    assert linked == Broker(link=CONNECTED)
    assert reading.onto(linked) is linked


def test_the_figures_of_a_lost_broker_stay() -> None:
    before = main(figure("clients/total", "3"))
    assert LinkUpdate("main", LOST).onto(before) == Broker(
        link=LOST, sys={"clients/total": 3}, sys_at=NOW
    )


@given(st.text().map("$SYS/broker/".__add__) | st.text() | st.binary(), st.binary())
def test_anything_is_read_or_refused_in_one_way(topic: str | bytes, payload: bytes) -> None:
    counter = refused(arrival(topic, payload), broker.KIND)
    assert counter is None or counter.isidentifier()
