"""Guessing names and passwords: what it costs, and that it tells nothing.

Covers accounts/api_account.py, accounts/entrance.py.
"""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from sightline.accounts.passwords import COMMON, Cost, Passwords, weakness
from web_scene import CHEAP, GOOD


def wrong(name: str = "jane") -> dict[str, str]:
    return {"name": name, "password": "wrong-wrong-1"}


@pytest.mark.parametrize("name", ["jane", "nobody"])
@pytest_twisted.ensureDeferred
async def test_guessing_takes_longer_and_longer_for_any_name(open_web, name):
    home = await open_web()
    await home.knows("jane", password=GOOD)
    for _ in range(4):
        assert (await home.asks("POST", "/session", wrong(name))).status == 401
    for wait in (1, 2, 4, 8):
        late = await home.asks("POST", "/session", wrong(name))
        assert (late.status, late.code, late.said["wait"]) == (429, "wait", wait)
        assert late.headers["retry-after"] == str(wait)
        home.clock.advance(wait)
        assert (await home.asks("POST", "/session", wrong(name))).status == 401
    right = {"name": name, "password": GOOD}
    assert (await home.asks("POST", "/session", right)).status == 429
    home.clock.advance(16)
    assert (await home.asks("POST", "/session", right)).status == (200 if name == "jane" else 401)


@pytest_twisted.ensureDeferred
async def test_a_stranger_cannot_lock_somebody_out_elsewhere(open_web):
    home = await open_web(proxies=("127.0.0.1",))
    await home.knows("jane", password=GOOD)
    for _ in range(6):
        await home.asks("POST", "/session", wrong(), x_forwarded_for="6.6.6.6")
    right = {"name": "jane", "password": GOOD}
    there = await home.asks("POST", "/session", right, x_forwarded_for="6.6.6.6")
    here = await home.asks("POST", "/session", right, x_forwarded_for="7.7.7.7")
    assert (there.status, here.status) == (429, 200)


@pytest_twisted.ensureDeferred
async def test_one_address_cannot_try_many_names(open_web):
    home = await open_web()
    said = [await home.asks("POST", "/session", wrong(f"name{n}")) for n in range(32)]
    assert [answer.status for answer in said] == [401] * 30 + [429] * 2


@pytest_twisted.ensureDeferred
async def test_an_unknown_name_costs_the_same_hash(open_web, monkeypatch):
    home = await open_web()
    await home.knows("jane", password=GOOD)
    await home.knows("tokens")
    verified: list[str] = []
    hasher = home.account_service.passwords._hasher
    real = type(hasher).verify

    def verify(self: Any, kept: str, password: str) -> bool:
        verified.append(kept)
        return bool(real(self, kept, password))

    monkeypatch.setattr(type(hasher), "verify", verify)
    for name in ("jane", "nobody", "tokens"):
        assert (await home.asks("POST", "/session", wrong(name))).status == 401
    dummy, jane = (
        home.account_service.passwords.dummy,
        home.account_service.cache.accounts["jane"].password,
    )
    assert verified == [jane, dummy, dummy]
    assert dummy.split("$")[:4] == jane.split("$")[:4]  # the same parameters


@pytest_twisted.ensureDeferred
async def test_a_password_is_hashed_anew_at_sign_in_when_it_was_cheaper(open_web):
    home = await open_web(cost=Cost(memory=2048, time=2))
    old = Passwords(CHEAP).hash(GOOD)
    await home.knows("jane")
    from dataclasses import replace

    jane = home.account_service.cache.accounts["jane"]
    await home.account_service.change(lambda db: db.put_account(replace(jane, password=old)))
    right = {"name": "jane", "password": GOOD}
    assert (await home.asks("POST", "/session", right)).status == 200
    kept = home.account_service.cache.accounts["jane"].password
    assert "$m=2048,t=2,p=1$" in kept
    assert (await home.asks("POST", "/session", right)).status == 200
    assert home.account_service.cache.accounts["jane"].password == kept


@pytest_twisted.ensureDeferred
async def test_many_at_once_wait_in_a_bounded_line(open_web):
    home = await open_web()
    home.account_service.hashing._running = 2  # threads
    for number in range(200):
        home.account_service.hashing._queue.put(Deferred(), f"client {number}", known=False)
    answer = await home.asks("POST", "/session", wrong())
    home.account_service.hashing._running = 0
    assert (answer.status, answer.code) == (503, "busy")


@pytest_twisted.ensureDeferred
async def test_signing_in_is_written_down_without_what_was_typed(open_web):
    home = await open_web()
    root = await home.knows("root", "admin", password=GOOD)
    await home.asks("POST", "/session", wrong("my-password-in-the-wrong-field"))
    await home.asks("POST", "/session", wrong("root"))
    await home.asks("POST", "/session", {"name": "root", "password": GOOD})
    answer = await home.asks("GET", "/audit?what=sign+in", cookie=root)
    found = [(each["who"], each["result"]) for each in answer.said["records"]]
    assert found == [("root", "ok"), ("root", "wrong"), ("(unknown)", "wrong")]
    for secret in (b"my-password", b"wrong-wrong", GOOD.encode()):
        assert secret not in answer.data


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password",
        "Password1",
        "password123!",
        "12345678",
        "87654321",
        "aaaaaaaa",
        "abababab",
        "abcdefgh",
        "qwertyuiop",
        "letmein!!",
        "sightline1",
        "jane.doe",
        "jane.doe99",
        "x" * 300,
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str):
    assert weakness(password, "jane.doe")


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "Tr0ub4dor&3x", "ein langer satz", "pässwörtchen", "kx9-fjq2-wp"],
)
def test_a_good_password_is_taken(password: str):
    assert weakness(password, "jane.doe") is None


def test_the_list_of_common_ones_is_in_lower_case_and_not_short():
    assert len(COMMON) > 200
    assert all(word == word.casefold() for word in COMMON)
