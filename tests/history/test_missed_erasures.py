"""Whom another server erased while this one was down is taken out of this one's archive."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from history.test_archive import DAY, NOW, Scene, said
from sightline.history.log.erasure_notes import key_of
from sightline.kinds.friends.bases import BaseTopics

JANE = "friend/jane/phone"
BASES = BaseTopics(("owntracks/+/+", "fleet/berlin/+/car/+"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def keeps(folder: Path, *messages: tuple[str, bytes, float]) -> None:
    with Scene(folder) as scene:
        scene.archive.take([said(*each) for each in messages])


def starts(folder: Path, erased: Mapping[str, float]) -> list[bytes]:
    """What is left after a start with these notes of the common store."""
    with Scene(folder) as scene:
        notes = {key_of(thing): at for thing, at in erased.items()}
        scene.archive.erasures.ask_missed(notes, BASES.senders)
        scene.until(lambda: scene.archive.idle)
        scene.stop()
        return sorted(message.payload for message in scene.kept)


def test_what_was_received_before_goes_and_what_came_later_stays(folder: Path):
    keeps(
        folder,
        ("owntracks/jane/phone", b"secret", NOW - DAY),
        ("owntracks/jane/phone/event", b"secret", NOW - 10),
        ("formerly/jane/phone", b"secret", NOW - 10),
        ("owntracks/jane/phone2", b"other", NOW - 10),
        ("owntracks/jane", b"odd", NOW - 10),
        ("owntracks/jane/phone", b"anew", NOW + 10),
    )
    assert starts(folder, {JANE: NOW, "friend/none/phone": NOW}) == [b"anew", b"odd", b"other"]


def test_below_a_base_of_more_levels_too(folder: Path):
    keeps(folder, ("fleet/berlin/jane/car/phone", b"secret", NOW - 1), ("fleet/x", b"odd", NOW))
    assert starts(folder, {JANE: NOW}) == [b"odd"]


def test_it_is_done_once(folder: Path):
    keeps(folder, ("owntracks/jane/phone", b"secret", NOW - 1))
    assert starts(folder, {JANE: NOW}) == []
    # A clock that was late: by its times this came before. Nobody was erased since.
    keeps(folder, ("owntracks/jane/phone", b"anew", NOW - DAY))
    assert starts(folder, {JANE: NOW - 2 * DAY}) == [b"anew"]


def test_where_nothing_was_ever_kept_there_is_nothing_to_do(tmp_path: Path):
    assert starts(tmp_path / "none", {JANE: NOW}) == []
    assert starts(tmp_path / "none", {}) == []
