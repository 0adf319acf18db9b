"""DynamoDB's own troubles: throttling, answers that get lost, AWS away, a start without it.

What every store must keep is in ``test_store``.
"""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st
from logged_scene import logged
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet import reactor as _reactor

from aws import ENVIRON, Weather, dynamo_store, endpoint
from broker import Broker
from sightline.history.dynamodb import keys
from sightline.history.dynamodb.store import DynamoStore
from sightline.history.log.folding import POSITION
from sightline.history.record import HistoryEntry, LastState, entry
from sightline.history.store import Span
from sightline.model.faults import CannotOpen, Unavailable
from sightline.mqtt.paho_client import stop_loop
from sightline_process import SightlineProcess
from waits import until

reactor: Any = _reactor
T0 = 1_795_235_000.0
JANE = "friend/jane/phone"
THROTTLED = "ProvisionedThroughputExceededException"


def fix(number: int, thing: str = JANE) -> HistoryEntry:
    return entry(thing, "fix", T0 + number, T0, b'{"n":%d}' % number)


@pytest.fixture
def weather():
    made = Weather()
    yield made
    pytest_twisted.blockon(made.end())


@pytest.fixture
def stores():
    """Opens stores, and closes them at the end."""
    opened: list[DynamoStore] = []

    async def open_(folder: Path, *args: Any, **options: Any) -> DynamoStore:
        store = dynamo_store(folder, *args, **options)
        opened.append(store)
        await store.open()
        return store

    yield open_
    for store in opened:
        pytest_twisted.blockon(store.close())


async def kept(store: Any, thing: str = JANE) -> list[HistoryEntry]:
    return list((await store.page(Span(thing, "fix"), 10_000)).entries)


@pytest_twisted.ensureDeferred
async def test_in_any_weather_everything_is_kept_once(weather, stores, tmp_path):
    """Some throttled, others refused, cut, done with the answer lost; leftovers in batches."""
    store = await stores(tmp_path, weather.endpoint, writing=60.0, retry_for=60.0)
    dice = random.Random(11)
    moods = [THROTTLED] * 3 + ["busy", "cut", "lost"] + [None] * 14
    weather.mood = lambda operation: dice.choice(moods)
    weather.unprocessed = 0.3
    fixes = [fix(number) for number in range(200)]
    new = [await store.write(fixes[at : at + 50], ()) for at in range(0, 200, 50)]
    assert await store.write(fixes[:50], ()) == 0
    assert await kept(store) == fixes
    assert sum(new) <= 200
    assert store._endpoint.dynamo.repeated > 5


@pytest_twisted.ensureDeferred
async def test_a_position_is_written_behind_the_states_that_it_tells_of(stores, tmp_path, weather):
    store = await stores(tmp_path, weather.endpoint, writing=60.0)
    written: list[list[str]] = []
    writer = store._writing
    put = writer._table.put

    async def noted(items: Any, removed: Any = ()) -> None:
        await put(items, removed)
        written.append([item["k"]["S"] for item in items])

    writer._table.put = noted
    states = [LastState(f"friend/ann/{n}", T0, b"{}") for n in range(30)]
    gone = LastState(JANE, T0, None)
    await store.write([], [*states, LastState(f"{POSITION}a", 0.0, b"{}"), gone])
    assert [len(each) for each in written if each] == [30, 1]
    assert written[-1] == [f"{POSITION}a"]


@pytest_twisted.ensureDeferred
async def test_a_long_throttling_loses_nothing_and_keeps_the_order(weather, stores, tmp_path):
    store = logged(tmp_path / "log", await stores(tmp_path, weather.endpoint, writing=0.1))
    await store.open()
    await store.write([fix(0)], [LastState(JANE, T0, b"0")])
    await until(lambda: not store.indexer.behind)
    weather.mood = lambda operation: THROTTLED
    for number in range(1, 30):
        assert await store.write([fix(number)], [LastState(JANE, T0, b"%d" % number)]) == 1
    await until(lambda: THROTTLED in store.trouble)
    weather.mood = lambda operation: None
    # Written while the rest is on its way into the table: it stands behind it.
    await store.write([fix(30)], [LastState(JANE, T0, b"30")])
    await until(lambda: not store.indexer.behind and not store.trouble)
    assert await kept(store) == [fix(number) for number in range(31)]
    assert (await store.last_states())[0] == [LastState(JANE, T0, b"30")]
    await store.write([fix(31)], ())
    assert len(await kept(store)) == 32
    await store.close()


@pytest_twisted.ensureDeferred
async def test_rights_that_are_taken_away_are_waited_for(weather, stores, tmp_path):
    store = logged(tmp_path / "log", await stores(tmp_path, weather.endpoint, writing=0.1))
    await store.open()
    await store.write([fix(0)], ())
    await until(lambda: not store.indexer.behind)
    weather.mood = lambda operation: "AccessDeniedException"
    await store.write([fix(1)], ())
    await until(lambda: "AccessDenied" in store.trouble)
    weather.mood = lambda operation: None
    await until(lambda: not store.indexer.behind and not store.trouble)
    assert await kept(store) == [fix(0), fix(1)]
    assert store.indexer.left_out == 0
    await store.close()


@pytest_twisted.ensureDeferred
async def test_what_waits_is_bounded_and_the_next_is_refused(weather, stores, tmp_path):
    inner = await stores(tmp_path, weather.endpoint, writing=0.0)
    store = logged(tmp_path / "log", inner, most=2000, store="DynamoDB")
    await store.open()
    await store.write([fix(-1)], ())
    await until(lambda: not store.indexer.behind)
    weather.mood = lambda operation: "cut"
    taken = 0
    refused = 0
    for number in range(40):
        try:
            taken += await store.write([fix(number)], ())
        except Unavailable:
            refused += 1
    assert taken > 0
    assert refused == 40 - taken > 0
    with pytest.raises(Unavailable, match="what waits for DynamoDB fills its place"):
        await store.write([fix(99)], ())
    weather.mood = lambda operation: None
    await until(lambda: not store.indexer.behind and not store.trouble)
    assert await kept(store) == [fix(number) for number in range(-1, taken)]
    assert await store.write([fix(99)], ()) == 1
    await store.close()


@pytest_twisted.ensureDeferred
async def test_a_start_without_aws_keeps_what_comes_and_what_was_left(weather, stores, tmp_path):
    weather.mood = lambda operation: "cut"
    how = {"writing": 0.0, "name": "without-aws", "retry_for": 0.5}
    first = logged(tmp_path / "log", await stores(tmp_path, weather.endpoint, **how))
    await first.open()
    await first.write([fix(0)], ())
    await first.close()
    second = logged(tmp_path / "log", await stores(tmp_path, weather.endpoint, **how))
    await second.open()
    await second.write([fix(1)], ())
    await until(lambda: second.trouble)
    with pytest.raises(Unavailable):
        await second.page(Span(JANE, "fix"))
    weather.mood = lambda operation: None
    await until(lambda: not second.indexer.behind and not second.trouble)
    assert await kept(second) == [fix(0), fix(1)]
    await second.close()


@pytest.mark.parametrize("mood", ["silent", "stuck", "cut", THROTTLED])
@pytest_twisted.ensureDeferred
async def test_a_store_is_closed_at_once_whatever_it_waits_for(weather, stores, tmp_path, mood):
    inner = await stores(tmp_path, weather.endpoint, writing=0.0)
    store = logged(tmp_path / "log", inner, retry=(0.0, 0.0))
    await store.open()
    weather.mood = lambda operation: THROTTLED
    await store.write([fix(0)], ())
    weather.mood = lambda operation: mood
    asked = sum(weather.asked.values())
    await until(lambda: sum(weather.asked.values()) > asked)
    await store.close().addTimeout(9, reactor)  # an answer may take ten
    assert store.indexer.behind > 0


@pytest_twisted.ensureDeferred
async def test_an_erasure_reaches_what_waits_in_the_log(weather, stores, tmp_path):
    store = logged(tmp_path / "log", await stores(tmp_path, weather.endpoint, writing=0.0))
    await store.open()
    weather.mood = lambda operation: THROTTLED if operation == "BatchGetItem" else None
    await store.write([fix(0), fix(1, "friend/omar/phone")], [LastState(JANE, T0, b"{}")])
    await until(lambda: store.trouble)
    assert await store.erase([JANE]) == 1
    weather.mood = lambda operation: None
    await until(lambda: not store.indexer.behind and not store.trouble)
    assert await kept(store) == []
    assert len(await kept(store, "friend/omar/phone")) == 1
    assert (await store.last_states())[0] == []
    await store.close()


@pytest_twisted.ensureDeferred
async def test_rights_that_are_missing_are_told_at_start(weather, tmp_path):
    weather.mood = lambda operation: "AccessDeniedException"
    store = dynamo_store(tmp_path, weather.endpoint, name="secret")
    with pytest.raises(CannotOpen, match=r"table secret cannot be used.*AccessDeniedException"):
        await store.open()
    await store.close()


@pytest_twisted.ensureDeferred
async def test_what_has_ended_is_gone_though_dynamodb_still_has_it(stores, tmp_path):
    now = [T0 + 100]
    store = await stores(tmp_path, keep=1000.0, wall=lambda: now[0])
    told = await store._endpoint.dynamo.call("DescribeTimeToLive", TableName=store._table.name)
    assert told["TimeToLiveDescription"]["AttributeName"] == "x"
    alarm = entry("probot/ProBot1", "alarm", T0, T0, b"1")
    await store.write([fix(0), fix(500), alarm], ())
    now[0] = T0 + 1200
    assert await kept(store) == [fix(500)]
    assert (await store.events(["alarm"])).entries == []
    assert list(await store.counts(JANE, "fix", [T0, T0 + 1000])) == [1]


@pytest_twisted.ensureDeferred
async def test_a_second_start_finds_the_same_table(stores, tmp_path):
    first = await stores(tmp_path, name="twice")
    await first.write([fix(0)], ())
    second = await stores(tmp_path, name="twice", keep=1e9)
    assert await kept(second) == [fix(0)]
    assert (await second.figures()).bytes is not None


@pytest_twisted.ensureDeferred
async def test_an_entry_that_fits_into_no_item_harms_no_other(stores, tmp_path):
    store = await stores(tmp_path)
    large = entry(JANE, "fix", T0, T0, b'"%b"' % (b"x" * 400_000))
    assert await store.write([large, fix(1)], [LastState(JANE, T0, large.body)]) == 1
    assert await kept(store) == [fix(1)]


@pytest_twisted.ensureDeferred
async def test_a_long_history_is_read_by_its_days(stores, tmp_path):
    store = await stores(tmp_path)
    fixes = [fix(day * 86_400) for day in range(0, 300, 30)]
    await store.write(fixes, ())
    assert await kept(store) == fixes
    page = await store.page(Span(JANE, "fix", since=fixes[4].tst, until=fixes[5].tst), 10)
    assert list(page.entries) == fixes[4:6]
    page = await store.page(Span(JANE, "fix", newest_first=True), 1)
    assert list(page.entries) == fixes[-1:]


times = st.floats(-6e10, 2.5e11) | st.integers(0, 4 * 10**9).map(float)
digests = st.integers(0, (1 << 63) - 1)


@given(times, times, digests, digests)
def test_places_sort_as_times_do(one, two, digest, other):
    if one + 2e-6 < two:
        assert keys.place(one, digest) < keys.place(two, other)
    if one <= two:
        assert keys.day_of(one) <= keys.day_of(two)
    if digest < other:
        assert keys.place(one, digest) < keys.place(one, other)


@given(times, digests)
def test_bounds_are_as_near_as_can_be(tst, digest):
    place = keys.place(tst, digest)
    before, behind = keys.just_before(tst, digest), keys.just_behind(tst, digest)
    assert before < place < behind
    if digest:
        assert keys.place(tst, digest - 1) < before
    assert behind < keys.place(tst, digest + 1)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), times, digests)
def test_an_entry_is_the_same_when_it_comes_back(name, tst, digest):
    before = HistoryEntry(f"friend/{name}", "alarm", tst, T0 + 0.5, '{"ü":1}'.encode(), digest)
    item = keys.item_of(before)
    assert keys.entry_of(item) == before
    assert len(item["es"]["S"].encode()) <= 1024
    assert len(item["sk"]["S"]) == 35


@pytest.mark.timeout(150)  # the server starts twice
@pytest_twisted.ensureDeferred
async def test_a_server_with_its_history_in_dynamodb_forgets_nothing(monkeypatch, stores):
    """The whole of it: phones, broker, server, table; the server is killed and comes back."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with Broker() as broker:
        settings = f"""
            [broker.main]
            host = "127.0.0.1"
            port = {broker.port}
            [driving]
            guard = false
            [history]
            store = "dynamodb"
            [dynamodb]
            table = "whole"
            region = "eu-west-1"
            endpoint = "{endpoint()}"
        """
        with SightlineProcess(settings) as server:
            speaker = Client(CallbackAPIVersion.VERSION2)
            speaker.connect("127.0.0.1", broker.port)
            speaker.loop_start()
            store = await stores(server.folder / "other", name="whole")
            began = int(time.time()) - 1000

            def speak(number: int) -> None:
                fix = b'{"_type":"location","lat":1,"lon":2,"tst":%d}' % (began + number)
                speaker.publish("owntracks/jane/phone", fix, 1).wait_for_publish(60)

            # What comes before the server has subscribed is nobody's.
            await until(lambda: speak(0) or kept(store), "the first fix")
            count = 10
            for number in range(1, count):
                speak(number)
            # The present states are written behind the entries, not with them.
            await until(
                lambda: store.last_states(),
                "her present state",
                every=0.05,
                such=lambda page: JANE in [standing.thing for standing in page[0]],
            )
            server.restart(signal.SIGKILL)
            await until(
                lambda: "things are known from before" in server.logged, lambda: server.logged
            )
            found = await until(
                lambda: kept(store), "every fix", every=0.05, such=lambda found: len(found) >= count
            )
            assert len(found) == count
            speaker.disconnect()
            stop_loop(speaker)
