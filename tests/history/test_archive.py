from __future__ import annotations

import gzip
import json
import os
import resource
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.python.failure import Failure

from sightline.history.archive import erasures
from sightline.history.archive.archive import Archive
from sightline.history.archive.blocks import BlockWriter, members
from sightline.history.archive.folder import Folder
from sightline.history.archive.line import NoMessage, read, written
from sightline.history.lines import LONGEST, numbered, open_lines
from sightline.model.faults import Unavailable
from sightline.model.kind import Arrival
from waits import wait_until

NOW = 1_795_235_739.0  # 2026-11-21 04:35:39 UTC
DAY = 86400.0
TODAY = "2026-11-21"


def said(
    topic: str | bytes = "owntracks/jane/phone", payload: bytes = b"{}", at: float = NOW
) -> Arrival:
    return Arrival(topic, payload, False, 1, at)


class Threads:
    """As much of a reactor as an archive that is not stopped by one needs."""

    def callFromThread(self, call: Any, *args: Any) -> None:
        call(*args)


class Scene:
    """An archive with its thread, on a clock of the test's."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.now = NOW
        options = {"topics": ["#"], "days": 7, "most": 10_000_000} | options
        self.archive = Archive(Threads(), lambda: self.now, folder, **options)

    def __enter__(self) -> Scene:
        self.archive.startService()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        thread = self.archive._thread
        if thread is not None:
            self.archive._thread = None
            self.archive._stopping = True
            self.archive._bell.set()
            thread.join(60)
            assert not thread.is_alive()

    def until(self, condition: Any) -> None:
        def rings() -> None:
            self.archive._bell.set()
            time.sleep(0.005)

        wait_until(condition, lambda: f"it: {self.files} {self.archive.why}", pause=rings)

    def written(self) -> None:
        self.until(lambda: not self.archive.waiting)

    @property
    def files(self) -> list[str]:
        """All but the indexes, which come a moment later than what they are of."""
        return sorted(p.name for p in self.folder.iterdir() if ".index" not in p.name)

    @property
    def kept(self) -> list[Arrival]:
        names = sorted(path.name for path in self.folder.glob("*.jsonl*"))
        return [each for name in names for each in self.kept_in(name)]

    def kept_in(self, name: str) -> list[Arrival]:
        with open_lines(self.folder / name) as stream:
            return [read(line.data) for line in numbered(stream)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def test_messages_are_kept_as_they_came_in_the_order_in_which_they_came(folder: Path):
    messages = [
        said(payload=b'{"_type":"location"}'),
        said("owntracks/jane/phone/info", b"\xff\x00", NOW + 1),
        said(b"owntracks/\xff/x", b"", NOW + 2),
        Arrival("$SYS/x", "ü\u2028\x00".encode(), True, 0, NOW + 3.25, "other"),
    ]
    with Scene(folder, topics=["#", "$SYS/#"]) as scene:
        scene.archive.take(messages[:2])
        scene.archive.take(messages[2:])
        scene.stop()
        assert scene.kept == messages
        assert scene.files == [f"{TODAY}-1.jsonl"]


OURS = ("sightline/echo/12ab", "sightline/guard/12ab", "sightline/server/a", "sightline/crossing/x")
THEIRS = ("keys/ProBot1", "owntracks/jane/phone/cmd", "telemetry", "sightlines/x", "a/sightline/b")


@pytest.mark.parametrize(
    ("topics", "kept"),
    [
        (["#"], THEIRS),
        (["+/#"], THEIRS),
        (["keys/#", "sightline/crossing/#"], ("keys/ProBot1", "sightline/crossing/x")),
        (["#", "sightline/#"], (*OURS, *THEIRS)),
    ],
)
def test_what_people_sent_is_kept_and_our_own_talk_only_where_it_is_named(folder, topics, kept):
    with Scene(folder, topics=topics) as scene:
        scene.archive.take([said(topic) for topic in (*OURS, *THEIRS)])
        scene.archive.take([said(topic.encode()) for topic in OURS])
        scene.stop()
        found = [one.topic for one in scene.kept if type(one.topic) is str]
        assert set(found) == set(kept)


def test_a_phones_settings_with_its_passwords_are_not_written_down(folder: Path):
    settings = b'{"_type":"configuration","password":"geheim"}'
    with Scene(folder) as scene:
        scene.archive.take([said("owntracks/jane/phone/dump", settings[:-2])])
        scene.archive.take([said("owntracks/jane/phone", settings)])
        scene.stop()
        assert len(scene.kept) == 2
    assert all(b"geheim" not in path.read_bytes() for path in folder.iterdir())


def test_text_is_kept_as_text_and_the_rest_as_base64():
    assert json.loads(written(said(payload=b"hello"))) == {
        "at": NOW,
        "topic": "owntracks/jane/phone",
        "payload": "hello",
        "qos": 1,
    }
    assert json.loads(written(said(payload=b"\xff")))["base64"] == "/w=="


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.just(b"\xff\xfe"),
    st.binary(),
    st.booleans(),
    st.integers(0, 2),
    st.floats(0, 1e11),
)
def test_every_message_can_be_read_again(topic, payload, retain, qos, at):
    arrival = Arrival(topic, payload, retain, qos, at, "main")
    line = written(arrival)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert read(line) == arrival


names = st.sampled_from(["at", "topic", "payload", "base64", "topic_base64", "qos", "retain"])
oddities = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats()


@given(st.binary() | st.dictionaries(names, oddities).map(lambda said: json.dumps(said).encode()))
def test_any_line_is_a_message_or_refused(line):
    try:
        read(line)
    except NoMessage:
        pass


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'{"at":1,"payload":""}',
        b'{"at":1,"topic":"a"}',
        b'{"at":1,"topic":"","payload":""}',
        b'{"at":1e300,"topic":"a","payload":""}',
        b'{"at":1,"topic":"a","base64":"%"}',
        b'{"at":1,"topic":"a","payload":"\\ud800"}',
        b'{"at":1,"topic":"a","payload":"","qos":3}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_message_is_refused(line):
    with pytest.raises(NoMessage):
        read(line)


def test_a_message_too_long_for_a_line_is_left_out():
    assert written(said(payload=b"x" * LONGEST)) == b""


def test_only_the_topics_asked_for_are_kept(folder: Path):
    with Scene(folder, topics=["owntracks/+/+", "telemetry/#"]) as scene:
        topics = ["owntracks/a/b", "owntracks/a/b/cmd", "telemetry/x", "$SYS/x", "keys/ProBot1"]
        scene.archive.take([said(topic) for topic in topics])
        scene.written()
        assert [message.topic for message in scene.kept] == ["owntracks/a/b", "telemetry/x"]
        assert scene.archive.lost == 0


def test_the_files_are_their_owners_alone(folder: Path):
    with Scene(folder) as scene:
        scene.archive.take([said()])
        scene.written()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / f"{TODAY}-1.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_day_that_is_over_is_compressed(folder: Path):
    with Scene(folder) as scene:
        scene.archive.take([said(payload=b"one")])
        scene.written()
        scene.now += DAY
        scene.archive.take([said(payload=b"two", at=scene.now)])
        scene.until(lambda: scene.files == [f"{TODAY}-1.jsonl.gz", "2026-11-22-1.jsonl"])
        assert [message.payload for message in scene.kept] == [b"one", b"two"]


def test_a_restart_goes_on_in_the_days_file(folder: Path):
    for payload in (b"one", b"two"):
        with Scene(folder) as scene:
            scene.archive.take([said(payload=payload)])
    assert scene.files == [f"{TODAY}-1.jsonl"]
    assert [message.payload for message in scene.kept] == [b"one", b"two"]


def test_a_torn_last_line_is_cut_off_before_more_is_written(folder: Path):
    folder.mkdir()
    whole = written(said(payload=b"whole"))
    (folder / f"{TODAY}-1.jsonl").write_bytes(whole + whole[:-5])
    with Scene(folder) as scene:
        scene.archive.take([said(payload=b"next")])
        scene.stop()
        assert [message.payload for message in scene.kept] == [b"whole", b"next"]


def test_a_file_of_a_day_long_over_is_compressed_without_its_torn_line(folder: Path):
    folder.mkdir()
    line = written(said(payload=b"whole"))
    torn = b"x" * 200_000
    (folder / "2026-11-20-1.jsonl").write_bytes(line + torn)
    with Scene(folder) as scene:
        scene.until(lambda: scene.files == ["2026-11-20-1.jsonl.gz"])
        assert gzip.decompress((folder / "2026-11-20-1.jsonl.gz").read_bytes()) == line


def test_what_a_crash_while_compressing_left_behind_is_mended(folder: Path):
    folder.mkdir()
    line = written(said(payload=b"once", at=NOW - DAY))
    (folder / "2026-11-20-1.jsonl").write_bytes(line)
    (folder / "2026-11-20-1.jsonl.gz").write_bytes(gzip.compress(line))
    (folder / "2026-11-19-1.jsonl.gz.tmp").write_bytes(b"half")
    with Scene(folder) as scene:
        scene.until(lambda: scene.files == ["2026-11-20-1.jsonl.gz"])
        assert [message.payload for message in scene.kept] == [b"once"]


def test_a_clock_that_is_set_back_adds_to_a_day_that_was_closed(folder: Path):
    with Scene(folder) as scene:
        for at in (NOW, NOW + DAY, NOW + 1):
            scene.now = at
            scene.archive.take([said(at=at)])
            scene.written()
            scene.until(lambda: scene.archive.idle)
        assert len(scene.kept) == 3


def test_what_is_too_old_goes(folder: Path):
    folder.mkdir()
    for day in ("2026-11-13", "2026-11-14", "2026-11-15"):
        (folder / f"{day}-1.jsonl.gz").write_bytes(gzip.compress(b""))
    with Scene(folder, days=7) as scene:
        scene.until(lambda: scene.files == ["2026-11-14-1.jsonl.gz", "2026-11-15-1.jsonl.gz"])


def test_the_oldest_goes_when_there_is_too_much(folder: Path):
    with Scene(folder, most=8_388_608) as scene:
        for number in range(12):
            # Nothing that could be compressed.
            scene.archive.take([said(payload=os.urandom(600_000)) for _ in range(2)])
            scene.written()
            assert number < 12
        scene.until(lambda: scene.archive.idle)
        assert sum(path.stat().st_size for path in folder.iterdir()) <= 8_388_608
        numbers = [int(name.split("-")[3].partition(".")[0]) for name in scene.files]
        assert 1 not in numbers
        assert scene.archive.lost == 0


def test_what_finds_no_room_is_counted_and_the_reactor_never_waits(folder: Path):
    scene = Scene(folder, queue=10)
    scene.archive.take([said(payload=b"%d" % number) for number in range(25)])
    assert scene.archive.lost == 15
    assert scene.archive.waiting == 10
    with scene:
        scene.written()
        scene.archive.take([said(payload=b"later")])
        scene.written()
        assert [m.payload for m in scene.kept] == [b"%d" % n for n in range(10)] + [b"later"]
        assert scene.archive.lost == 15


def test_large_messages_fill_the_queue_by_their_bytes(folder: Path):
    scene = Scene(folder, queue_bytes=1000)
    scene.archive.take([said(payload=b"x" * 400) for _ in range(3)])
    assert (scene.archive.waiting, scene.archive.lost) == (2, 1)


def test_a_disk_that_refuses_is_tried_again_and_nothing_is_lost_within_the_bound(folder: Path):
    folder.write_text("in the way")
    with Scene(folder) as scene:
        scene.archive.take([said(payload=b"patient")])
        scene.until(lambda: scene.archive.why)
        assert scene.archive.why == "File exists"
        folder.unlink()
        scene.written()
        assert scene.kept == [said(payload=b"patient")]
        scene.until(lambda: not scene.archive.why)


def test_a_failed_write_leaves_no_half_line(folder: Path):
    files = Folder(folder, days=7, most=10_000_000, part=1_000_000)
    files.open()
    line = written(said(payload=b"x" * 1000))
    files.append(TODAY, line)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(line) + 100, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            files.append(TODAY, line)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (folder / f"{TODAY}-1.jsonl").read_bytes() == line
    files.append(TODAY, line)
    files.close()
    assert (folder / f"{TODAY}-1.jsonl").read_bytes() == line * 2


def test_an_erased_friend_is_in_no_file_any_more(folder: Path):
    with Scene(folder) as scene:
        for at in (NOW - DAY, NOW):
            scene.now = at
            scene.archive.take(
                [
                    said("owntracks/jane/phone", b"secret", at),
                    said("/owntracks/jane/phone/event", b"secret", at),
                    said("owntracks/jane/phone2", b"other", at),
                    said("owntracks/jane", b"odd", at),
                ]
            )
            scene.written()
        scene.until(lambda: "2026-11-20-1.jsonl.gz" in scene.files)
        scene.archive.erase("friend/jane/phone")
        scene.until(lambda: scene.archive.idle)
        scene.archive.take([said("owntracks/jane/phone", b"anew", NOW)])
        scene.stop()
        payloads = [message.payload for message in scene.kept]
        assert sorted(payloads) == [b"anew", b"odd", b"odd", b"other", b"other"]
        for path in folder.iterdir():
            with open_lines(path) as stream:
                assert b"secret" not in stream.read()


def test_what_is_of_another_day_may_be_there_before_the_archive_begins(folder: Path):
    scene = Scene(folder)
    scene.archive.take([said(at=NOW - DAY), said(at=NOW)])
    with scene:
        scene.until(lambda: scene.archive.idle)
        scene.stop()
        assert [message.at for message in scene.kept] == [NOW - DAY, NOW]


def test_a_fault_of_our_own_is_told_and_what_waits_is_kept_after_it(folder: Path, monkeypatch):
    failures: list[str] = []

    def logged(_: object, text: str, failure: Failure) -> None:
        failures.append(repr(failure.value))

    monkeypatch.setattr("twisted.logger.Logger.failure", logged)
    faults = [RuntimeError("broken")]

    def no_room() -> str:
        if faults:
            raise faults.pop()
        return ""

    with Scene(folder, no_room=no_room) as scene:
        scene.archive.take([said()])
        scene.until(lambda: scene.archive.idle)
        scene.stop()
        assert (len(scene.kept), failures) == (1, ["RuntimeError('broken')"])


def test_erasing_is_done_before_a_stop(folder: Path):
    with Scene(folder) as scene:
        scene.archive.take([said(payload=b"secret") for _ in range(2000)])
        scene.archive.erase("friend/jane/phone")
        scene.stop()
        assert scene.kept == []


def test_messages_that_come_while_files_are_rewritten_are_all_kept(folder: Path):
    with Scene(folder) as scene:
        count = 0
        for round_ in range(30):
            scene.archive.take(
                [said(f"owntracks/{who}/phone", b"%d" % n) for n in range(200) for who in "ab"]
            )
            count += 200
            if round_ % 10 == 5:
                scene.archive.erase("friend/b/phone")
        scene.written()
        scene.stop()
        payloads = [m.payload for m in scene.kept if m.topic == "owntracks/a/phone"]
        assert len(payloads) == count
        assert scene.archive.lost == 0


def test_a_broken_compressed_file_does_not_stop_an_erasure(folder: Path):
    folder.mkdir()
    line = written(said("owntracks/a/b", b"keep"))
    data = gzip.compress(line * 100 + os.urandom(20_000))
    (folder / "2026-11-20-1.jsonl.gz").write_bytes(data[: len(data) // 2])
    with Scene(folder) as scene:
        scene.archive.erase("friend/jane/phone")
        scene.until(lambda: scene.archive.idle)
        scene.archive.take([said("owntracks/a/b")])
        scene.written()
        assert b"keep" in gzip.decompress((folder / "2026-11-20-1.jsonl.gz").read_bytes())


def test_of_a_damaged_compressed_file_all_but_the_damaged_block_stays(folder: Path):
    folder.mkdir()
    path = folder / "2026-11-20-1.jsonl.gz"
    with path.open("wb") as stream, BlockWriter(stream) as zipped:
        for n in range(5000):
            zipped.write(written(said("owntracks/a/b", b"%d" % n)))
    data, blocks = bytearray(path.read_bytes()), [*members(path)]
    assert len(blocks) == 3
    data[blocks[1].offset + blocks[1].length // 2] ^= 0x40
    path.write_bytes(data)
    lost = blocks[1].data.count(b"\n")
    with Scene(folder) as scene:
        scene.archive.erase("friend/jane/phone")
        scene.until(lambda: scene.archive.idle)
        assert len(scene.kept) == 5000 - lost
        assert scene.kept[-1].payload == b"4999"


def test_an_erasure_that_was_not_done_before_a_kill_is_done_after_the_next_start(folder: Path):
    with Scene(folder) as scene:
        scene.archive.take([said(payload=b"secret"), said("owntracks/ann/phone")])
        scene.written()
        noted = scene.archive.erase("friend/jane/phone")
        scene.until(lambda: noted.called and scene.archive.idle)
        assert scene.files == [f"{TODAY}-1.jsonl"]
    # As a kill leaves it: noted, and not yet begun.
    (folder / f"{TODAY}-2.jsonl").write_bytes(written(said(payload=b"secret")))
    erasures.note(folder, "friend/jane/phone")
    with Scene(folder) as scene:
        scene.until(lambda: erasures.noted(folder) == [])
        scene.until(lambda: scene.archive.idle)
        assert [one.topic for one in scene.kept] == ["owntracks/ann/phone"]


def test_who_cannot_be_noted_is_told_not_to_be_erased(folder: Path):
    folder.write_text("in the way of the folder")
    with Scene(folder) as scene:
        failed: list[Failure] = []
        scene.archive.erase("friend/jane/phone").addErrback(failed.append)
        scene.until(lambda: failed)
        assert failed[0].check(Unavailable)


def test_a_file_that_cannot_be_read_holds_up_neither_the_others_nor_retention(folder: Path):
    folder.mkdir()
    for day in (19, 20):
        path = folder / f"2026-11-{day}-1.jsonl.gz"
        with path.open("wb") as stream, BlockWriter(stream) as zipped:
            zipped.write(written(said(payload=b"secret")))
    bad = folder / "2026-11-19-1.jsonl.gz"
    bad.unlink()
    bad.mkdir()  # whoever opens it has an error
    (folder / "2026-10-01-1.jsonl").write_bytes(written(said("owntracks/a/b", b"old")))
    with Scene(folder) as scene:
        scene.archive.erase("friend/jane/phone")
        scene.until(lambda: scene.kept_in("2026-11-20-1.jsonl.gz") == [])
        scene.until(lambda: "2026-10-01-1.jsonl" not in str(scene.files))
        assert erasures.noted(folder) == ["friend/jane/phone"]
        bad.rmdir()  # by hand: what is not there has nobody in it
        scene.until(lambda: scene.archive.idle and erasures.noted(folder) == [])


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert not [t for t in threading.enumerate() if t.name == "archive"]


def test_where_there_is_no_room_the_archive_waits_and_says_so(tmp_path):
    why = ["less than 64 MB of disk are free"]
    with Scene(tmp_path, no_room=lambda: why[0]) as scene:
        scene.archive.take([said(payload=b'{"n":1}')])
        scene.until(lambda: scene.archive.why)
        assert scene.archive.why == why[0]
        assert scene.archive.waiting == 1
        why[0] = ""
        scene.until(lambda: scene.archive.waiting == 0)
        scene.until(lambda: scene.archive.why == "")


def test_a_flood_of_large_messages_of_one_day_stays_within_the_bound(tmp_path):
    most = 8_000_000
    with Scene(tmp_path, most=most) as scene:
        for _ in range(40):
            scene.archive.take([said(payload=os.urandom(30_000).hex().encode()) for _ in range(10)])
            scene.until(lambda: scene.archive.waiting == 0)
        scene.until(lambda: scene.archive.idle)
        assert sum(f.stat().st_size for f in tmp_path.iterdir()) <= most + 1_048_576
