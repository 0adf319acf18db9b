"""Rules as text over HTTP: nobody makes or learns by text what they may not by hand."""

from __future__ import annotations

from typing import Any

import pytest_twisted
from msgspec import convert

from sightline.rules.requests import RuleFields

JANE, BOB = "friend/jane/phone", "friend/bob/phone"
SILENT: dict[str, Any] = {
    "about": ["friend/jane"],
    "condition": {"type": "silent", "seconds": 3600},
    "tell": [{"account": "eve"}],
    "every": 600,
}
LINE = "when friend/jane is silent for 1 h tell eve, at most once in 10 min"


async def home_of(open_web: Any) -> Any:
    home = await open_web()
    for thing in (JANE, BOB):
        home.shows(thing)
    return home


@pytest_twisted.ensureDeferred
async def test_a_rule_is_written_and_read_back(open_web):
    home = await home_of(open_web)
    eve = await home.knows("eve", see=("friend/jane",))
    said = (await home.asks("POST", "/rules/text", SILENT, cookie=eve)).said
    assert said["text"] == LINE
    said = (await home.asks("POST", "/rules/read", {"text": LINE, "one": True}, cookie=eve)).said
    (change,) = said["changes"]
    assert convert(change["rule"], RuleFields) == convert(SILENT, RuleFields)
    assert (change["change"], change["trouble"], said["errors"]) == ("new", [], [])


@pytest_twisted.ensureDeferred
async def test_what_is_no_rule_is_said_with_its_line(open_web):
    home = await home_of(open_web)
    eve = await home.knows("eve", see=("friend/jane",))
    text = f"{LINE}\nwhen friend/jane sings tell eve\n"
    said = (await home.asks("POST", "/rules/read", {"text": text}, cookie=eve)).said
    (error,) = said["errors"]
    assert (error["line"], error["column"]) == (2, 18)
    assert error["at"] == len(LINE) + 1 + 17
    assert error["expected"].startswith("what happens")
    assert len(said["changes"]) == 1
    long = {"text": "x" * 50_001}
    assert (await home.asks("POST", "/rules/read", long, cookie=eve)).code == "malformed"


@pytest_twisted.ensureDeferred
async def test_what_is_hidden_and_what_is_not_there_read_the_same(open_web):
    home = await home_of(open_web)
    eve = await home.knows("eve", see=("friend/jane",))

    async def troubles(about: str) -> list[Any]:
        asked = {"text": f"when {about} is silent for 1 h tell eve"}
        (change,) = (await home.asks("POST", "/rules/read", asked, cookie=eve)).said["changes"]
        return [{**each, "words": each["words"].replace(about, "…")} for each in change["trouble"]]

    assert await troubles(BOB) == await troubles("friend/no/body") != []
    assert await troubles(JANE) == []


@pytest_twisted.ensureDeferred
async def test_all_of_ones_own_are_one_text_that_changes_nothing(open_web):
    home = await home_of(open_web)
    eve = await home.knows("eve", see=("friend/jane",))
    root = await home.knows("root", "admin")
    asked = {"text": f"{LINE}\n{LINE}, urgent"}
    changes = (await home.asks("POST", "/rules/read", asked, cookie=eve)).said["changes"]
    browser = await home.browser(eve)
    answer = await browser.asks("rules", rules=[each["rule"] for each in changes])
    assert answer["ok"], answer
    assert [each.split("/")[:2] for each in answer["things"]] == [["rule", "eve"]] * 2
    said = (await home.asks("GET", "/rules/text", cookie=eve)).said
    assert said["count"] == 2
    looked = (await home.asks("POST", "/rules/read", {"text": said["text"]}, cookie=eve)).said
    assert [each["change"] for each in looked["changes"]] == ["same", "same"]
    assert (looked["left_out"], looked["errors"]) == (0, [])
    assert {each["thing"] for each in looked["changes"]} == set(answer["things"])
    one = said["text"].split("\n")[1].replace("1 h", "2 h")
    looked = (await home.asks("POST", "/rules/read", {"text": one}, cookie=eve)).said
    assert [(each["change"], each["version"]) for each in looked["changes"]] == [("changed", 1)]
    assert looked["left_out"] == 1
    # What an admin is given is of their own rules.
    assert (await home.asks("GET", "/rules/text", cookie=root)).said["count"] == 0
