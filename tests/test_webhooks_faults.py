"""Kill, cut and restart the broker: a webhook is told again only where its answer was lost.

Two servers of one store, the one on duty posting. The receiver knows which answers were lost: it
cut the connection, or the server that waited for the answer was killed. Deliveries go one after the
other, and each is written down before the next one goes; so at most one answer is under way.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from signal import SIGKILL

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from broker import Broker
from postgres import needs_postgres, prepared
from receiver import Post, Receiver
from sightline.webhooks.delivery_log import FILE
from sightline_process import SightlineProcess
from test_replicas_once import Pair, crosses, phone
from waits import DEADLINE, until

pytestmark = needs_postgres


class Careful(Receiver):
    """Knows of each delivery how often it came, and how often its answer was lost.

    It loses an answer itself (``cuts``: names of regions), or holds it (``holds``) until the test,
    which may kill the server that waits for it, has said what becomes of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.came: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.ids: dict[str, set[str]] = {}
        self.cuts: set[str] = set()
        self.holds: dict[str, threading.Event] = {}
        self.answer = self._answer

    def _answer(self, post: Post) -> tuple[int, dict[str, str]]:
        name = json.loads(post.body)["name"]
        self.came[name] += 1
        self.ids.setdefault(name, set()).add(post.headers["sightline-delivery"])
        if name in self.cuts:
            self.cuts.remove(name)
            self.lost[name] += 1
            raise ConnectionAbortedError("cut by the test")
        if (held := self.holds.pop(name, None)) is not None:
            held.wait(DEADLINE)
        return 204, {}

    def hold(self, name: str) -> threading.Event:
        """Hold the next answer about this region until the event is set."""
        self.holds[name] = threading.Event()
        return self.holds[name]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as stack:
        broker = stack.enter_context(Broker("persistence true"))
        url = stack.enter_context(prepared())
        made = Pair(tmp_path, broker, stack.enter_context(Careful()), url)
        for server in made.servers:
            stack.push(server)
        yield made


async def _knows(server: SightlineProcess, hook: Careful, *names: str) -> None:
    """Wait until this server has on its disk that these were taken."""
    path = server.folder / "state" / FILE

    def known() -> bool:
        text = path.read_text() if path.exists() else ""
        return all(
            hook.ids.get(name) and all(id in text for id in hook.ids[name]) for name in names
        )

    await until(known, f"{names} as taken, at the server")


@pytest_twisted.ensureDeferred
async def test_only_what_was_not_answered_is_posted_again(pair):
    hook = pair.hook
    await pair.both_ready()
    hook.cuts.add("cut")
    with phone(pair) as jane:
        for name in ("first", "cut"):
            jane.says(crosses("enter", name), "/event")
        await until(lambda: hook.came["cut"] == 2, "what was cut off, again")
        held = hook.hold("broker restarted")
        jane.says(crosses("enter", "broker restarted"), "/event")
        await until(lambda: hook.came["broker restarted"], "what comes before the restart")
        await _knows(pair.b, hook, "first", "cut")
        await deferToThread(pair.broker.stop)
        held.set()  # answered while no broker can carry it to the other server
        await _knows(pair.a, hook, "broker restarted")
        await deferToThread(pair.broker.start)
        await _knows(pair.b, hook, "broker restarted")
    with phone(pair) as jane:
        held = hook.hold("killed")
        jane.says(crosses("enter", "killed"), "/event")
        await until(lambda: hook.came["killed"], "what comes before the kill")
        await pair.known_to_both(
            lambda things: any(
                thing.get("name") == "killed"
                for key, thing in things.items()
                if key.startswith("crossing/")
            ),
            "the crossing",
        )
        await deferToThread(pair.a.end, SIGKILL)
        hook.lost["killed"] += 1
        held.set()
        jane.says(crosses("enter", "nobody on duty"), "/event")
        await until(lambda: hook.came["nobody on duty"], "what came after the kill")
        await deferToThread(pair.a.start)
        await _knows(pair.a, hook, "killed", "nobody on duty")
        jane.says(crosses("enter", "last"), "/event")
        await until(lambda: hook.came["last"], "the last")
        await _knows(pair.a, hook, "last")
        await _knows(pair.b, hook, "first", "cut", "broker restarted", "killed", "last")
    assert hook.lost == {"cut": 1, "killed": 1}
    assert hook.came == {name: 1 + hook.lost[name] for name in hook.ids}
    assert set(hook.ids) == {"first", "cut", "broker restarted", "killed", "nobody on duty", "last"}
    assert all(len(ids) == 1 for ids in hook.ids.values())
