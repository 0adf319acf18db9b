"""Long answers in pieces: one in a turn of the reactor, everybody in turn, bounded for each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults

from owntracks.scene import PhoneScene, fix
from sightline.auth.permissions import VisibleScope
from sightline.history import api as history_api
from sightline.history import judged_fixes, tracks
from sightline.history.record import entry
from sightline.kinds.friends.model import Friend
from sightline.owntracks import formats, ranges
from sightline.owntracks.latest import LatestPositions
from sightline.web.reads import PIECE, PIECE_BYTES, SCAN, Busy, Reads, pieces
from sightline.wiring.owntracks_ranges import StoredFixes, judged
from web_scene import NOW

reactor: Any = _reactor


class Rounds:
    """A reactor of which we do each round; what is to come at once comes in the next round."""

    def __init__(self) -> None:
        self.due: list[Any] = []

    def callLater(self, delay: float, call: Any) -> Any:
        assert delay == 0
        self.due.append(call)
        return call

    def goes_on(self) -> None:
        due, self.due = self.due, []
        for call in due:
            call()


def works(reads: Reads, who: str, count: int, done: list[str]) -> Deferred[None]:
    """A long answer of so many pieces."""

    async def make() -> None:
        read = await reads.begin(who)
        try:
            for _ in range(count):
                await read.turn()
                done.append(who)
        finally:
            read.end()

    return Deferred.fromCoroutine(make())


def test_each_turn_of_the_reactor_is_one_piece_and_readers_take_turns():
    rounds = Rounds()
    reads, done = Reads(rounds, each=20), list[str]()
    for _ in range(20):
        works(reads, "greedy", 10, done)
    turns = 0
    while len(done) < 30:
        rounds.goes_on()
        turns += 1
        assert len(done) == turns
    assert set(done) == {"greedy"}
    for _ in range(2):
        works(reads, "other", 3, done)
    for _ in range(12):
        rounds.goes_on()
    assert Counter(done[30:])["other"] == 6  # every second turn, whoever has twenty
    while rounds.due:
        rounds.goes_on()
    assert Counter(done) == {"greedy": 200, "other": 6}
    assert (reads.running, reads.waiting) == (0, 0)


def test_a_reader_has_so_many_at_once_and_more_wait_up_to_a_bound():
    rounds = Rounds()
    reads, done = Reads(rounds, each=2, at_once=3, waiting_each=4, waiting=6), list[str]()
    refused: list[object] = []
    answers = [works(reads, "greedy", 5, done) for _ in range(8)]
    for answer in answers:
        answer.addErrback(lambda failure: refused.append(failure.trap(Busy)))
    assert (reads.running, reads.waiting, refused) == (2, 4, [Busy, Busy])
    one, two, three = (works(reads, name, 5, done) for name in ("ann", "ben", "cat"))
    assert (reads.running, reads.waiting) == (3, 6)  # ann needs not wait for greedy's
    three.addErrback(lambda failure: refused.append(failure.trap(Busy)))
    works(reads, "dan", 1, done).addErrback(lambda failure: refused.append(failure.trap(Busy)))
    assert len(refused) == 3
    while rounds.due:
        rounds.goes_on()
    assert Counter(done) == {"greedy": 30, "ann": 5, "ben": 5, "cat": 5}
    assert one.called
    assert two.called
    assert (reads.running, reads.waiting) == (0, 0)


def test_a_piece_is_bounded_in_entries_and_in_bytes():
    assert [len(piece) for piece in pieces(range(2 * PIECE + 1))] == [PIECE, PIECE, 1]
    long = [b"x" * (PIECE_BYTES // 2)] * 5 + [b"y"] * 200
    cut = list(pieces(long, len))
    assert [one for piece in cut for one in piece] == long
    assert [len(piece) for piece in cut] == [2, 2, PIECE, PIECE, PIECE, PIECE, 1]
    assert list(pieces([], len)) == []


# -- over HTTP


class Turns:
    """Counts how often something is done from one turn of the reactor to the next."""

    def __init__(self) -> None:
        self.most = self.whole = self._now = 0
        self._due = reactor.callLater(0, self._turn)

    def _turn(self) -> None:
        self.most, self._now = max(self.most, self._now), 0
        self._due = reactor.callLater(0, self._turn)

    def counts(self, monkeypatch: Any, where: Any, name: str) -> None:
        does = getattr(where, name)

        def counted(*args: Any, **more: Any) -> Any:
            self._now += 1
            self.whole += 1
            return does(*args, **more)

        monkeypatch.setattr(where, name, counted)

    def end(self) -> None:
        self._due.cancel()


@pytest.fixture
def turns() -> Iterator[Turns]:
    made = Turns()
    yield made
    made.end()


POINTS, FRIENDS = 1_500, 1_200
SPAN = "from=2026-11-20T00:00:00&to=2026-11-23T00:00:00"
LOCATIONS = f"//api/0/locations?user=ann&device=p&{SPAN}&format="
ANSWERS: dict[str, tuple[str, Any, str]] = {
    **{
        form: (LOCATIONS + form, formats, "_point" if "geo" in form else "item")
        for form in ("json", "geojson", "csv", "xml")
    },
    "decoding": (f"{LOCATIONS}gpx", ranges, "decode"),
    "last": ("//api/0/last", LatestPositions, "last"),
    "gpx": ("/history/friend/ann/p?format=gpx", judged_fixes, "fields"),
    "last points": (f"/history/friend/ann/p?last={POINTS}", judged_fixes, "fields"),
    "export": ("/friends/ann/p/export", tracks, "fields"),
    "scene": (f"/scene?at={NOW + 10**6}", history_api, "may_recall"),
    "things": ("/things", history_api.protocol, "thing"),
}


@pytest.mark.parametrize("what", ANSWERS)
@pytest_twisted.ensureDeferred
async def test_of_several_long_answers_one_piece_is_made_in_a_turn(
    open_web, turns, monkeypatch, what
):
    here = await PhoneScene().opens(open_web)
    home = here.home
    here.recorder._ranges = judged(StoredFixes(home.store))
    cookie = await home.knows("root", "admin")
    here.hears("ann/p", fix())
    for n in range(FRIENDS):
        home.world.put(f"friend/u{n}/p", Friend(presence="live", lat=1.0, lon=2.0, tst=NOW, at=NOW))
    said = [fix(tst=int(NOW) + n, SSID="a & b") for n in range(POINTS)]
    some = [
        entry("friend/ann/p", "fix", NOW + n, NOW, json.dumps(m).encode())
        for n, m in enumerate(said)
    ]
    some += [
        entry(f"friend/u{n}/p", "fix", NOW, NOW, json.dumps(said[0]).encode())
        for n in range(FRIENDS)
    ]
    await home.store.write(some, [])
    path, where, name = ANSWERS[what]
    turns.counts(monkeypatch, where, name)
    asked = [Deferred.fromCoroutine(home.asks("GET", path, cookie=cookie)) for _ in range(5)]
    answers = await gatherResults(asked)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1 or what in ("export", "decoding")
    assert turns.whole >= 5 * min(POINTS, FRIENDS)
    # The turn that counts may come before or after ours in a round of the reactor.
    assert turns.most <= 100
    await home.until(lambda: (home.reads.running, home.reads.waiting) == (0, 0))


CROWD = 5 * SCAN
LOOKS = {
    "//api/0/list": CROWD,
    "//api/0/list?user=U7": 1,
    "//api/0/last?user=nobody": 0,
    "//api/0/last": CROWD,
    "//api/0/photo?user=nobody": None,
    f"//api/0/locations?user=U7&device=P&{SPAN}": 0,
    "/things?kind=region": 0,
    "/things?kind=friend": CROWD,
}


@pytest.mark.parametrize("path", LOOKS)
@pytest_twisted.ensureDeferred
async def test_a_large_world_is_looked_through_in_pieces(open_web, turns, monkeypatch, path):
    here = await PhoneScene().opens(open_web)
    home = here.home
    cookie = await home.knows("root", "admin")
    for n in range(CROWD):
        home.world.put(f"friend/u{n}/p", Friend(presence="live", lat=1.0, lon=2.0, tst=NOW, at=NOW))
    if path == "/things?kind=region":
        turns.counts(monkeypatch, history_api, "kind_of")
    else:
        turns.counts(monkeypatch, VisibleScope, "sees")
    answer = await home.asks("GET", path, cookie=cookie)
    assert answer.status == 200
    if (count := LOOKS[path]) is not None:
        said = json.loads(answer.data)
        listed = (
            said if isinstance(said, list) else next(v for v in said.values() if type(v) is list)
        )
        assert len(listed) == count
    assert turns.whole >= CROWD
    # The turn that counts may come before or after ours in a round of the reactor.
    assert turns.most <= 2 * SCAN + PIECE
    await home.until(lambda: (home.reads.running, home.reads.waiting) == (0, 0))


@pytest_twisted.ensureDeferred
async def test_who_goes_away_or_asks_for_the_head_only_keeps_no_place(open_web):
    home = await open_web()
    cookie = await home.knows("root", "admin")
    for _ in range(5):
        answer = await home.asks("HEAD", "/things", cookie=cookie)
        assert answer.status == 200
        answer = await home.asks("GET", "/history/friend/a/b?max_error=x", cookie=cookie)
        assert answer.status == 400
    await home.until(lambda: home.reads.running == 0)


@pytest_twisted.ensureDeferred
async def test_more_than_may_wait_are_told_to_come_later(open_web):
    here = await PhoneScene().opens(open_web)
    home = here.home
    cookie = await home.knows("root", "admin")
    for n in range(11):  # of few friends the last positions are no long answer
        here.hears(f"ann/p{n}", fix())
    home.reads._most_waiting = (0, 0)
    read = [await home.reads.begin("@root") for _ in range(3)]
    answer = await home.asks("GET", "/things", cookie=cookie)
    assert (answer.status, answer.code) == (503, "busy")
    assert answer.headers["retry-after"] == "2"
    assert (await here.gets("last", cookie=cookie)).status == 503
    assert (await home.asks("GET", "/things", cookie=await home.knows("v"))).status == 200
    for one in read:
        one.end()
    assert (await home.asks("GET", "/things", cookie=cookie)).status == 200
