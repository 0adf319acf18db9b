from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import ensureDeferred
from twisted.internet.threads import deferToThread

from rewind_scene import DAY, NOON, PLACE, ArchiveFiles, everything, said
from sightline.contract.errors import Refused
from sightline.history.query_params import Moment
from sightline.history.rewind.answers import DownloadQuery
from sightline.history.rewind.reader import ArchiveReader, Changed
from sightline.history.rewind.recording import Recording
from sightline.history.rewind.service import RewindService
from sightline.web.reads import Reads

SPAN: dict[str, Any] = {"since": Moment(NOON), "until": Moment(NOON + DAY)}


class Scene:
    def __init__(self, folder: Path, **reads: int) -> None:
        self.files = ArchiveFiles(folder)
        self.reads = Reads(reactor, **reads)
        self.service = RewindService(
            reactor, ArchiveReader(folder), self.reads, Recording(True, ("#",), 7, 256)
        )
        self.service.startService()

    async def ask(self, work: Any, left: Any = lambda: False) -> Any:
        return await self.service.ask("jane", left, work)


@pytest.fixture
def scene(tmp_path: Path):
    made = Scene(tmp_path / "archive")
    yield made
    pytest_twisted.blockon(made.service.stopService())


@pytest_twisted.ensureDeferred
async def test_questions_are_answered_on_another_thread(scene: Scene):
    thread = await scene.ask(lambda questions, budget: threading.current_thread())
    assert thread is not threading.main_thread()
    assert scene.reads.running == 0


@pytest_twisted.ensureDeferred
async def test_what_changed_meanwhile_is_asked_anew_but_not_for_ever(scene: Scene):
    tries: list[int] = []

    def once(questions: Any, budget: Any) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise Changed("x")
        return "found"

    assert await scene.ask(once) == "found"

    def always(questions: Any, budget: Any) -> None:
        tries.append(1)
        raise Changed("x")

    tries.clear()
    with pytest.raises(Refused) as refused:
        await scene.ask(always)
    assert refused.value.code == "busy"
    assert len(tries) == 3


@pytest_twisted.ensureDeferred
async def test_a_question_ends_when_its_asker_leaves(scene: Scene):
    gone, at_it = threading.Event(), threading.Event()

    def long(questions: Any, budget: Any) -> None:
        at_it.set()
        while True:
            budget()

    asked = scene.ask(long, gone.is_set)
    answer = ensureDeferred(asked)
    assert await deferToThread(at_it.wait, 60)
    gone.set()
    with pytest.raises(Refused):
        await answer
    assert scene.reads.running == 0


@pytest_twisted.ensureDeferred
async def test_a_folder_that_cannot_be_read_is_said(scene: Scene):
    def fails(questions: Any, budget: Any) -> None:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(Refused, match="Permission denied") as refused:
        await scene.ask(fails)
    assert refused.value.code == "degraded"


@pytest_twisted.ensureDeferred
async def test_a_download_comes_in_pieces_and_survives_compression(scene: Scene):
    scene.files.add(said("a", f"{n} {'x' * 200}", n) for n in range(6000))
    stream = await scene.service.download("jane", DownloadQuery(**SPAN), PLACE)
    pieces = [await anext(stream), await anext(stream)]
    assert scene.reads.running == 1
    scene.files.compress()
    pieces += [piece async for piece in stream]
    lines = b"".join(pieces).splitlines()
    assert len(pieces) > 3
    assert len(lines) == 6000
    assert len(set(lines)) == 6000
    assert scene.reads.running == 0


@pytest_twisted.ensureDeferred
async def test_a_download_that_nobody_takes_ends(scene: Scene):
    scene.files.add(said("a", f"{n} {'x' * 200}", n) for n in range(6000))
    stream = await scene.service.download("jane", DownloadQuery(**SPAN), PLACE)
    await anext(stream)
    await stream.aclose()
    assert scene.reads.running == 0


@pytest_twisted.ensureDeferred
async def test_what_is_recorded_is_told(scene: Scene):
    scene.files.add([said("a")])
    told = await scene.service.recorded("jane", lambda: False, everything)
    assert told.messages == 1


@pytest_twisted.ensureDeferred
async def test_a_service_that_is_stopped_answers_nobody(scene: Scene):
    await scene.service.stopService()
    with pytest.raises(Refused, match="stopping"):
        await scene.ask(lambda questions, budget: None)
    scene.service.startService()
    assert await scene.ask(lambda questions, budget: 7) == 7
