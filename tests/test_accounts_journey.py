"""From a fresh start to somebody who is shown out: `twistd` and `sightline` as processes."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

import preloaded
from browser import Browser, Closed
from sightline_process import SightlineProcess
from waits import wait_until

GOOD = "quite-a-long-one-7"
SETTINGS = "[accounts]\nhash_memory = 1024\nhash_passes = 1\n"


def call(server: SightlineProcess, path: str, body: Any = None, cookie: str = "") -> Any:
    """One call from our own page: what was said, and the cookie that came with it."""
    asked = urllib.request.Request(
        server.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": cookie,
        },
    )
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            given = (answer.headers["set-cookie"] or "").partition(";")[0]
            return answer.status, json.loads(answer.read()), given
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read()), ""


def sightline(server: SightlineProcess, *words: str, fails: bool = False) -> str:
    """The command line, on the server's state folder; where it ``fails``, what it says of that."""
    places = ("--state", server.folder / "state", "--config", server.folder / "sightline.toml")
    done = preloaded.sightline(*words, *places, input=GOOD)
    assert done.returncode == fails, done.stderr
    return done.stderr if fails else done.stdout


def invited(server: SightlineProcess, to: str) -> re.Match[str]:
    """The link that the log names, in two parts; a busy server writes it somewhat later."""
    return wait_until(
        lambda: re.search(rf"{to}, open once: (\S+)/#welcome=(\S+)", server.logged),
        lambda: f"a link to {to}:\n{server.logged}",
    )


@pytest_twisted.ensureDeferred
async def test_from_the_first_start_to_somebody_who_is_shown_out():
    with SightlineProcess(SETTINGS) as server:
        assert call(server, "api/1/session")[1]["first"] is True
        link = await deferToThread(invited, server, "make the first admin")
        assert link[1] + "/" == server.url
        welcome = {"token": link[2], "name": "root", "password": GOOD}
        status, said, cookie = await deferToThread(call, server, "api/1/welcome", welcome)
        assert (status, said["user"]["role"]) == (200, "admin")
        with pytest.raises(Closed):
            await Browser(server.port).enters()
        browser = await Browser(server.port).enters(headers={"Cookie": cookie})
        assert "broker/main" in browser.picture.things
        await browser.leaves()

        await deferToThread(sightline, server, "user", "add", "jane", "--see", "friend")
        jane = {"name": "jane", "password": GOOD}
        status, said, cookie = await deferToThread(call, server, "api/1/session", jane)
        assert status == 200
        browser = await Browser(server.port).enters(headers={"Cookie": cookie})
        await deferToThread(sightline, server, "user", "disable", "jane")
        closed = await browser.is_closed()
        assert closed.code == 4001
        assert (await deferToThread(call, server, "api/1/session", jane))[0] == 401
        log = await deferToThread(sightline, server, "audit")
        assert "root at 127.0.0.1: make the first admin" in log
        assert "(command line) at local: change account account/jane closed" in log

        await deferToThread(server.restart)
        assert server.logged.count("#welcome=") == 1  # nobody is invited any more
        assert GOOD not in server.logged


def test_a_demonstration_is_entered_by_its_link():
    with SightlineProcess(SETTINGS, "--demo") as server:
        link = invited(server, "see the demonstration")
        status, said, cookie = call(server, "api/1/welcome", {"token": link[2]})
        assert (status, said["user"]["name"]) == (200, "demo")
        assert call(server, "api/1/users", cookie=cookie)[0] == 200


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ('[server]\npublic_url = "https://x.org"\n[accounts]\nguest = "admin"', "without a proxy"),
        ('[accounts]\nguest = "king"', "one of admin, none, operator, viewer"),
    ],
)
def test_guests_are_never_let_in_from_anywhere_by_accident(settings, why):
    with pytest.raises(RuntimeError, match=why), SightlineProcess(settings):
        pass


def test_without_its_accounts_the_server_does_not_start():
    server = SightlineProcess(SETTINGS)
    (server.folder / "state").mkdir()
    (server.folder / "state" / "accounts.db").write_text("nonsense" * 1000)
    with (
        pytest.raises(RuntimeError, match=r"accounts.db: is damaged .*not a database.*restore"),
        server,
    ):
        pass
