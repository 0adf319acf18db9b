"""`sightline import --compare`: a Recorder and we are asked the same, what differs is listed."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from cli.test_importing import sightline
from owntracks.scene import PhoneScene, fix
from sightline.cli.accounts_db import CommandFailed
from sightline.cli.comparing import ComparedServer, differences
from web_scene import NOW

TST = int(NOW) - 600
DAY = datetime.fromtimestamp(TST, UTC).date()


class Recorder:
    """A Recorder that is played: the shapes of 1.0.1, small letters, bounds left out."""

    def __init__(self) -> None:
        self.last: list[dict[str, Any]] = []
        self.fixes: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.busy = 0
        played = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                status = 429 if played.busy > 0 else 200
                played.busy -= 1
                self.send_response(status)
                self.send_header("retry-after", "0")
                self.end_headers()
                self.wfile.write(json.dumps(played.said(parts.path, query)).encode())

            def log_message(self, *said: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def said(self, path: str, query: dict[str, str]) -> Any:
        what = path.removeprefix("/api/0/")
        if what == "last":
            return self.last
        if what == "list" and "user" in query:
            return {"results": [device for user, device in self.fixes if user == query["user"]]}
        if what == "list":
            found = sorted({user for user, _ in self.fixes})
            return {"results": found} if found else {"error": "Cannot open requested directory"}
        bounds = [
            datetime.fromisoformat(query[name]).replace(tzinfo=UTC).timestamp()
            for name in ("from", "to")
        ]
        data = [
            each
            for each in self.fixes[query["user"], query["device"]]
            if bounds[0] < each["tst"] < bounds[1]
        ]
        return {"count": len(data), "data": data, "status": 200, "version": "1.0.1"}


@pytest.fixture
def recorder() -> Any:
    made = Recorder()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()


async def here(open_web: Any) -> tuple[PhoneScene, ComparedServer]:
    """We, with two fixes of Jane/Phone."""
    opened = await PhoneScene().opens(open_web)
    for n in (0, 60):
        opened.hears("Jane/Phone", fix(tst=TST + n, lat=48.5, lon=2.25, acc=5))
    await opened.home.knows("ann", "viewer", see=("*",))
    token = await opened.home.token("ann", "see")
    url = f"http://ann:{token}@127.0.0.1:{opened.home.port}"
    return opened, ComparedServer("here", url)


def said(tst: int, **more: Any) -> dict[str, Any]:
    return {
        "_type": "location",
        "tst": tst,
        "lat": 48.5,
        "lon": 2.25,
        "acc": 5,
        "tid": "JA",
        **more,
    }


async def compared(recorder: Recorder, ours: ComparedServer) -> list[str]:
    theirs = ComparedServer("the Recorder", recorder.url)
    return await deferToThread(lambda: list(differences(theirs, ours, [DAY])))


@pytest_twisted.ensureDeferred
async def test_two_that_have_the_same_do_not_differ(open_web, recorder):
    _, ours = await here(open_web)
    # Twice the same in a Recorder's file, and what is no position, is no difference.
    crossing = {"_type": "transition", "tst": TST + 5}
    recorder.fixes["jane", "phone"] = [said(TST), said(TST), crossing, said(TST + 60)]
    recorder.last = [said(TST + 60, username="jane", device="phone", ghash="u09")]
    recorder.busy = 2
    assert await compared(recorder, ours) == []


@pytest_twisted.ensureDeferred
async def test_what_differs_is_named(open_web, recorder):
    opened, ours = await here(open_web)
    opened.hears("omar/watch", fix())
    recorder.fixes["jane", "phone"] = [said(TST), said(TST + 30), said(TST + 60, lat=48.6)]
    recorder.fixes["will", "iphone6s"] = []
    recorder.last = [said(TST + 60, lat=48.6, username="jane", device="phone", name="Jane")]
    clock = [datetime.fromtimestamp(TST + n, UTC).strftime("%H:%M:%S") for n in (30, 60)]
    assert await compared(recorder, ours) == [
        "will/iphone6s: only at the Recorder",
        "omar/watch: only here",
        "jane/phone: last lat is 48.6 at the Recorder, 48.5 here",
        "jane/phone: last name is 'Jane' at the Recorder, None here",
        f"jane/phone: {DAY} has 3 fixes at the Recorder, 2 here; only at the Recorder:"
        f" {clock[0]}, {clock[1]}; only here: {clock[1]}",
    ]


@pytest_twisted.ensureDeferred
async def test_what_cannot_be_asked_is_said(open_web, recorder):
    opened, _ = await here(open_web)
    nobody = ComparedServer("here", f"http://ann:wrong@127.0.0.1:{opened.home.port}")
    with pytest.raises(CommandFailed, match=r"here: http.*/api/0/list: 401"):
        await compared(recorder, nobody)
    with pytest.raises(CommandFailed, match="not an address"):
        ComparedServer("here", "recorder:8083")


def test_the_command_says_what_differs_and_ends_with_1(recorder, tmp_path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    other = Recorder()
    try:
        asked = ("import", "--compare", recorder.url, "--with", other.url, "--days", 1)
        done = sightline(*asked, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "no differences\n")
        recorder.fixes["jane", "phone"] = []
        done = sightline(*asked, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "jane/phone: only at the Recorder\n")
    finally:
        other.server.shutdown()
        other.server.server_close()
