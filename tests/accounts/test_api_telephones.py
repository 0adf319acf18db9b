"""Telephone numbers over HTTP: who may set them, and who is shown whose."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest_twisted

NUMBER = "+49 170 1234567"
JANE = "friend/jane/phone"


async def numbers(home: Any, cookie: str) -> list[tuple[str, str, list[str]]]:
    said = (await home.asks("GET", "/telephones", cookie=cookie)).said
    return [(each["account"], each["telephone"], each["things"]) for each in said["telephones"]]


@pytest_twisted.ensureDeferred
async def test_who_may_see_somebody_is_shown_their_number_and_nobody_else(open_web):
    home = await open_web()
    home.shows(JANE)
    jane = await home.knows("jane", own=("friend/jane",))
    ann = await home.knows("ann", see=(JANE,))
    eve = await home.knows("eve", see=("friend/bob", "probot"))
    root = await home.knows("root", "admin")
    said = await home.asks("PUT", "/me/telephone", {"telephone": "+49-170 1234567"}, cookie=jane)
    assert said.status == 200
    assert (await home.asks("GET", "/telephones", cookie=jane)).said["own"] == NUMBER
    found = [("jane", NUMBER, ["friend/jane"])]
    assert await numbers(home, ann) == found
    assert await numbers(home, root) == found
    assert await numbers(home, eve) == await numbers(home, jane) == []
    link = await home.link(jane, JANE)
    token = await home.token("ann", "see")
    visitor = (await home.asks("POST", "/link", {"token": link})).cookie
    answers = [
        await home.asks("GET", path, **way)
        for path in ("/telephones",)
        for way in ({"cookie": visitor}, {"token": token}, {})
    ]
    assert {each.status for each in answers} <= {401, 403}
    assert not any(b"1234567" in each.data for each in answers)
    # Rights that are taken away take the number with them.
    await home.knows("ann")
    assert await numbers(home, ann) == []


@pytest_twisted.ensureDeferred
async def test_an_admin_sets_and_removes_it_and_the_log_does_not_say_which(open_web):
    home = await open_web()
    await home.knows("jane", own=("friend/jane",))
    root, path = await home.knows("root", "admin"), "/users/jane/telephone"
    assert (await home.asks("PUT", path, {"telephone": NUMBER}, cookie=root)).status == 200
    user = (await home.asks("GET", "/users/jane", cookie=root)).said["user"]
    assert user["telephone"] == NUMBER
    for wrong in ("0170 1234567", "help", "+49"):
        answer = await home.asks("PUT", path, {"telephone": wrong}, cookie=root)
        assert (answer.status, answer.code) == (400, "malformed")
        assert "begins with +" in answer.said["why"]
    nobody = await home.asks("PUT", "/users/nobody/telephone", {"telephone": NUMBER}, cookie=root)
    assert nobody.status == 404
    assert (await home.asks("PUT", path, {"telephone": " "}, cookie=root)).status == 200
    user = (await home.asks("GET", "/users/jane", cookie=root)).said["user"]
    assert user["telephone"] == ""
    log = await home.asks("GET", "/audit?thing=account/jane", cookie=root)
    assert [each["what"] for each in log.said["records"]] == ["remove telephone", "set telephone"]
    assert b"1234567" not in log.data


@pytest_twisted.ensureDeferred
async def test_it_is_exported_and_erased_with_the_person(open_web):
    home = await open_web()
    home.shows(JANE)
    jane = await home.knows("jane", own=("friend/jane",))
    await home.asks("PUT", "/me/telephone", {"telephone": NUMBER}, cookie=jane)
    data = (await home.asks("GET", "/friends/jane/phone/export", cookie=jane)).data
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert json.loads(made.read("kept.json"))["telephones"] == {"jane": NUMBER}
    answer = await home.asks(
        "POST", "/friends/jane/phone/erase", {"confirm": "jane/phone"}, cookie=jane
    )
    assert answer.status == 200, answer.data
    assert (await home.asks("GET", "/telephones", cookie=jane)).said["own"] == ""
