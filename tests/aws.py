"""A server that speaks DynamoDB (moto), one for the whole test run, started when first needed.

Between us and it there may be a `Weather`: a proxy that throttles, cuts and forgets on demand.
"""

from __future__ import annotations

import atexit
import json
import random
import signal
import sys
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from treq.client import HTTPClient
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.web.client import Agent, HTTPConnectionPool
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from broker import accepts, free_port
from child_process import ChildProcess
from sightline.history.dynamodb.store import DynamoStore
from waits import wait_until

reactor: Any = _reactor
ENVIRON = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
_numbers = count(1)


@cache
def endpoint() -> str:
    """Where it is; it ends with the test run."""
    for _ in range(5):
        port = free_port()
        if _launch(port):
            return f"http://127.0.0.1:{port}"
    raise AssertionError("moto_server does not start")


class Moto:
    """A server of one test's own, which may stop to answer for a while."""

    def __init__(self) -> None:
        for _ in range(5):
            port = free_port()
            process = _launch(port)
            if process is not None:
                self.endpoint = f"http://127.0.0.1:{port}"
                self._process = process
                return
        raise AssertionError("moto_server does not start")

    def pauses(self) -> None:
        self._process.sends(signal.SIGSTOP)

    def goes_on(self) -> None:
        self._process.sends(signal.SIGCONT)

    def end(self) -> None:
        self._process.end()


def _launch(port: int) -> ChildProcess | None:
    script = Path(__file__).with_name("one_at_a_time.py")
    process = ChildProcess([sys.executable, script, str(port)])
    atexit.register(process.end)
    wait_until(lambda: process.has_ended or accepts(port), "an answer of moto_server")
    return None if process.has_ended else process


def dynamo_store(folder: Path, at: str = "", **options: Any) -> DynamoStore:
    """A store with a table of its own, unless it is named; ``at`` another address."""
    # Patient, for a busy machine.
    usual = {"retry_for": 60.0, "writing": 60.0}
    options = {"name": f"test-{next(_numbers)}"} | usual | options
    return DynamoStore(
        reactor,
        options.pop("name"),
        "eu-west-1",
        ENVIRON,
        endpoint=at or endpoint(),
        **options,
    )


class Weather(Resource):
    """What stands between: hands requests on, unless `mood` says otherwise.

    ``mood(operation)`` returns None (hand on), an error's code, ``"cut"``, ``"lost"`` (done, but
    the answer is cut), ``"silent"`` (no answer) or ``"stuck"`` (the beginning of one).
    ``unprocessed`` is the part of a batch that is left over.
    """

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        endpoint()  # now, not while somebody waits for an answer
        self.mood: Callable[[str], str | None] = lambda operation: None
        self.unprocessed = 0.0
        self.asked: dict[str, int] = {}
        self._dice = random.Random(3)
        self._pool = HTTPConnectionPool(reactor)
        self._http = HTTPClient(Agent(reactor, pool=self._pool))
        self._port = reactor.listenTCP(0, Site(self), interface="127.0.0.1")
        self.endpoint = f"http://127.0.0.1:{self._port.getHost().port}"

    def end(self) -> Deferred[Any]:
        closed = [self._port.stopListening(), self._pool.closeCachedConnections()]
        return gatherResults([maybeDeferred(lambda each=each: each) for each in closed])

    def render_POST(self, request: Any) -> Any:
        operation = request.getHeader("x-amz-target").partition(".")[2]
        self.asked[operation] = self.asked.get(operation, 0) + 1
        mood = self.mood(operation)
        if mood == "silent":
            return NOT_DONE_YET
        if mood == "stuck":
            request.setHeader("content-length", "1000")
            request.write(b"{")
            return NOT_DONE_YET
        if mood == "cut":
            request.transport.abortConnection()
            return NOT_DONE_YET
        if mood not in (None, "lost"):
            request.setResponseCode(503 if mood == "busy" else 400)
            fault = {"__type": f"com.amazonaws.dynamodb.v20120810#{mood}", "message": "not now"}
            return json.dumps(fault).encode() if mood != "busy" else b"<html>busy</html>"
        handing = Deferred.fromCoroutine(self._hand_on(request, operation, mood == "lost"))
        handing.addErrback(lambda failure: None)  # the test has ended, and whoever asked with it
        return NOT_DONE_YET

    async def _hand_on(self, request: Any, operation: str, lost: bool) -> None:
        body, left = request.content.read(), None
        if operation == "BatchWriteItem" and self.unprocessed:
            asked = json.loads(body)
            ((table, writes),) = asked["RequestItems"].items()
            left = [write for write in writes if self._dice.random() < self.unprocessed]
            kept = [write for write in writes if write not in left]
            asked["RequestItems"] = {table: kept}
            body = json.dumps(asked).encode() if kept else b""
        headers = {
            name: request.getHeader(name)
            for name in ("x-amz-target", "content-type", "authorization")
        }
        answer, code = b"{}", 200
        if body:
            response = await self._http.post(endpoint() + "/", data=body, headers=headers)
            answer, code = await response.content(), response.code
        if left:
            answer = json.dumps({"UnprocessedItems": {table: left}}).encode()
        if lost:
            request.transport.abortConnection()
            return
        request.setResponseCode(code)
        request.write(answer)
        request.finish()
