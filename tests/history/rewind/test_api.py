"""The past of topics over real HTTP: who may ask, what is told, what the audit log keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

from rewind_scene import DAY, NOON, ArchiveFiles, said
from sightline.contract.errors import Refused
from sightline.history.rewind.api import LookLog
from web_scene import GOOD

SPAN = f"from={NOON}&to={NOON + 2 * DAY}"


def house(folder: Path) -> None:
    files = ArchiveFiles(folder / "archive")
    files.add(said("h/temp", json.dumps({"t": n % 50}), n) for n in range(2000))
    files.compress()
    files.add([said("h/lamp", "on", DAY), said("$SYS/broker/log/N", "secret", DAY)])


async def opened(open_web: Any) -> tuple[Any, str]:
    home = await open_web()
    house(home.parts.start.state)
    return home, await home.knows("root", "admin", password=GOOD)


@pytest_twisted.ensureDeferred
async def test_the_past_of_topics_is_told_to_whom_raw_messages_are_shown(open_web):
    home, root = await opened(open_web)

    async def asks(path: str) -> dict[str, Any]:
        answer = await home.asks("GET", f"/topics/{path}", cookie=root)
        assert answer.status == 200, answer.data
        return answer.said

    recorded = await asks("recorded")
    assert (recorded["begins"], recorded["messages"]) == (NOON, 2002)
    assert recorded["topics"] == ["#"]
    assert recorded["enabled"] is True
    tree = await asks(f"tree?at={NOON + 10}&below=h/&compare=true")
    (temp,) = tree["children"]
    assert (temp["name"], temp["count"], temp["last"]) == ("temp", 11, '{"t": 10}')
    value = await asks(f"value?at={NOON + 10}&topic=h/temp")
    assert value["value"]["payload"] == '{"t": 10}'
    assert value["fields"] == ["t"]
    assert value["differs"] is True
    assert value["now"]["payload"] == '{"t": 49}'
    difference = await asks(f"difference?at={NOON + DAY - 1}&below=h/")
    assert [each["topic"] for each in difference["topics"]] == ["h/lamp"]
    found = await asks(f"messages?{SPAN}&text=on&filter=h/%23")
    assert [each["payload"] for each in found["messages"]] == ["on"]
    assert found["complete"]
    curve = await asks(f"curve?{SPAN}&topic=h/temp&field=t&step=100")
    assert curve["numbers"] == 2000
    assert set(curve["high"]) == {49.0}


@pytest_twisted.ensureDeferred
async def test_a_download_is_the_lines_of_the_archive(open_web):
    home, root = await opened(open_web)
    answer = await home.asks("GET", f"/topics/download?{SPAN}&filter=h/%2B", cookie=root)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert "2026-11-21-2026-11-23.jsonl" in answer.headers["content-disposition"]
    lines = [json.loads(line) for line in answer.data.splitlines()]
    assert [line["at"] for line in lines] == [*(NOON + n for n in range(2000)), NOON + DAY]


@pytest_twisted.ensureDeferred
async def test_nobody_else_is_told_anything_and_both_is_in_the_audit_log(open_web):
    home, root = await opened(open_web)
    viewer = await home.knows("eve", "viewer", see=("*",))
    for path in (f"value?at={NOON}&topic=h/temp", "recorded", f"download?{SPAN}"):
        answer = await home.asks("GET", f"/topics/{path}", cookie=viewer)
        assert (answer.status, answer.code) == (403, "forbidden")
    operator = await home.knows("ole", "operator", see=("*",))
    for topic in ("h/temp", "h/temp"):
        path = f"/topics/value?at={NOON + 5}&topic={topic}"
        assert (await home.asks("GET", path, cookie=operator)).status == 200
    log = (await home.asks("GET", "/audit", cookie=root)).said["records"]
    looks = [each for each in log if each["what"] == "rewind"]
    assert {each["who"] for each in looks} == {"eve", "ole"}
    assert all(each["result"] == "forbidden" for each in looks if each["who"] == "eve")
    (ours,) = [each for each in looks if each["who"] == "ole"]
    assert ours["thing"] == "broker/main h/temp"
    assert ours["more"] == "value at 2026-11-21T12:00:05Z"


@pytest_twisted.ensureDeferred
async def test_what_makes_no_sense_is_refused_in_words(open_web):
    home, root = await opened(open_web)
    for path, code in (
        ("tree", "malformed"),
        (f"tree?at={NOON}&below=h", "malformed"),
        (f"value?at={NOON}&topic=h/%23", "malformed"),
        (f"messages?{SPAN}&after=nonsense", "malformed"),
        (f"tree?at={NOON}&broker=nowhere", "unknown"),
        (f"curve?{SPAN}&topic=a&step=0", "malformed"),
    ):
        answer = await home.asks("GET", f"/topics/{path}", cookie=root)
        assert answer.code == code, (path, answer.data)


def test_the_same_look_within_a_minute_is_noted_once_and_a_flood_is_refused():
    now, noted = [0.0], []
    log = LookLog(noted.append, lambda: now[0])
    for second in range(90):
        now[0] = second
        log.look("jane", "::1", "broker/main h/", f"tree at {second}")
    assert [event.more for event in noted] == ["tree at 0", "tree at 60"]
    for _ in range(1000):
        log.refusal("mallory", "::1", "forbidden")
    for n in range(200):
        log.look("eve", "::1", f"broker/main t{n}", "value at 1")
    for n in range(200, 1000):
        with pytest.raises(Refused, match="Too many looks"):
            log.look("eve", "::1", f"broker/main t{n}", "value at 1")
    assert len([event for event in noted if event.who == "eve"]) == 200
    assert len([event for event in noted if event.who == "mallory"]) == 30


def test_downloads_of_two_spans_are_two_looks():
    noted: list[Any] = []
    log = LookLog(noted.append, lambda: 0.0)
    for span in ("12:00 to 12:01", "12:00 to 12:01", "1.11. to 30.11."):
        log.look("jane", "::1", "broker/main #", f"download {span}")
    assert [event.more for event in noted] == [
        "download 12:00 to 12:01",
        "download 1.11. to 30.11.",
    ]
