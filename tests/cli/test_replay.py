"""`sightline replay`: an archive is sent to a broker again.

Covers cli/mqtt_options.py, cli/sender.py.
"""

from __future__ import annotations

import gzip
import io
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

import preloaded
import rewind_scene
from broker import Broker, free_port
from rewind_scene import ArchiveFiles
from sightline.cli.main import main
from sightline.cli.progress import ProgressBar, bar, lasting
from sightline.cli.replay import Replay
from sightline.history.archive.folder import index_of
from sightline.history.archive.line import written
from sightline.history.lines import open_lines
from sightline.history.rewind.reader import ArchiveReader
from sightline.model.kind import Arrival
from sightline.mqtt.paho_client import stop_loop
from sightline_process import SightlineProcess
from waits import wait_until

NOW = 1_795_235_739.0


def said(topic: str | bytes, at: float = 0.0, payload: bytes = b"x", **more: bool) -> bytes:
    return written(Arrival(topic, payload, more.get("retain", False), 1, NOW + at))


class Player:
    """A replay on a clock of the test's."""

    def __init__(self, speed: float = 1.0, topics: Sequence[str] = (), retain: bool = False):
        self.now = 0.0
        self.heard: list[tuple[float, str, bytes, int, bool]] = []
        self.said = io.StringIO()
        self.replay = Replay(
            lambda *message: self.heard.append((self.now, *message)),
            ProgressBar(0, self.said),
            speed=speed,
            topics=topics,
            retain=retain,
            clock=lambda: self.now,
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def topics(self) -> list[str]:
        return [message[1] for message in self.heard]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "2026-11-21-1.jsonl"


@pytest.mark.parametrize(
    ("speed", "times"), [(1.0, [0, 10, 70]), (10.0, [0, 1, 7]), (0.0, [0] * 3)]
)
def test_the_pauses_are_kept_or_shortened(file, speed, times):
    file.write_bytes(said("a") + said("b", 10) + said("c", 70))
    player = Player(speed)
    player.replay.play([file])
    assert [(message[0], message[1]) for message in player.heard] == list(
        zip(times, "abc", strict=True)
    )


def test_a_clock_that_was_set_back_makes_no_pause(file):
    file.write_bytes(said("a") + said("b", -3600) + said("c", 5))
    player = Player()
    player.replay.play([file])
    assert [message[0] for message in player.heard] == [0, 0, 5]


def test_several_files_follow_each_other_compressed_or_not(file, tmp_path):
    file.write_bytes(said("b", 1))
    other = tmp_path / "before.gz"
    other.write_bytes(gzip.compress(said("a")))
    player = Player()
    player.replay.play([other, file])
    assert player.topics == ["a", "b"]


def test_commands_to_robots_and_phones_are_never_published_again(file):
    topics = [
        "keys/ProBot1",
        "/keys/ProBot1",
        "MainRoutine/x",
        "site/berlin/shutdownProBot/ProBot1",  # of base topics it knows nothing
        "owntracks/a/b/cmd",
        "owntracks/a/b",
    ]
    file.write_bytes(b"".join(said(topic) for topic in topics))
    player = Player()
    player.replay.play([file])
    assert player.topics == ["owntracks/a/b"]
    assert player.replay.summary == (
        "1 messages published; 5 left out that command robots or phones"
    )


def test_only_the_topics_asked_for_are_published(file):
    file.write_bytes(said("owntracks/a/b") + said("telemetry/x") + said("$SYS/x"))
    player = Player(topics=["owntracks/#", "$SYS/#"])
    player.replay.play([file])
    assert player.topics == ["owntracks/a/b"]


def test_what_was_retained_is_retained_again_only_when_asked(file):
    file.write_bytes(said("a", retain=True) + said("b"))
    for wanted in (False, True):
        player = Player(retain=wanted)
        player.replay.play([file])
        assert [message[4] for message in player.heard] == [wanted, False]


def test_a_torn_last_line_is_passed_over_and_a_broken_one_is_named(file):
    file.write_bytes(
        said("a") + b"rubbish\n" + said(b"\xff") + said("a/+") + said("b") + b'{"at":1'
    )
    player = Player()
    player.replay.play([file])
    assert player.topics == ["a", "b"]
    assert player.replay.problems == 3
    lines = player.said.getvalue().splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{file}:{number}" for number in (2, 3, 4)]
    assert "not UTF-8" in lines[1]


def test_a_broken_compressed_file_is_named(file):
    file.write_bytes(gzip.compress(said("a") * 1000)[:60])
    player = Player()
    player.replay.play([file])
    assert player.said.getvalue().startswith(f"{file}: cannot be read to its end")


def test_endless_problems_are_only_counted(file):
    file.write_bytes(b"rubbish\n" * 100)
    player = Player()
    player.replay.play([file])
    assert player.replay.problems == 100
    assert len(player.said.getvalue().splitlines()) == 11


def test_a_bar_tells_how_far_it_is():
    assert (
        bar(25, 100, 10, "7 messages") == "[######..................]  25%  7 messages  30 s left"
    )
    assert bar(0, 0, 1, "7 messages") == "7 messages"
    assert bar(200, 100, 3) == "[########################] 100%"
    assert [lasting(s) for s in (5, 600, 7200)] == ["5 s", "10 min", "2.0 h"]


def test_a_bar_is_for_terminals_only():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for out, shown in ((Terminal(), True), (io.StringIO(), False)):
        progress = ProgressBar(10, out)
        progress.at(5)
        progress.end()
        assert ("50%" in out.getvalue()) is shown


def test_a_missing_file_or_broker_is_told_in_a_line(tmp_path, capsys):
    assert main(["replay", str(tmp_path / "none")]) == 2
    assert "No such file" in capsys.readouterr().err
    file = tmp_path / "x.jsonl"
    file.write_bytes(said("a"))
    assert main(["replay", str(file), "--broker", f"127.0.0.1:{free_port()}"]) == 2
    assert "sightline replay: no connection to 127.0.0.1:" in capsys.readouterr().err


def archived(folder: Path) -> bytes:
    """What is in the archive, while somebody works on it."""
    found = b""
    for path in sorted(folder.glob("*.jsonl*")):
        try:
            with open_lines(path) as stream:
                found += stream.read()
        except OSError:  # compressed or removed meanwhile
            pass
    return found


def test_what_the_server_archived_is_published_again_as_it_came():
    """Phones, the server's archive, the command, another broker: each of them real."""
    payloads = [b'{"_type":"location","lat":1,"lon":2,"tst":%d}' % n for n in range(1, 40)]
    payloads += [b"\xff\x00", b""]
    with Broker() as broker, Broker() as other:
        settings = (
            f'[broker.main]\nhost = "127.0.0.1"\nport = {broker.port}\n[driving]\nguard = false\n'
        )
        with SightlineProcess(settings) as server:
            archive = server.folder / "state" / "archive"
            speaker = Client(CallbackAPIVersion.VERSION2)
            speaker.connect("127.0.0.1", broker.port)
            speaker.loop_start()

            def knocks() -> bool:
                speaker.publish("owntracks/knock/phone", b"knock", 1).wait_for_publish(60)
                return b"knock" in archived(archive)

            wait_until(knocks, lambda: server.logged)  # until the server hears us
            for payload in payloads:
                speaker.publish("owntracks/jane/phone", payload, 1)
            speaker.publish("owntracks/jane/phone/info", b"last", 1).wait_for_publish(60)
            wait_until(lambda: b'"last"' in archived(archive), lambda: server.logged)
            speaker.disconnect()
            stop_loop(speaker)
            server.end()

            heard: list[bytes] = []
            subscribed, whole = threading.Event(), threading.Event()
            listener = Client(CallbackAPIVersion.VERSION2)
            listener.on_connect = lambda *_: listener.subscribe("owntracks/jane/#", 1)
            listener.on_subscribe = lambda *_: subscribed.set()

            def hear(_: object, __: object, message: object) -> None:
                heard.append(message.payload)
                if message.payload == b"last":
                    whole.set()

            listener.on_message = hear
            listener.connect("127.0.0.1", other.port)
            listener.loop_start()
            assert subscribed.wait(60)
            at = ("--broker", f"127.0.0.1:{other.port}", "--speed", "max")
            done = preloaded.sightline("replay", *sorted(archive.iterdir()), *at)
            assert done.returncode == 0, done.stderr
            assert whole.wait(60)
            listener.disconnect()
            stop_loop(listener)
    assert heard == [*payloads, b"last"]


@pytest.mark.parametrize("topics", [["rare/#"], ["+/2", "rare/#"], ["none"], []])
def test_by_topic_an_indexed_file_is_played_as_one_without_an_index(tmp_path, topics):
    files = ArchiveFiles(tmp_path / "archive")
    messages = [rewind_scene.said(f"t/{n % 5}", f"{n:0100d}", n) for n in range(4000)]
    messages[2000:2000] = [rewind_scene.said("rare/one", "here", 2000)]
    files.add(messages)
    (path,) = files.compress()
    without = Player(0.0, topics)
    without.replay.play([path])
    files.parts()  # which makes the index
    assert index_of(path).exists()
    by_index = Player(0.0, topics)
    by_index.replay.play([path])
    assert by_index.heard == without.heard
    assert len(by_index.heard) == sum(
        not topics
        or ("rare/#" in topics and m.topic == "rare/one")
        or ("+/2" in topics and m.topic == "t/2")
        for m in messages
    )


def test_by_topic_only_blocks_with_it_are_read(tmp_path, monkeypatch):
    files = ArchiveFiles(tmp_path / "archive")
    messages = [rewind_scene.said(f"t/{n % 5}", f"{n:0100d}", n) for n in range(6000)]
    messages[3000:3000] = [rewind_scene.said("rare", "here", 3000)]
    files.add(messages)
    (path,) = files.compress()
    files.parts()
    read: list[int] = []
    lines = ArchiveReader.lines
    monkeypatch.setattr(
        ArchiveReader, "lines", lambda self, part, n: read.append(n) or lines(self, part, n)
    )
    player = Player(0.0, ["rare"])
    player.replay.play([path])
    assert (player.topics, len(read)) == (["rare"], 1)
