from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from regions.scene import Scene


@pytest.fixture
def scenes(tmp_path: Path) -> Iterator[Any]:
    """Opens scenes, closes them afterwards."""
    opened: list[Scene] = []

    async def open_scene(folder: str = "", **options: Any) -> Scene:
        scene = Scene(tmp_path / folder, **options)
        scene.folder.mkdir(exist_ok=True)
        opened.append(scene)
        return await scene.opens()

    yield open_scene
    for scene in opened:
        pytest_twisted.blockon(Deferred.fromCoroutine(scene.closes()))
