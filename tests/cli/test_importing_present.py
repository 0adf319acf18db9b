"""`sightline import` of a Recorder's whole store: who is where, cards and waypoints come along.

Covers owntracks/imported_states.py.
"""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from cli.test_importing import sightline
from owntracks.scene import PhoneScene, fix
from sightline.cli import importing_present
from sightline.cli.bookmarks import Bookmarks
from sightline.cli.importing import Import
from sightline.cli.progress import ProgressBar
from sightline.history.formats import rec
from sightline.history.formats.recorder_store import states
from sightline.history.importing import named, sources
from sightline.history.memory import MemoryStore
from sightline.history.store import Span
from sightline.kinds.friends.updates import PhoneWaypoint
from sightline.owntracks import imported_states
from sightline.wiring.owntracks_imports import BroughtStates
from waits import until
from web_scene import NOW

TST = int(NOW) - 90_000  # a day ago
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


def location(number: int, **more: Any) -> dict[str, Any]:
    said = {"_type": "location", "lat": 48.85, "lon": 2.29, "acc": 5, "tst": TST + number}
    return {**said, "tid": "JA", **more}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A Recorder's store: Jane/iPhone with everything, omar/watch with a past only, and a card of
    the user ann, as the Recorder 1.0.1 lays them down.
    """
    folder = tmp_path / "store"

    def put(name: str, said: Any) -> None:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(said if isinstance(said, bytes) else json.dumps(said).encode())

    jane = [rec.written(TST + n, "", msgspec.json.encode(location(n))) for n in (0, 60)]
    put("rec/jane/iphone/2026-11.rec", b"".join(jane))
    added = {"topic": "owntracks/Jane/iPhone", "username": "jane", "device": "iphone"}
    last = {**location(60, SSID="Home", _http=True), **added, "ghash": "u09tuhg"}
    put("last/jane/iphone/jane-iphone.json", last)
    put("cards/jane/iphone/jane-iphone.json", {"_type": "card", "name": "Jane Jolie", "tid": "JJ"})
    put("photos/jane/iphone/jane-iphone.png", PNG)
    points = [{"_type": "waypoint", "desc": "Office", "lat": 48, "lon": 2, "rad": 90, "tst": 1385}]
    put("waypoints/jane/iphone/jane-iphone.otrw", {"_type": "waypoints", "waypoints": points})
    put("rec/omar/watch/2026-11.rec", jane[0] + b"broken\n")
    put("last/ann/car/ann-car.json", {**location(5, lat=50.0), "topic": "owntracks/ann/car"})
    put(
        "cards/ann/ann.json",
        {"_type": "card", "name": "Ann", "face": base64.b64encode(PNG).decode()},
    )
    put("last/bad/file/bad-file.json", b"{")
    return folder


def test_what_a_store_holds_of_each_device(store: Path) -> None:
    found = {state.folder: state for state in states(store)}
    assert list(found) == ["ann/car", "bad/file", "jane/iphone", "omar/watch"]
    jane = found["jane/iphone"]
    assert jane.topic == "owntracks/Jane/iPhone"
    assert jane.location == location(60, SSID="Home", _http=True)
    assert jane.card is not None
    assert base64.b64decode(jane.card["face"]) == PNG
    assert jane.waypoints is not None
    assert jane.waypoints["waypoints"][0]["desc"] == "Office"
    assert found["ann/car"].card == {"_type": "card", "name": "Ann", "face": jane.card["face"]}
    assert found["omar/watch"].location is None
    assert found["bad/file"].problems[0].endswith("bad-file.json: not a JSON object")


class Scene:
    """An import into a store of history, and the server that takes in what it brings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history = MemoryStore()

    async def brings(self, path: Path) -> list[imported_states.BroughtMessage]:
        now = importing_present.stored_states([path])
        known = importing_present.names_of(now)
        found = sources([path], "", known)
        marks = Bookmarks(self.folder / "marks")
        work = Import(self.history, marks, ProgressBar(0, io.StringIO()))
        await work.files(found)
        things = [source.topic.replace("owntracks/", "friend/") for source in found]
        held = {f"friend/{named(state.folder, known)}": state for state in now}
        return await importing_present.present(self.history, things, held, work.counts)


async def here_takes(here: PhoneScene, folder: Path, messages: Any) -> None:
    file = imported_states.write(folder, messages)
    restored: Deferred[None] = Deferred()
    service = BroughtStates(here.home.hub, here.home.deliveries, folder, restored)
    service.startService()
    try:
        assert file.exists()  # not before the world is as it was
        restored.callback(None)
        await until(lambda: not file.exists())
    finally:
        service.stopService()


@pytest_twisted.ensureDeferred
async def test_everybody_is_at_once_in_the_recorders_api_honestly_dated(open_web, store, tmp_path):
    marked: list[PhoneWaypoint] = []
    messages = await Scene(tmp_path).brings(store)
    here = await PhoneScene().opens(open_web)
    here.home.hub.ingest.tell(PhoneWaypoint, marked.append)
    await here_takes(here, tmp_path, messages)
    admin = await here.home.knows("root", "admin", see=("*",))

    async def asks(path: str) -> Any:
        return json.loads((await here.gets(path, cookie=admin)).data)

    assert (await asks("list"))["results"] == ["Jane", "ann", "omar"]
    assert (await asks("list?user=jane"))["results"] == ["iPhone"]
    last = {one["username"]: one for one in await asks("last")}
    assert (last["Jane"]["tst"], last["Jane"]["name"]) == (TST + 60, "Jane Jolie")
    assert base64.b64decode(last["Jane"]["face"]) == PNG
    assert (last["omar"]["tst"], last["ann"]["lat"], last["ann"]["name"]) == (TST, 50.0, "Ann")
    jane = here.friend("Jane/iPhone")
    assert (jane.presence, jane.evidence, jane.heard) == ("offline", "silence", TST + 60)
    assert [each.thing for each in marked] == ["friend/Jane/iPhone"]
    counts = here.home.deliveries.of("friend/omar/watch")
    assert counts is not None
    assert (counts.used, counts.refused, counts.via) == (1, 1, "import")


@pytest_twisted.ensureDeferred
async def test_nothing_newer_is_pushed_out(open_web, store, tmp_path):
    messages = await Scene(tmp_path).brings(store)
    here = await PhoneScene().opens(open_web)
    here.hears("Jane/iPhone", fix(lat=10.0, tst=int(NOW) - 5))
    here.hears("Jane/iPhone", {"_type": "card", "name": "Jane now"}, "/info")
    await here_takes(here, tmp_path, messages)
    jane = here.friend("Jane/iPhone")
    assert (jane.lat, jane.name, jane.presence) == (10.0, "Jane now", "live")
    assert here.home.world.state("face/Jane/iPhone") is None
    assert here.friend("omar/watch").tst == TST


@pytest_twisted.ensureDeferred
async def test_the_position_is_the_entry_that_history_has(open_web, store, tmp_path):
    scene = Scene(tmp_path)
    (jane,) = [
        message
        for message in await scene.brings(store)
        if (message.device, message.sort) == ("Jane/iPhone", "location")
    ]
    page = await scene.history.page(Span("friend/Jane/iPhone", "fix"), 10)
    assert jane.payload.encode() == page.entries[-1].body  # or it would be there twice
    # A last position that is newer than the files counts.
    newer = store / "last" / "jane" / "iphone" / "jane-iphone.json"
    newer.write_text(json.dumps(location(90, topic="owntracks/Jane/iPhone")))
    messages = await scene.brings(store)
    assert json.loads(messages[0].payload)["tst"] == TST + 90


def test_the_command_lays_it_down_for_the_server(store: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    done = sightline("import", store, cwd=tmp_path)
    assert done.returncode == 1  # one line and one file that cannot be used
    assert "bad-file.json: not a JSON object" in done.stderr
    assert "the present of 3 friends is taken in when the server starts" in done.stderr
    (file,) = imported_states.waiting(state)
    assert file.stat().st_mode & 0o77 == 0
    found = {(each.device, each.sort) for each in imported_states.read(file)}
    assert ("Jane/iPhone", "card") in found
    assert ("omar/watch", "location") in found


def test_lines_that_make_no_sense_harm_no_other(tmp_path: Path) -> None:
    file = imported_states.write(
        tmp_path, [imported_states.BroughtMessage("a/b", "location", "{}")]
    )
    file.write_bytes(b"{\n" + b'{"device":"a/b","sort":"other"}\n' + file.read_bytes())
    assert [each.device for each in imported_states.read(file)] == ["a/b"]
