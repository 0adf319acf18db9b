"""Faults: how they are asked for, when they hold, what they do to messages."""

from __future__ import annotations

import math

import pytest

from sightline.cli.simulate.actor import Message
from sightline.cli.simulate.faults import BadFault, Fault, Mangler, active, parse

FRIENDS, ROBOTS = ["amara", "mei"], ["ProBot1", "ProBot2"]


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("cut:ProBot2@30+20", Fault("cut", "ProBot2", 30, 50)),
        ("freeze:probot1@10", Fault("freeze", "ProBot1", 10, math.inf)),
        ("late:Amara", Fault("late", "amara", 0, math.inf)),
        ("repeat:mei+5", Fault("repeat", "mei", 0, 5)),
        ("future:mei@1.5+0.5", Fault("future", "mei", 1.5, 2)),
    ],
)
def test_a_fault_is_asked_for_by_kind_name_start_and_duration(spec, fault):
    assert parse(spec, FRIENDS, ROBOTS) == fault


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("cut", "must look like FAULT:NAME[@START][+SECONDS], such as cut:ProBot2@30+20"),
        (
            "break:mei",
            "no fault 'break'; there are cut, freeze, slow, late, future, garbage, repeat",
        ),
        ("cut:ProBot9", "nobody called 'ProBot9' can; there are amara, mei, ProBot1, ProBot2"),
        ("freeze:mei", "nobody called 'mei' can; there are ProBot1, ProBot2"),
        ("late:ProBot1", "nobody called 'ProBot1' can; there are amara, mei"),
        ("cut:mei@soon", "the start must be seconds such as 30 (is 'soon')"),
        ("cut:mei@-1", "the start must be seconds such as 30 (is '-1')"),
        ("cut:mei@1+inf", "the duration must be seconds such as 30 (is 'inf')"),
        ("cut:mei@1+", "the duration must be seconds such as 30 (is '')"),
    ],
)
def test_a_wrong_fault_is_refused_with_what_is_allowed(spec, message):
    with pytest.raises(BadFault) as caught:
        parse(spec, FRIENDS, ROBOTS)
    assert str(caught.value) == f"fault {spec!r}: {message}"


def test_where_nobody_is_nobody_can_have_a_fault():
    with pytest.raises(BadFault, match="there are nobody"):
        parse("freeze:mei", FRIENDS, [])


def test_a_fault_holds_from_its_start_until_its_end():
    faults = [Fault("cut", "mei", 10, 20), Fault("late", "mei", 15), Fault("cut", "amara")]
    assert active(faults, "mei", 9.9) == set()
    assert active(faults, "mei", 10) == {"cut"}
    assert active(faults, "mei", 15) == {"cut", "late"}
    assert active(faults, "mei", 20) == {"late"}


MESSAGE = Message("t", b"p", 1, True)


def test_messages_go_out_as_they_are_when_all_is_well():
    assert Mangler().out([MESSAGE], frozenset({"late"})) == [MESSAGE]


def test_repeated_messages_come_three_times():
    assert Mangler().out([MESSAGE], frozenset({"repeat"})) == [MESSAGE] * 3


def test_garbage_keeps_the_topic_and_is_never_retained():
    mangler = Mangler()
    out = [m for _ in range(30) for m in mangler.out([MESSAGE], frozenset({"garbage"}))]
    assert {(m.topic, m.retain) for m in out} == {("t", False)}
    assert len({m.payload for m in out}) > 8
