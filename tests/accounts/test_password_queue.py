"""Many who guess from many addresses, and those who have a right to come in meanwhile.

Covers accounts/known_devices.py.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults

from sightline.accounts import known_devices
from sightline.accounts.database_audit import Search
from sightline.accounts.password_queue import PasswordQueue, QueueFull
from waits import DEADLINE, until
from web_scene import GOOD

reactor: Any = _reactor
PROXY = ("127.0.0.1",)


def wrong(name: str = "jane") -> dict[str, str]:
    return {"name": name, "password": "wrong-wrong-1"}


def right(name: str = "jane") -> dict[str, str]:
    return {"name": name, "password": GOOD}


@pytest_twisted.ensureDeferred
async def test_forty_guessers_keep_nobody_out(open_web, monkeypatch):
    home = await open_web(proxies=PROXY)
    for name in ("jane", "john", "anna", "otto"):
        await home.knows(name, password=GOOD)
    first = await home.asks("POST", "/session", right(), x_forwarded_for="198.51.100.1")
    mark = next(part for part in cookies(first) if "-known=" in part)
    real = type(home.account_service.passwords).verify

    all_are_here = threading.Event()

    def slow(self: Any, kept: str | None, password: str) -> bool:
        all_are_here.wait(DEADLINE)  # on the thread for it
        return bool(real(self, kept, password))

    monkeypatch.setattr(type(home.account_service.passwords), "verify", slow)

    def tries(number: int, body: dict[str, str], **more: str) -> Deferred[Any]:
        address = f"203.0.113.{number}"
        asked = home.asks("POST", "/session", body, x_forwarded_for=address, **more)
        return Deferred.fromCoroutine(asked)

    home.listening.socket.listen(1000)  # as `wiring.browsers` does
    reactor.suggestThreadPoolSize(130)  # for those who ask
    guesses = [tries(n, wrong(f"name{n % 3}")) for n in range(40) for _ in range(2)]
    guesses += [tries(n, wrong()) for n in range(40)]
    ours = [
        tries(200, right(), cookie=mark),
        tries(201, right("john")),
        tries(202, right("anna")),
        tries(203, right("otto")),
    ]
    waiting = home.account_service.hashing._queue
    everybody = (*guesses, *ours)  # of whom two are being looked at
    await until(lambda: len(waiting) + sum(each.called for each in everybody) == len(everybody) - 2)
    all_are_here.set()
    answers = await gatherResults(ours)
    assert [answer.status for answer in answers] == [200] * 4
    said = {answer.status for answer in await gatherResults(guesses)}
    reactor.suggestThreadPoolSize(10)
    assert said <= {401, 429}


def cookies(answer: Any) -> list[str]:
    return [part.partition(";")[0] for part in answer.cookies]


@pytest_twisted.ensureDeferred
async def test_an_ipv6_network_is_one_guesser(open_web):
    home = await open_web(proxies=PROXY)
    said = [
        await home.asks("POST", "/session", wrong(), x_forwarded_for=f"2001:db8::{n + 1}")
        for n in range(5)
    ]
    assert [answer.status for answer in said] == [401] * 4 + [429]
    other = await home.asks("POST", "/session", wrong(), x_forwarded_for="2001:db8:0:1::1")
    assert other.status == 401


@pytest.mark.parametrize("name", ["jane", "nobody"])
@pytest_twisted.ensureDeferred
async def test_a_name_is_guessed_so_often_from_everywhere_and_then_there_is_an_alarm(
    open_web, name
):
    home = await open_web(proxies=PROXY)
    await home.knows("jane", password=GOOD)
    known = await home.asks("POST", "/session", right(), x_forwarded_for="198.51.100.1")
    mark = next(part for part in cookies(known) if "-known=" in part)
    said = [
        (await home.asks("POST", "/session", wrong(name), x_forwarded_for=f"203.0.113.{n}")).status
        for n in range(40)
    ]
    assert said.count(401) in (29, 30)  # of jane's one was right
    assert set(said[30:]) == {429}
    # Jane's own devices, and where she is signed in already, are not among the strangers.
    there = {"x_forwarded_for": "203.0.113.200"}
    assert (await home.asks("POST", "/session", right(), cookie=mark, **there)).status == 200
    again = await home.asks("POST", "/session", right(), x_forwarded_for="198.51.100.1")
    assert again.status == 200
    records = await home.account_service.look(lambda database: database.records(Search(limit=1000)))
    alarms = [record.event for record in records if record.event.result == "alarm"]
    assert [event.who for event in alarms] == ["jane" if name == "jane" else "(unknown)"]


@pytest_twisted.ensureDeferred
async def test_a_known_device_is_a_guesser_like_any_other_when_it_guesses(open_web):
    home = await open_web(proxies=PROXY)
    await home.knows("jane", password=GOOD)
    first = await home.asks("POST", "/session", right(), x_forwarded_for="198.51.100.1")
    mark = next(part for part in cookies(first) if "-known=" in part)
    said = [
        (
            await home.asks(
                "POST", "/session", wrong(), cookie=mark, x_forwarded_for=f"203.0.113.{n}"
            )
        ).status
        for n in range(6)
    ]
    assert said == [401] * 4 + [429] * 2


def test_a_mark_is_good_for_one_password():
    mark = known_devices.issue("hash")
    assert known_devices.recognise(mark, "hash") == mark.partition(".")[0]
    for cookie, kept in ((mark, "other"), (mark, None), ("", "hash"), (mark + "x", "hash")):
        assert known_devices.recognise(cookie, kept) is None


@given(st.text(max_size=300))
def test_no_text_is_a_mark_by_accident(text: str):
    assert known_devices.recognise(text, "hash") is None


def test_the_known_are_first_and_the_others_take_turns():
    queue: PasswordQueue[str] = PasswordQueue()
    for job in ("a1", "a2", "a3", "b1"):
        queue.put(job, job[0], known=False)
    queue.put("k1", "k", known=True)
    queue.put("c1", "c", known=False)
    assert [queue.next() for _ in range(7)] == ["k1", "a1", "b1", "c1", "a2", "a3", None]


def test_whoever_has_most_waiting_gives_way():
    queue: PasswordQueue[str] = PasswordQueue(most=3, of_one=2)
    queue.put("a1", "a", known=False)
    queue.put("a2", "a", known=False)
    with pytest.raises(QueueFull):
        queue.put("a3", "a", known=False)
    queue.put("b1", "b", known=False)
    assert queue.put("c1", "c", known=False) == "a2"
    with pytest.raises(QueueFull):
        queue.put("d1", "d", known=False)
    assert queue.put("k1", "k", known=True) in ("a1", "b1", "c1")
    assert len(queue) == 3
