"""A Recorder's own store, brought in: ``/api/0/locations`` answers as that Recorder did.

The lines of its files are those that Recorder 1.0.1 writes for the posts after which it was asked;
what it answered lies beside the project (golden/recorder-http.txt).

Covers history/formats/recorder_store.py.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

from owntracks.scene import PhoneScene
from owntracks.test_recorder_api import GOLDEN, NOTED, golden
from sightline.cli.bookmarks import Bookmarks
from sightline.cli.importing import Import
from sightline.cli.progress import ProgressBar
from sightline.history.importing import sources
from sightline.wiring.owntracks_ranges import StoredFixes, judged
from web_scene import NOW

POSTED = (
    '{"_type":"location","lat":48.85,"lon":2.29,"acc":5,"tid":"JA","tst":1795235749,"batt":50,'
    '"t":"p","_http":true}'
)
LINES = (
    f"2026-11-21T04:35:49Z\t*                 \t{POSTED}\n"
    f"2026-11-21T04:35:49Z\t*                 \t{POSTED}\n"
    '2026-11-21T04:35:59Z\tevent             \t{"_type":"transition","wtst":1385997757,'
    '"lat":48.86,"lon":2.3,"tst":1795235759,"acc":5,"tid":"JA","event":"enter","desc":"Office",'
    '"t":"c","rid":"f7676c","_http":true}\n'
)
WILL = '2013-12-02T15:22:37Z\t*                 \t{"_type":"lwt","tst":1385997757,"_http":true}\n'
PATH = "locations?user=jane&device=phone"


async def brought_in(open_web: Any, folder: Path) -> tuple[PhoneScene, str]:
    store = folder / "store" / "rec" / "jane" / "phone"
    store.mkdir(parents=True)
    (store / "2026-11.rec").write_text(LINES)
    (store / "2013-12.rec").write_text(WILL)
    here = await PhoneScene().opens(open_web)
    here.home.clock.advance(NOTED - NOW)
    here.recorder._ranges = judged(StoredFixes(here.home.store))
    here.hears("jane/phone", {"_type": "card", "name": "Jane"}, "/info")
    marks = Bookmarks(folder / "imported.json")
    work = Import(here.home.store, marks, ProgressBar(0, io.StringIO()))
    await work.files(sources([folder / "store"], ""))
    return here, await here.home.knows("reader", see=("*",))


@pytest.mark.skipif(not GOLDEN.exists(), reason="the Recorder's own answers are not there")
@pytest_twisted.ensureDeferred
async def test_what_came_from_a_recorder_is_answered_as_by_that_recorder(open_web, tmp_path):
    here, cookie = await brought_in(open_web, tmp_path)
    asked = 0
    for path, headers, answer in golden():
        if headers or not path.startswith(PATH) or "from=" in path or "poi" in path:
            continue
        asked += 1
        got = (await here.gets(path, cookie=cookie)).data.decode()
        if "gpx" in path:
            answer = answer.replace("OwnTracks-Recorder", "Sightline")
        if path == PATH or "fields" in path or "geojson" in path:
            ours, theirs = json.loads(got), json.loads(answer)
            name = "features" if "geojson" in path else "data"
            # It wrote down twice what came twice; here once is enough.
            assert ours[name] == theirs[name][:1] == theirs[name][1:]
        elif "linestring" in path:
            point = json.loads(got)["geometry"]["coordinates"]
            assert [point, point] == json.loads(answer)["geometry"]["coordinates"]
        elif "foo" in path:
            assert got == "unrecognized format\n"
        else:
            assert sorted(set(got.split("\n"))) == sorted(set(answer.rstrip().split("\n")) | {""})
    assert asked == 8


@pytest_twisted.ensureDeferred
async def test_what_a_recorder_wrote_down_has_its_marks(open_web, tmp_path):
    here, cookie = await brought_in(open_web, tmp_path)
    (one,) = (await here.gets(PATH, cookie=cookie)).said["data"]
    assert one["_http"] is True
    assert (one["acc"], one["batt"], one["isorcv"]) == (5, 50, "2026-11-21T04:35:49Z")
