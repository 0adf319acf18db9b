"""`sightline import` and `sightline export`: files into history and out of it again.

Covers cli/bookmarks.py, cli/exporting.py, cli/history_db.py, cli/progress.py, history/importing.py.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import time
import xml.etree.ElementTree as ET
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_twisted

import preloaded
from sightline.accounts.database import Database
from sightline.accounts.database_audit import Search
from sightline.cli.bookmarks import Bookmarks
from sightline.cli.exporting import Export, moment
from sightline.cli.importing import Import
from sightline.cli.progress import ProgressBar
from sightline.history import tables
from sightline.history.formats import rec
from sightline.history.importing import CannotImport, Source, sources, steps
from sightline.history.lines import Problem
from sightline.history.memory import MemoryStore
from sightline.history.record import entry
from sightline.history.store import Span
from sightline.history.writing import StoreWriter
from sightline.kinds.friends.decode import decode
from sightline.model.kind import Timeouts

TST = 1_795_235_749  # 2026-11-21 04:35:49 UTC
JANE = "friend/jane/phone"
MONTH = 30 * 86_400
DECODE: Any = partial(decode, Timeouts(1.0, 1.0))


def location(number: int = 0, **more: object) -> bytes:
    said = {"_type": "location", "lat": 48.85, "lon": 2.29, "tst": TST + number, "tid": "JA"}
    return msgspec.json.encode(said | more)


def line(number: int = 0, part: str = "", **more: object) -> bytes:
    return rec.written(TST + number, part, location(number, **more))


TRANSITION = msgspec.json.encode(
    {"_type": "transition", "event": "enter", "desc": "Office", "tst": TST + 5, "acc": 5}
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Recorder's store with two people in it."""
    jane = tmp_path / "store" / "rec" / "jane" / "phone"
    jane.mkdir(parents=True)
    (jane / "2026-10.rec").write_bytes(line(-MONTH) + line(-MONTH + 1))
    (jane / "2026-11.rec").write_bytes(
        line(0)
        + rec.written(TST + 5, "event", TRANSITION)
        + rec.written(TST + 6, "", b'{"_type":"lwt","tst":1}')
        + line(7)
    )
    omar = tmp_path / "store" / "rec" / "omar" / "watch"
    omar.mkdir(parents=True)
    (omar / "2026-11.rec").write_bytes(line(3))
    return tmp_path / "store"


class Scene:
    """A store, and what is told while files come into it."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self.folder = folder
        self.said = io.StringIO()

    async def brings(self, *paths: Path, device: str = "", again: bool = False) -> str:
        marks = Bookmarks(self.folder / "imported.json")
        work = Import(self.store, marks, ProgressBar(0, self.said), again=again)
        await work.files(sources(paths, device))
        marks.save()
        return work.summary

    async def kept(self, thing: str = JANE, sort: str = "fix") -> list[float]:
        page = await self.store.page(Span(thing, sort), 10_000)
        return [each.tst - TST for each in page.entries]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


# -- import


@pytest_twisted.ensureDeferred
async def test_a_recorders_store_comes_in_whole(scene, folder):
    assert await scene.brings(folder) == (
        "6 entries read, 6 of them new; 1 messages that are no positions"
    )
    assert await scene.kept() == [-MONTH, -MONTH + 1, 0, 7]
    assert await scene.kept(sort="transition") == [5]
    assert await scene.kept("friend/omar/watch") == [3]
    page = await scene.store.page(Span(JANE, "fix", since=TST), 1)
    assert page.entries[0] == entry(JANE, "fix", TST, TST, location(0))


@pytest_twisted.ensureDeferred
async def test_a_second_import_adds_nothing(scene, folder):
    await scene.brings(folder)
    again = await scene.brings(folder, again=True)
    assert again.startswith("6 entries read, 0 of them new")
    quick = await scene.brings(folder)
    assert quick.startswith("0 entries read, 0 of them new; 3 files were imported before")


@pytest_twisted.ensureDeferred
async def test_a_file_that_has_grown_is_read_from_where_it_ended(scene, folder):
    await scene.brings(folder)
    file = folder / "rec" / "jane" / "phone" / "2026-11.rec"
    with file.open("ab") as out:
        out.write(line(20) + b"rubbish\n" + line(21)[:-30])
    summary = await scene.brings(file)
    assert summary == "1 entries read, 1 of them new; 1 that cannot be used"
    assert f"{file}:6: not three columns" in scene.said.getvalue()
    # What was cut off is whole now.
    file.write_bytes(file.read_bytes() + line(21)[-30:])
    assert (await scene.brings(file)).startswith("1 entries read, 1 of them new")
    assert (await scene.kept())[-2:] == [20, 21]


@pytest_twisted.ensureDeferred
async def test_a_file_that_is_another_one_is_read_from_the_beginning(scene, folder):
    file = folder / "rec" / "jane" / "phone" / "2026-10.rec"
    await scene.brings(file)
    file.write_bytes(line(30) + line(31) + line(32))
    assert (await scene.brings(file)).startswith("3 entries read, 3 of them new")


@pytest_twisted.ensureDeferred
async def test_an_import_that_was_cut_off_goes_on_where_it_was(scene, folder):
    file = folder / "rec" / "jane" / "phone" / "2026-11.rec"
    file.write_bytes(b"".join(line(number) for number in range(2500)))
    keep, calls = scene.store.write, []

    def fails_at_last(entries, last_states):
        calls.append(len(entries))
        if len(calls) == 3:
            raise OSError("the power goes")
        return keep(entries, last_states)

    scene.store.write = fails_at_last
    with pytest.raises(OSError, match="the power goes"):
        await scene.brings(file)
    scene.store.write = keep
    assert await scene.brings(file) == "500 entries read, 500 of them new"
    assert len(await scene.kept()) == 2500


@pytest_twisted.ensureDeferred
async def test_hostile_lines_are_named_and_harm_no_other(scene, tmp_path):
    file = tmp_path / "jane" / "phone" / "x.rec"
    file.parent.mkdir(parents=True)
    bad = [
        b"\xff\xfe\t*\t{}",
        b"2026-11-21T04:35:49Z\t*\t{}",
        b"2026-11-21T04:35:49Z\t*\t" + b"[" * 50_000,
        b'2026-11-21T04:35:49Z\t*\t{"_type":"location","lat":91,"lon":0,"tst":1}',
        b'2026-11-21T04:35:49Z\t*\t{"_type":"location","lat":NaN,"lon":0,"tst":1}',
        b"x" * 1_500_000,
        b"2026-11-21T04:35:49Z\t\xff\t{}",
    ]
    file.write_bytes(b"\n".join([line(1)[:-1], *bad, line(2)]))
    summary = await scene.brings(file)
    assert summary == f"2 entries read, 2 of them new; {len(bad)} that cannot be used"
    told = scene.said.getvalue().splitlines()
    assert [text.split(": ")[0] for text in told] == [f"{file}:{n}" for n in range(2, 9)]


@pytest_twisted.ensureDeferred
async def test_gpx_comes_in_as_somebodys(scene, tmp_path):
    file = tmp_path / "Walk.GPX"
    point = '<trkpt lat="48.85" lon="2.29"><time>2026-11-21T04:35:49Z</time></trkpt>'
    file.write_text(f"<gpx>\n{point}\n<wpt lat='1' lon='2'/>\n{point}</gpx>")
    summary = await scene.brings(file, device="jane/phone")
    assert summary == ("2 entries read, 1 of them new; 1 that cannot be used")
    assert f"{file}:3: a point without a time" in scene.said.getvalue()
    assert await scene.kept() == [0]
    assert (await scene.brings(file, device="jane/phone")).startswith("0 entries read")
    zipped = tmp_path / "walk.gpx.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    assert (await scene.brings(zipped, device="omar/watch")).startswith("2 entries read, 1 of")
    file.write_text("<gpx><trk>")
    assert "1 that cannot be used" in await scene.brings(file, device="jane/phone")


def test_whose_a_file_is_must_be_known(tmp_path, folder):
    found = sources([folder])
    assert [source.topic for source in found] == ["owntracks/jane/phone"] * 2 + [
        "owntracks/omar/watch"
    ]
    file = tmp_path / "x.gpx"
    file.write_text("")
    for paths, device, why in (
        ([file], "", "whose is it"),
        ([file], "jane", "no user/device"),
        ([file], "jane/phone/event", "no user/device"),
        ([file], "jane/" + "x" * 200, "no user/device"),
        ([file], "../evil", "no user/device: nobody is called"),
        ([file], "jane/.", "no user/device: nobody is called"),
        ([tmp_path / "none"], "", "no such file"),
        ([Path("/proc/self/fdinfo")], "", r"holds no \.rec files"),
    ):
        with pytest.raises(CannotImport, match=why):
            sources(paths, device)


def test_a_broken_compressed_file_is_a_problem_with_its_line(tmp_path):
    file = tmp_path / "x.rec"
    data = gzip.compress(os.urandom(0) + b"".join(line(n) for n in range(3000)))
    file.write_bytes(data[: len(data) // 2])
    with pytest.raises(Problem, match=r"x\.rec:\d+: cannot be read on"):
        list(steps(Source(file, "owntracks/jane/phone"), DECODE))


# -- export


async def exports(scene: Scene, to: Path, form: str, since: float = 0, until: float = 4e9) -> str:
    to.mkdir(exist_ok=True)
    export = Export(scene.store, to, since, until)
    for thing in await scene.store.things():
        await export.thing(thing, form)
    return export.summary


@pytest_twisted.ensureDeferred
async def test_what_was_imported_is_exported_the_same(scene, folder, tmp_path):
    """The files are those of the Recorder, byte for byte, but for what history does not keep."""
    await scene.brings(folder)
    to = tmp_path / "out"
    assert await exports(scene, to, "rec") == "6 entries in 3 files"
    for path in folder.rglob("*.rec"):
        kept = [text for text in path.read_bytes().splitlines(True) if b'"lwt"' not in text]
        made = to / path.relative_to(folder)
        assert made.read_bytes() == b"".join(kept)
        assert made.stat().st_mode & 0o077 == 0
    other = Scene(tmp_path / "store")
    assert (await other.brings(to)).startswith("6 entries read, 6 of them new")
    for sort in ("fix", "transition"):
        span = Span(JANE, sort)
        assert await other.store.page(span) == await scene.store.page(span)


@pytest_twisted.ensureDeferred
async def test_an_export_again_writes_only_what_has_changed(scene, folder, tmp_path):
    await scene.brings(folder)
    to = tmp_path / "out"
    await exports(scene, to, "rec")
    assert await exports(scene, to, "rec") == "0 entries in 0 files; 3 files had not changed"
    (to / "rec" / "omar" / "watch" / "2026-11.rec").unlink()  # as if cut off before
    await scene.store.write([entry(JANE, "fix", TST + 9, TST, location(9))], [])
    assert await exports(scene, to, "rec") == "5 entries in 2 files; 1 files had not changed"


@pytest_twisted.ensureDeferred
async def test_other_formats_make_a_file_for_each_friend(scene, folder, tmp_path):
    await scene.brings(folder)
    to = tmp_path / "out"
    for form in ("gpx", "geojson", "csv"):
        assert await exports(scene, to, form) == "5 entries in 2 files"
    points = json.loads((to / "jane" / "phone.geojson").read_bytes())["features"]
    assert len(points) == 4
    track = ET.parse(to / "jane" / "phone.gpx")
    assert len(list(track.iter("{http://www.topografix.com/GPX/1/1}trkpt"))) == 4
    assert len((to / "omar" / "watch.csv").read_text().splitlines()) == 2


@pytest_twisted.ensureDeferred
async def test_only_the_time_asked_for_is_written_both_ends_included(scene, folder, tmp_path):
    await scene.brings(folder)
    summary = await exports(scene, tmp_path / "out", "rec", TST, TST + 5)
    assert summary == "3 entries in 2 files"
    made = (tmp_path / "out" / "rec" / "jane" / "phone" / "2026-11.rec").read_bytes()
    assert made == line(0) + rec.written(TST + 5, "event", TRANSITION)


@pytest_twisted.ensureDeferred
async def test_what_was_hidden_is_not_written(scene, folder, tmp_path):
    await scene.brings(folder)
    page = await scene.store.page(Span(JANE, "fix"))
    await scene.store.hide(JANE, "fix", [(e.tst, e.digest) for e in page.entries[1:]], "u")
    await exports(scene, tmp_path / "out", "geojson")
    assert b"2.29" in (tmp_path / "out" / "jane" / "phone.geojson").read_bytes()
    points = json.loads((tmp_path / "out" / "jane" / "phone.geojson").read_bytes())["features"]
    assert len(points) == 1


def test_a_time_is_a_day_or_has_its_offset():
    assert moment("2026-11-21") == TST - 4 * 3600 - 35 * 60 - 49
    assert moment("2026-11-21T05:35:49+01:00") == TST
    for text in ("yesterday", "2026-11-21T05:35:49", ""):
        with pytest.raises(Exception, match="must be a day"):
            moment(text)


# -- the commands, as people type them


def sightline(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return preloaded.sightline(*words, folder=cwd)


def test_the_commands_work_on_the_servers_own_history(folder, tmp_path):
    (tmp_path / "state").mkdir(mode=0o700)
    done = sightline("import", folder, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "6 entries read, 6 of them new" in done.stderr
    done = sightline("export", "jane/phone", "--to", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "rec" / "jane" / "phone" / "2026-10.rec").is_file()
    assert not (tmp_path / "out" / "rec" / "omar").exists()
    done = sightline("export", "nobody/phone", "--to", "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "sightline: nothing is known of nobody/phone\n")
    database = Database(tmp_path / "state", time.time)
    found = [record.event.what for record in database.records(Search())]
    database.close()
    assert found == ["export", "import", "import"]


def test_a_name_that_can_be_no_file_keeps_nobody_else_from_being_exported(tmp_path):
    """As a history of before has them; what comes in now has no such names."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    long = "\u20ac" * 128  # 384 bytes
    sql = tables.opened(state / tables.FILE)
    things = (JANE, "friend/../evil", "friend/jane/.", f"friend/jane/{long}")
    writer = StoreWriter(sql)
    writer.write([entry(thing, "fix", TST, TST, location()) for thing in things], [])
    writer.close()
    Database(state, time.time).close()  # or the history would look as if its accounts were lost
    done = sightline("export", "--to", "out/in", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.rec")]
    assert found == [Path("out/in/rec/jane/phone/2026-11.rec")]
    for name in ("'../evil'", "'jane/.'", long):
        assert name in done.stderr
    assert done.stderr.count("left out: ") == 3
    done = sightline("export", "../evil", "--to", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert "'../evil' cannot be the name of a file" in done.stderr


# -- what people really have: rows 04, 05, 13, 14, 15 of the arrivals


@pytest_twisted.ensureDeferred
async def test_a_recorders_small_letters_join_the_names_that_there_are(scene, folder):
    known = ["friend/Jane/Phone", "friend/omar/watch", "friend/Omar/Watch", "face/x/y"]
    found = [source.topic for source in sources([folder], "", known)]
    assert found == ["owntracks/Jane/Phone"] * 2 + ["owntracks/omar/watch"]
    # Two of which it could be either: none of them is guessed.
    two = [source.topic for source in sources([folder], "", ["friend/JANE/phone", *known])]
    assert two[0] == "owntracks/jane/phone"
    # Whoever says it is believed.
    (said,) = {source.topic for source in sources([folder], "jane/phone", known)}
    assert said == "owntracks/jane/phone"


def test_names_are_looked_up_in_the_store(tmp_path):
    (tmp_path / "state").mkdir(mode=0o700)
    for store, device, lines in (("a", "Will/iPhone6s", [0]), ("b", "will/iphone6s", [1, 2])):
        made = tmp_path / store / "rec" / device
        made.mkdir(parents=True)
        (made / "2026-11.rec").write_bytes(b"".join(map(line, lines)))
        done = sightline("import", tmp_path / store, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    done = sightline("export", "Will/iPhone6s", "--to", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "out").rglob("*.rec")
    assert len(file.read_bytes().splitlines()) == 3
    small = sightline("export", "will/iphone6s", "--to", "small", cwd=tmp_path)
    assert small.returncode == 0, small.stderr
    (same,) = (tmp_path / "small").rglob("*.rec")
    assert same.relative_to(tmp_path / "small") == file.relative_to(tmp_path / "out")
    assert sightline("export", "will/other", "--to", "out", cwd=tmp_path).returncode == 1


@pytest_twisted.ensureDeferred
async def test_small_trackers_in_a_recorders_store_come_in(scene, tmp_path):
    gone = tmp_path / "rec" / "gw" / "tracker"
    gone.mkdir(parents=True)
    said = location(0, t="p", cog=60, dist=0, trip=24_000, csv=True)
    (gone / "2026-11.rec").write_bytes(rec.written(TST, "csv", said) + b"\n" + line(1, "pico"))
    assert await scene.brings(tmp_path / "rec") == "2 entries read, 2 of them new"
    assert await scene.kept("friend/gw/tracker") == [0, 1]


@pytest_twisted.ensureDeferred
async def test_gpx_as_devices_write_it(scene, tmp_path):
    file = tmp_path / "walk.gpx"
    time = "<time>2026-11-21T04:35:49Z</time>"
    file.write_text(
        '<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
        f'<trkpt lat="47.1" lon="8.1">{time}<extensions><gpxtpx:TrackPointExtension>'
        "<gpxtpx:hr>120</gpxtpx:hr></gpxtpx:TrackPointExtension></extensions></trkpt>"
        f'<trkpt lat="47.1" lon="8.2"><ele>NaN</ele>{time}</trkpt>'
        f'<trkpt lat="47.2" lon="8.2"><ele>10,5</ele>{time}<speed>fast</speed></trkpt>'
        "</trkseg></trk></gpx>"
    )
    assert await scene.brings(file, device="gpx/a") == (
        "3 entries read, 3 of them new; 3 parts of messages left out, which made no sense"
    )
    page = await scene.store.page(Span("friend/gpx/a", "fix"), 10)
    assert all(b"alt" not in each.body and b"vel" not in each.body for each in page.entries)
    good = tmp_path / "good.gpx"
    good.write_text(f'<gpx><trkpt lat="47.1" lon="8.1"><ele>10</ele>{time}</trkpt></gpx>')
    assert await scene.brings(good, device="gpx/b") == "1 entries read, 1 of them new"


@pytest_twisted.ensureDeferred
async def test_an_export_for_other_programs_holds_no_fix_that_cannot_be_right(scene, tmp_path):
    places = [(48.0, 11.0), (0.0, 0.0), (48.0, 11.0)]
    said = [location(n, lat=lat, lon=lon, acc=5) for n, (lat, lon) in enumerate(places)]
    await scene.store.write(
        [entry(JANE, "fix", TST + n, TST + n, b) for n, b in enumerate(said)], []
    )
    await exports(scene, tmp_path / "out", "gpx")
    assert (tmp_path / "out" / "jane" / "phone.gpx").read_bytes().count(b"<trkpt") == 2
    await exports(scene, tmp_path / "out", "rec")  # a Recorder's store is all there is
    (file,) = (tmp_path / "out").rglob("*.rec")
    assert len(file.read_bytes().splitlines()) == 3
