from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend, Portrait
from sightline.kinds.probots.model import ProBot
from sightline.live import protocol
from sightline.live.ingest import Quarantined
from sightline.live.protocol import Malformed, Request, Resume
from sightline.model.server import Server
from states import spot

GOLDEN = Path(__file__).parent.parent / "wire"
STATES = {
    "friend": Friend,
    "face": Portrait,
    "probot": ProBot,
    "broker": Broker,
    "server": Server,
    "quarantine": Quarantined,
}


def golden(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text())["frame"]


def names(pattern: str) -> list[str]:
    return sorted(path.stem for path in GOLDEN.glob(f"{pattern}.json"))


@pytest.mark.parametrize("name", names("browser-*"))
def test_what_the_page_says_is_understood(name):
    said = protocol.parse(json.dumps(golden(name)).encode())
    if "resume" in name:
        assert said == Resume(golden(name)["epoch"], golden(name)["seq"])
    else:
        assert said == Request(golden(name)["id"], golden(name)["do"], {})


@pytest.mark.parametrize("name", names("server-news*"))
def test_the_news_the_page_knows_are_the_news_we_send(name):
    frame = golden(name)
    things = []
    for thing in frame["things"]:
        state = dict(thing)
        key, seq = f"{state.pop('k')}/{state.pop('id')}", state.pop("s")
        gone = state.pop("gone", False)
        known = STATES[thing["k"]]
        assert set(state) <= set(known.__struct_fields__)
        things.append(protocol.thing(key, seq, None if gone else msgspec.convert(state, known)))
    ours = protocol.news(
        things,
        frame["seq"],
        whole=frame.get("whole", False),
        more=frame.get("more", False),
        missed=frame.get("missed"),
    )
    assert json.loads(ours) == frame


def test_the_other_frames_the_page_knows_are_those_we_send():
    hello, beat = golden("server-hello"), golden("server-beat")
    yes, no = golden("server-answer-ok"), golden("server-answer-refused")
    ours = protocol.hello(
        epoch=hello["epoch"],
        server=hello["server"],
        user=hello["user"],
        now=hello["now"] / 1000,
        beat=hello["beat"] / 1000,
        message=hello["limits"]["message"],
    )
    assert json.loads(ours) == hello
    assert json.loads(protocol.beat(beat["now"] / 1000, beat["seq"])) == beat
    assert json.loads(protocol.answer(yes["id"], now=yes["now"])) == yes
    assert json.loads(protocol.refusal(no["id"], no["code"], no["why"])) == no


def test_a_thing_carries_its_kind_id_and_number():
    assert json.loads(protocol.thing("friend/jane/phone", 7, spot(3))) == {
        "k": "friend",
        "id": "jane/phone",
        "s": 7,
        "presence": "live",
        "value": 3,
    }


def test_a_thing_that_is_gone_says_so():
    assert json.loads(protocol.thing("friend/jane/phone", 7, None)) == {
        "k": "friend",
        "id": "jane/phone",
        "s": 7,
        "gone": True,
    }


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_id_may_be_any_text(name):
    assert json.loads(protocol.thing(f"friend/{name}", 7, None))["id"] == name


def test_news_say_only_what_applies():
    assert json.loads(protocol.news([], 3)) == {"t": "news", "seq": 3, "things": []}
    assert json.loads(protocol.news([b"{}"], 3, whole=True, more=True, missed={"event": 2})) == {
        "t": "news",
        "seq": 3,
        "whole": True,
        "more": True,
        "missed": {"event": 2},
        "things": [{}],
    }


def test_fields_nobody_knows_are_ignored():
    assert protocol.parse(b'{"t":"resume","epoch":"e","seq":3,"colour":"red"}') == Resume("e", 3)


def test_a_request_keeps_the_fields_of_its_verb():
    assert protocol.parse(b'{"id":7,"do":"drive","thing":"probot/ProBot1","up":0.5}') == Request(
        7, "drive", {"thing": "probot/ProBot1", "up": 0.5}
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b'{"t":"resume","seq":-1}',
        b'{"t":"resume","seq":"1"}',
        b'{"t":"resume","epoch":1}',
        b'{"do":"ping"}',
        b'{"id":1}',
        b'{"id":true,"do":"ping"}',
        b'{"id":-1,"do":"ping"}',
        b'{"id":1e999,"do":"ping"}',
        b'{"id":1,"do":""}',
        b'{"id":1,"do":7}',
        b'{"id":1,"do":"' + b"x" * 33 + b'"}',
        b"[" * 5000,
        b'{"a":' * 5000,
    ],
)
def test_anything_else_is_malformed(text):
    with pytest.raises(Malformed):
        protocol.parse(text)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_malformed(text):
    try:
        protocol.parse(text)
    except Malformed:
        pass
