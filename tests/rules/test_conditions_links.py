"""Which brokers we hear, and how long what they kept for us is waited for."""

from __future__ import annotations

from typing import Any

from rules.scene import NOW
from sightline.kinds.broker.model import Broker
from sightline.model.link import Link
from sightline.rules.conditions.base import SETTLE
from sightline.rules.conditions.links import LONGEST_WAIT, LostLinks


def broker(state: Any, **more: Any) -> Broker:
    return Broker(link=Link(state=state, since=NOW, **more))


def test_nothing_is_waited_for_where_no_connection_was_lost():
    links = LostLinks()
    links.look("main", NOW, broker("connected"))
    links.look("main", NOW, None)
    assert links.settled(NOW) < NOW
    assert not links.deaf("main")
    assert links.since("main") == -1


def test_after_a_connection_is_back_it_settles_and_while_it_is_lost_there_is_an_end():
    links = LostLinks()
    links.look("main", NOW, broker("lost"))
    links.look("other", NOW, broker("connected", mute=True))
    assert links.deaf("main")
    assert links.deaf("other")
    assert links.settled(NOW + 10) == NOW + 10 + LONGEST_WAIT
    links.look("main", NOW + 100, broker("connected"))
    assert links.settled(NOW + 10) == NOW + 10 + LONGEST_WAIT  # the other is deaf still
    links.look("other", NOW + 200, broker("connected"))
    assert links.settled(NOW + 10) == NOW + 200 + SETTLE
    # One that comes and goes holds nobody up for longer than the patience.
    links.look("main", NOW + 890, broker("lost"))
    links.look("main", NOW + 900, broker("connected"))
    assert links.settled(NOW + 10) == NOW + 10 + LONGEST_WAIT


def test_after_a_start_it_is_waited_from_when_we_hear_anything():
    links = LostLinks()
    links.started(NOW)
    assert links.settled(NOW - 3600) == NOW + SETTLE
    assert links.since("main") == NOW
    links.look("main", NOW + 1, broker("lost"))
    assert links.settled(NOW - 3600) == NOW + LONGEST_WAIT
