from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rewind_scene import ArchiveFiles


@pytest.fixture
def files(tmp_path: Path) -> Iterator[ArchiveFiles]:
    made = ArchiveFiles(tmp_path / "archive")
    yield made
    made.reader.forget()
