"""Limits of memory, senders and disk: what they come from, and how they are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock

from sightline.kinds.broker import LinkUpdate
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.quotas import OverQuota
from sightline.live.world import World
from sightline.model.quota import Exceeded
from sightline.settings import LimitsSettings, Settings
from sightline.wiring import limits
from sightline.wiring.limits import SHOWN_FOR, DiskFloor, QuotaAlarms, make_world
from sightline.wiring.memory import DEFAULT, memory_limit

MB = 1024 * 1024


def cgroup(root: Path, lines: str, **files: str) -> Path:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(lines)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture(autouse=True)
def no_ulimit(monkeypatch):
    monkeypatch.setattr("sightline.wiring.memory._process_limits", list)


def test_the_memory_is_what_the_unit_may_use(tmp_path):
    root = cgroup(tmp_path, "0::/system.slice/sightline.service\n")
    group = root / "sys/fs/cgroup/system.slice/sightline.service"
    group.mkdir(parents=True)
    assert memory_limit(root) == DEFAULT
    (group / "memory.max").write_text("max\n")
    assert memory_limit(root) == DEFAULT
    (group / "memory.max").write_text(f"{256 * MB}\n")
    assert memory_limit(root) == 256 * MB
    (group.parent / "memory.max").write_text(f"{128 * MB}\n")  # a slice holds for all that is in it
    assert memory_limit(root) == 128 * MB


def test_older_cgroups_are_read_too(tmp_path):
    root = cgroup(tmp_path, "9:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n")
    # A container sees its own group as the root of the tree.
    top = root / "sys/fs/cgroup/memory"
    top.mkdir(parents=True)
    (top / "memory.limit_in_bytes").write_text(f"{300 * MB}\n")
    assert memory_limit(root) == 300 * MB
    (top / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert memory_limit(root) == DEFAULT


def test_without_cgroups_it_is_the_default(tmp_path, monkeypatch):
    assert memory_limit(tmp_path) == DEFAULT
    monkeypatch.setattr("sightline.wiring.memory._process_limits", lambda: [200 * MB])
    assert memory_limit(tmp_path) == 200 * MB


def test_the_settings_go_before(monkeypatch):
    monkeypatch.setattr(limits, "memory_limit", lambda: 100 * MB)
    world = make_world(Settings(), "e")
    assert world.room == 100 * MB * 3 // 8
    world = make_world(Settings(limits=LimitsSettings(memory_mb=1024, sender_kb=5)), "e")
    assert world.room == 384 * MB
    assert world.senders._quota.bytes == 5 * 1024


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.world = World("e")
        presence = Presence({})
        ingest = Ingest([], self.world, presence)
        self.hub = Hub(self.clock, self.wall, self.world, ingest, presence, LinkUpdate)
        self.audit: list[Any] = []
        self.alarms = QuotaAlarms(self.clock, self.wall, self.hub, self.audit.append)

    def wall(self) -> float:
        return 1000 + self.clock.seconds()

    def refuses(self, sender: str) -> None:
        self.alarms.ring(OverQuota(sender, "rows", f"{sender} has had enough"))

    @property
    def shown(self) -> dict[str, Exceeded]:
        return {key: state for key, state in self.world if isinstance(state, Exceeded)}


def test_a_flood_is_one_alarm_that_names_its_sender_and_counts():
    scene = Scene()
    scene.refuses("owntracks/jane")
    before = scene.world.seq
    for _ in range(5000):
        scene.refuses("owntracks/jane")
    assert scene.world.seq == before
    scene.clock.advance(2)
    scene.refuses("owntracks/jane")
    (alarm,) = scene.shown.values()
    assert (alarm.why, alarm.count, alarm.since, alarm.at) == (
        "owntracks/jane has had enough",
        5002,
        1000,
        1002,
    )
    assert [(event.what, event.thing) for event in scene.audit] == [("quota", "owntracks/jane")]


def test_an_alarm_goes_when_it_is_over_and_rings_anew_when_it_comes_again():
    scene = Scene()
    scene.refuses("owntracks/jane")
    scene.clock.advance(SHOWN_FOR - 1)
    scene.alarms.look()
    assert set(scene.shown) == {"quota/owntracks/jane"}
    scene.clock.advance(2)
    scene.alarms.look()
    assert scene.shown == {}
    scene.refuses("owntracks/jane")
    assert len(scene.audit) == 2
    assert scene.shown["quota/owntracks/jane"].count == 1


def test_many_senders_are_not_many_alarms_without_end():
    scene = Scene()
    for n in range(1000):
        scene.refuses(f"owntracks/u{n}")
    assert len(scene.shown) == limits.MOST == len(scene.audit)


def test_below_the_floor_nothing_is_kept_until_there_is_room_again(tmp_path):
    disk = DiskFloor(tmp_path, 64)
    disk.know(65_000_000)
    assert disk.why() == ""
    disk.know(63_000_000)
    assert disk.why().startswith("less than 64 MB of disk are free")
    disk.know(70_000_000)  # not at once: or it would come and go
    assert disk.why()
    disk.know(81_000_000)
    assert disk.why() == ""
    disk.know(1)
    disk.know(None)  # whoever writes will find out
    assert disk.why() == ""


def test_the_disk_is_that_of_the_state_folder(tmp_path):
    disk = DiskFloor(tmp_path, 1_000_000)
    disk.look()
    assert disk.why()
    assert limits.free_bytes(tmp_path / "gone") is None
