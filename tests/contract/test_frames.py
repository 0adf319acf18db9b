"""What is put together by hand for the wire is what is declared, and so are the golden frames."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from sightline.console.contract import HeardFrame, SubscriptionFrame
from sightline.contract.frames import AnswerFrame, BeatFrame, EndedFrame, HelloFrame, NewsFrame
from sightline.live import protocol

GOLDEN = Path(__file__).parent.parent / "wire"
DECLARED = (
    AnswerFrame | BeatFrame | EndedFrame | HelloFrame | NewsFrame | HeardFrame | SubscriptionFrame
)
FRAMES = {
    path.stem: json.loads(path.read_text())["frame"]
    for path in sorted([*GOLDEN.glob("server-*.json"), *GOLDEN.glob("console-*.json")])
}


@pytest.mark.parametrize("name", [name for name in FRAMES if name != "console-topics"])
def test_a_golden_frame_is_as_declared_and_holds_nothing_else(name):
    frame = FRAMES[name]
    read = msgspec.convert(frame, DECLARED)
    open_ended = isinstance(read, AnswerFrame)  # whose fields depend on what was asked
    assert open_ended or set(frame) <= {"t", *read.__struct_fields__}


def test_news_put_together_by_hand_are_as_declared():
    things = [protocol.thing("friend/jane/phone", 7, None)]
    sent = protocol.news(things, 7, whole=True, more=True, missed={"alarm": 2})
    read = msgspec.json.decode(sent, type=NewsFrame)
    assert (read.seq, read.whole, read.more, read.missed) == (7, True, True, {"alarm": 2})
    assert (read.things[0].k, read.things[0].id, read.things[0].s) == ("friend", "jane/phone", 7)
    assert read.things[0].gone


def test_what_the_console_heard_is_as_declared():
    body = protocol.console_message(
        {"topic": "a/b", "payload": "warm", "qos": 1, "retain": False, "at": 1.5}
    )
    read = msgspec.json.decode(protocol.console_frame("s1", body, 3), type=HeardFrame)
    assert read == HeardFrame(
        sub="s1", dropped=3, topic="a/b", payload="warm", qos=1, retain=False, at=1.5
    )


def test_a_declared_frame_says_its_name_first_and_leaves_out_what_is_not_there():
    sent = protocol.frame(SubscriptionFrame(sub="s1", state="active"))
    assert sent == b'{"t":"sub","sub":"s1","state":"active"}'
