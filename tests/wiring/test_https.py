"""The watch over the certificate's files, on a clock of the test's own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import execute
from twisted.internet.task import Clock
from twisted.logger import LogLevel, globalLogPublisher

from certificates import Authority, replace
from sightline.wiring.errors import CannotStart
from sightline.wiring.https import EVERY, Certificate, must_be_there

AUTHORITY = Authority()
DAY = 86_400.0


class Scene:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.now = time.time()
        self.logged: list[dict[str, Any]] = []
        self.certificate = Certificate(
            self.clock,
            lambda: self.now + self.clock.seconds(),
            folder / "cert.pem",
            folder / "key.pem",
            on_thread=execute,
        )

    def starts(self) -> Scene:
        self.certificate.privilegedStartService()
        self.certificate.startService()
        return self

    def looks(self, times: int = 1) -> None:
        self.clock.pump([EVERY] * times)

    @property
    def expires(self) -> float | None:
        return self.certificate.state.expires

    @property
    def fault(self) -> str | None:
        return self.certificate.state.fault

    def said(self, level: LogLevel) -> list[str]:
        return [e["log_format"].format(**e) for e in self.logged if e["log_level"] == level]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)

    def note(event: dict[str, Any]) -> None:
        if event.get("log_namespace", "").endswith("Certificate"):
            scene.logged.append(event)

    globalLogPublisher.addObserver(note)
    yield scene
    globalLogPublisher.removeObserver(note)


def test_a_new_certificate_is_taken_once_its_files_are_at_rest(scene):
    AUTHORITY.issue(scene.folder, days=50)
    first = scene.starts().expires
    AUTHORITY.issue(scene.folder, days=80)
    scene.looks()
    assert scene.expires == first  # somebody may still be writing
    scene.looks()
    assert scene.expires > first
    assert scene.fault is None


def test_who_says_that_it_is_complete_need_not_wait(scene):
    AUTHORITY.issue(scene.folder, days=50)
    first = scene.starts().expires
    AUTHORITY.issue(scene.folder, days=80)
    scene.certificate.look(settled=True)
    assert scene.expires > first


def test_files_changed_at_each_look_are_left_alone(scene):
    AUTHORITY.issue(scene.folder)
    scene.starts()
    for length in range(100, 1000, 100):
        replace(scene.folder / "cert.pem", b"x" * length)
        scene.looks()
    assert scene.fault is None
    scene.looks()
    assert scene.fault == "the certificate's file holds no certificate (PEM)"


def test_a_bad_file_keeps_the_old_certificate_and_is_told_once_until_it_is_mended(scene):
    AUTHORITY.issue(scene.folder, days=50)
    first = scene.starts().expires
    good = (scene.folder / "key.pem").read_bytes()
    AUTHORITY.issue(scene.folder, days=80)
    replace(scene.folder / "key.pem", good)  # of the one before
    scene.looks(9)
    assert (scene.expires, scene.fault) == (first, "the key does not belong to the certificate")
    assert scene.said(LogLevel.error) == [
        "The certificate: the key does not belong to the certificate; the one before stays in use"
    ]
    AUTHORITY.issue(scene.folder, days=80)
    scene.looks(2)
    assert scene.fault is None
    assert scene.expires > first


def test_a_new_certificate_that_has_ended_already_is_not_taken(scene):
    AUTHORITY.issue(scene.folder, days=50)
    first = scene.starts().expires
    AUTHORITY.issue(scene.folder, days=-1)
    scene.looks(2)
    assert (scene.expires, scene.fault) == (first, "the new certificate is past its end already")


def test_files_that_vanish_are_a_fault_and_the_certificate_stays(scene):
    AUTHORITY.issue(scene.folder)
    first = scene.starts().expires
    (scene.folder / "key.pem").unlink()
    scene.looks(2)
    assert scene.expires == first
    assert scene.fault == "the key's file cannot be read: No such file or directory"


def test_the_first_certificate_may_come_later(scene):
    scene.starts()
    assert (scene.expires, scene.certificate.state.standing) == (None, None)
    assert scene.fault == "the certificate's file cannot be read: No such file or directory"
    AUTHORITY.issue(scene.folder)
    scene.looks(2)
    assert scene.fault is None
    assert scene.certificate.state.standing == "good"


def test_the_end_is_warned_of_each_day_from_three_weeks_ahead(scene):
    AUTHORITY.issue(scene.folder, days=22.5)
    scene.starts()
    stands = []
    for _ in range(24):
        scene.clock.pump([EVERY] * 3)
        stands.append(scene.certificate.state.standing)
        scene.now += DAY
    assert stands == ["good"] * 2 + ["soon"] * 14 + ["urgent"] * 7 + ["expired"]
    warned = scene.said(LogLevel.warn)
    assert warned[0] == "The certificate ends in 20 days: renew it"
    assert len(warned) == 14
    assert scene.said(LogLevel.error)[-1].startswith("The certificate is past its end")
    assert len(scene.said(LogLevel.error)) == 8


def refusal(folder: Path, *, later: bool = False) -> str:
    try:
        must_be_there(folder / "cert.pem", folder / "key.pem", later=later)
    except CannotStart as why:
        return str(why).removeprefix("sightline: ").replace(str(folder), "x")
    return ""


def test_a_slip_of_the_pen_is_refused_at_the_start_but_not_what_certbot_is_to_bring(tmp_path):
    assert refusal(tmp_path) == (
        "https.certificate: x/cert.pem cannot be read: No such file or directory"
    )
    assert refusal(tmp_path, later=True) == ""
    AUTHORITY.issue(tmp_path)
    assert refusal(tmp_path) == ""
    (tmp_path / "key.pem").chmod(0o644)
    assert refusal(tmp_path, later=True) == (
        "https.key: x/key.pem can be read by everybody on this machine; type: chmod 600 x/key.pem"
    )


def test_a_broken_file_keeps_nobody_from_starting(tmp_path):
    replace(tmp_path / "cert.pem", b"broken")
    replace(tmp_path / "key.pem", b"broken")
    assert refusal(tmp_path) == ""
