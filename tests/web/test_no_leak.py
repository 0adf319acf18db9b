"""Nothing of a hidden thing ever leaves: not in a frame, an answer, a figure or an error's text."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest_twisted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from picture import Picture
from sightline.auth.permissions import EVERYTHING, Grants, User, may, user_of, visitor
from sightline.history.record import entry
from sightline.live import protocol
from sightline.live.world import World
from sightline.web.fanout import FanOut, Pace
from states import spot

# Each thing has a name and a value found nowhere else.
KEYS = [
    *(f"{kind}/{user}/{device}" for kind in ("friend", "face") for user in ("ann", "ben") for device in ("phx", "tby")),
    "probot/ProBot81",
    "probot/ProBot82",
    "lease/ProBot81",
    "region/homq",
    "region/someone/minq",
    "region/other/hisq",
    "region/friend/ann/phx/docq",
    "region/friend/ben/tby/barq",
    "stay/friend/ann/phx/homq",
    "stay/friend/ben/tby/homq",
    "stay/friend/ann/phx/someone/minq",
    "stay/friend/ben/tby/someone/minq",
    "stay/friend/ann/phx/other/hisq",
    "stay/friend/ann/phx/friend/ann/phx/docq",
    "stay/probot/ProBot81/homq",
    "crossing/8000001/friend/ann/phx/homq",
    "crossing/8000002/friend/ben/tby/someone/minq",
    "crossing/8000003/friend/ben/tby",
    "crossing/8000004/friend/ann/phx/friend/ann/phx/docq",
    "webhook/hooq",
    "broker/mainz",
    "server/sightlinz",
    "quarantine/9000001",
    "client/clwx",
    "future/fufu",
]  # fmt: skip
VALUES = {key: 770_000 + n for n, key in enumerate(KEYS)}
WORDS = st.frozensets(
    st.sampled_from(
        [
            *("*", "friend", "probot", "region", "friend/ann", "friend/ben", "friend/ann/phx"),
            *("friend/ben/tby", "probot/ProBot81", "probot/ProBot82", "region/homq"),
        ]
    ),
    max_size=3,
)
OWNED = st.frozensets(st.sampled_from(["friend/ann", "friend/ben/phx"]), max_size=1)
# Who has regions of their own; of the accounts here only "someone" is anybody.
OWNERS = frozenset(("someone", "other", "friend/ann/phx", "friend/ben/tby"))
GRANTS = st.builds(Grants, WORDS, WORDS, OWNED)
SHARED = st.lists(st.sampled_from(["friend/ann/phx", "friend/ben", "probot/ProBot81"]), max_size=2)
USERS = st.one_of(
    st.builds(
        user_of,
        st.just("someone"),
        st.sampled_from(["viewer", "operator"]),
        GRANTS,
        owners=st.sampled_from([OWNERS, frozenset[str]()]),
    ),
    st.builds(visitor, SHARED),
)
ACTS = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "cut", "resume"]), st.sampled_from(KEYS)),
    max_size=30,
)


def signs(key: str) -> list[bytes]:
    """What must not be found where a thing is hidden: its own name and value."""
    own = key.rpartition("/")[2]
    return [json.dumps(key.partition("/")[2]).encode(), str(VALUES[key]).encode(), own.encode()]


def assert_nothing_leaks(user: User, data: bytes) -> None:
    hidden = [key for key in KEYS if not may(user, "see", key)]
    seen = [key for key in KEYS if key not in hidden]
    for key in hidden:
        for sign in signs(key):
            if not any(sign in one for other in seen for one in [*signs(other), other.encode()]):
                assert sign not in data, (key, user, data)
    kinds = {key.partition("/")[0] for key in seen}
    for key in hidden:
        if (kind := key.partition("/")[0]) not in kinds:
            assert b'"%b"' % kind.encode() not in data


class Line:
    """A connection that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> int:
        self.sent.append(data)
        return len(data)

    def send_later(self, data: bytes) -> None:
        self.sent.append(data)

    def too_slow(self) -> None: ...


def payload(data: bytes) -> bytes:
    """What is in an unmasked frame."""
    size = data[1] & 127
    return data[2 if size < 126 else 4 if size == 126 else 10 :]


@given(USERS, USERS, ACTS)
def test_no_frame_snapshot_or_resume_shows_what_is_hidden(first: User, later: User, acts: Any):
    """Also when somebody comes back with other rights than those they left with."""
    world, clock = World("e", horizon=5), Clock()
    fanout = FanOut(clock, lambda: 1.0, world, Pace(tick=0, page=200))
    for key in KEYS:
        world.put(key, spot(VALUES[key]))
    user, picture, line = first, Picture(), Line()
    other = Line()
    fanout.join(other, EVERYTHING, None, 0, deflate=False)
    viewer = fanout.join(line, user.sight, None, 0, deflate=False)

    def read() -> None:
        for data in line.sent:
            said = payload(data)
            assert_nothing_leaks(user, said)
            if json.loads(said)["t"] == "news":
                picture.see(said)
        line.sent.clear()

    for turn, (act, key) in enumerate(acts, 1):
        if act == "put":
            world.put(key, spot(VALUES[key]))
        elif act == "remove":
            world.remove(key)
        elif act == "cut":
            read()
            fanout.leave(viewer)
            picture.epoch = fanout.epoch(user.sight)
            user = later if turn % 2 else first
            line = Line()
            viewer = fanout.join(line, user.sight, picture.epoch, picture.seq, deflate=False)
        fanout.flush()
        clock.advance(0.02)
        fanout.beat()
    fanout.flush()
    read()
    # And the picture is complete: what may be seen is there, what may not is gone.
    assert set(picture.things) == {key for key, _ in world if may(user, "see", key)}


def test_the_epoch_tells_nothing_of_what_is_seen():
    fanout = FanOut(Clock(), lambda: 1.0, World("e"), Pace())
    sight = user_of("x", "viewer", Grants(see=frozenset(("friend/ann",)))).sight
    assert "ann" not in fanout.epoch(sight)
    assert fanout.epoch(sight) != fanout.epoch(EVERYTHING) == "e"


PATHS = [
    "/me", "/session", "/sessions", "/tokens", "/links", "/users", "/users/ann", "/audit", "/audit?thing=friend/ann/phx",
    "/friends/ann/phx/retention", "/friends/ann/phx/export", "/friends/ben/tby/export",
    "/friends/ann/nothere/export", "/things", "/scene?at=1795235100", "/events", "/openapi.json",
    "/events?thing=probot/ProBot82", "/events?kind=transition", *(f"{path}/{thing}?month=2026-11" for path in
    ("/things", "/history", "/days") for thing in ("friend/ben/tby", "friend/ann/phx", "probot/ProBot81")), "/nothing", "//metrics", "//readyz", "//healthz", "//nothing", "//",
]  # fmt: skip


ROBOTS = st.frozensets(st.sampled_from(["*", "probot/ProBot81", "probot/ProBot82"]), max_size=1)
NAMES = itertools.count(1)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(see=WORDS, drive=ROBOTS, own=OWNED, role=st.sampled_from(["viewer", "operator"]))
@pytest_twisted.ensureDeferred
async def test_no_answer_over_http_or_websocket_shows_what_is_hidden(house, see, drive, own, role):
    home = await peopled(house)
    name, grants = f"user{next(NAMES)}", Grants(see, drive, own)
    cookie = await home.knows(name, role, see=tuple(see), drive=tuple(drive), own=tuple(own))
    home.account_service.own_regions(OWNERS - {"someone"} | {name})
    user = user_of(name, role, grants, owners=OWNERS - {"someone"} | {name})
    hidden = [key for key in KEYS if not may(user, "see", key)]
    for path in PATHS:
        answer = await home.asks("GET", path, cookie=cookie)
        if path == "/openapi.json":
            continue  # the same for everybody: it names every kind there is, and no thing
        if path.endswith("/export") and answer.status == 200:
            assert may(user, "export", "friend/" + "/".join(path.split("/")[2:4]))
        else:
            assert_nothing_leaks(user, answer.data)
    for key in hidden:
        if key.startswith("friend/"):  # what is hidden and what is not there look the same
            asked = {"name": "x", "things": [key], "ends": home.wall() + 600}
            there = await home.asks("POST", "/links", asked, cookie=cookie)
            asked["things"] = ["friend/zz/zz"]
            nowhere = await home.asks("POST", "/links", asked, cookie=cookie)
            if not may(user, "share", "friend/zz/zz"):
                assert (there.status, there.data) == (nowhere.status, nowhere.data)
    browser = await home.browser(cookie)
    assert set(browser.picture.things) == set(KEYS) - set(hidden)
    for key in hidden:
        for verb in ("see", "stop", "drive", "region", "unregion", "adopt"):
            answer = await browser.asks(verb, thing=key)
            assert not answer["ok"]
            assert_nothing_leaks(user, json.dumps(answer).encode())
    assert_nothing_leaks(user, json.dumps(browser.hello).encode())
    await browser.leaves()


async def peopled(house: Any) -> Any:
    """A house with all of it, where an admin has shared and exported."""
    home = await house()
    for key in KEYS:
        home.world.put(key, spot(VALUES[key]))
        # The same in history: where a friend was, how a robot was, what happened to either.
        body = {"_type": "location", "lat": 1, "lon": 2, "tst": 1795235000, "alt": VALUES[key]}
        if not key.startswith("friend/"):
            body = {"presence": "live", "order": VALUES[key]}
        said = json.dumps(body).encode()
        for sort in ("fix", "state", "transition", "drive", "alarm", "log"):
            await home.store.write([entry(key, sort, 1795235000.0, 1795235000.0, said)], [])
    root = await home.knows("root", "admin")
    await home.link(root, "friend/ann/phx")
    await home.asks("GET", "/friends/ann/phx/export", cookie=root)
    return home


def test_the_wire_names_a_kind_by_its_key_only():
    assert protocol.thing("a/b", 1, None) == b'{"k":"a","id":"b","s":1,"gone":true}'
