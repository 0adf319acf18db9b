"""Our own words are known again; others' are not taken for ours."""

from __future__ import annotations

from sightline.driving.deadman import SILENCE, DeadMan
from sightline.driving.echoes import LOST, EchoTracker


def test_our_word_comes_back_once_and_tells_how_long_it_took():
    echoes = EchoTracker()
    echoes.sent("keys/ProBot1", b"a", 10.0)
    assert echoes.match("keys/ProBot1", b"a", 10.5) == 0.5
    assert echoes.match("keys/ProBot1", b"a", 10.6) is None


def test_what_we_did_not_say_on_this_topic_is_foreign():
    echoes = EchoTracker()
    echoes.sent("keys/ProBot1", b"a", 10.0)
    assert echoes.match("keys/ProBot2", b"a", 10.1) is None
    assert echoes.match("keys/ProBot1", b"b", 10.1) is None


def test_what_went_the_same_way_before_is_waited_for_no_more():
    echoes = EchoTracker()
    echoes.sent("t", b"lost", 10.0, "line")
    echoes.sent("t", b"elsewhere", 10.0, "bridge")
    echoes.sent("t", b"b", 11.0, "line")
    assert echoes.match("t", b"b", 11.1) is not None
    assert echoes.match("t", b"lost", 11.2) is None
    assert echoes.match("t", b"elsewhere", 11.2) is not None


def test_what_was_not_sent_after_all_is_not_overdue():
    echoes = EchoTracker()
    echoes.sent("t", b"a", 10.0).void = True
    assert echoes.overdue("t", 20.0) == 0.0
    echoes.sent("t", b"b", 10.0)
    assert echoes.overdue("t", 12.0) == 2.0
    echoes.forget()
    assert echoes.overdue("t", 12.0) == 0.0


def test_what_is_lost_is_waited_for_no_more_but_still_known():
    echoes = EchoTracker()
    echoes.sent("t", b"a", 10.0)
    assert echoes.overdue("t", 10 + LOST + 1) == 0.0
    assert echoes.match("t", b"a", 20.0) == 10.0


def test_a_robot_told_to_move_and_nothing_more_is_due():
    deadman = DeadMan(lambda said: said == b"stop")
    deadman.note("keys/ProBot1", b"go", 0.0)
    assert deadman.due(SILENCE - 0.01) == []
    deadman.note("keys/ProBot1", b"go", 0.4)
    assert deadman.due(SILENCE) == []
    assert deadman.due(0.4 + SILENCE) == ["keys/ProBot1"]


def test_the_stop_is_said_until_it_is_heard():
    deadman = DeadMan(lambda said: said == b"stop")
    deadman.note("keys/ProBot1", b"go", 0.0)
    assert deadman.due(1.0) == ["keys/ProBot1"]
    assert deadman.due(1.01) == []
    assert deadman.due(1.06) == ["keys/ProBot1"]
    deadman.note("keys/ProBot1", b"stop", 1.07)
    assert deadman.due(9.0) == []


def test_the_outer_dead_man_forgets_nobody_but_takes_no_more_than_it_can():
    deadman = DeadMan(lambda said: False, most=2)
    for number in range(5):
        deadman.note(f"keys/ProBot{number}", b"go", 0.0)
    assert deadman.due(1.0) == ["keys/ProBot0", "keys/ProBot1"]
