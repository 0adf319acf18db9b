"""The two programs that make a map: when one ends, so does the other, whatever it does.

Covers maps/build/extract.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sightline.maps.build import pipeline
from sightline.maps.build.pipeline import BuildLimits, CannotBuildMap


def test_a_reader_that_does_not_notice_that_tippecanoe_has_ended_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def start(*_: object) -> pipeline._Running:
        endless = "import signal\nwhile True: signal.pause()"
        full = "import sys; print('tiles: File too large', file=sys.stderr); sys.exit(1)"
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        reader, cutter = (
            subprocess.Popen([sys.executable, "-c", code], **pipes)  # type: ignore[call-overload]
            for code in (endless, full)
        )
        started.append(pipeline._Running(reader, cutter))
        return started[0]

    monkeypatch.setattr(pipeline, "_start", start)
    monkeypatch.setattr(pipeline.tools, "tippecanoe", lambda: Path("tippecanoe"))
    monkeypatch.setattr(pipeline, "_UNHEARD", 0.2)
    limits = BuildLimits(memory=1 << 30, floor=0)
    with pytest.raises(CannotBuildMap, match="is full"):
        pipeline.build(tmp_path / "extract", tmp_path, "Town", limits, lambda part, words: None)
    (running,) = started
    assert running.given_up
    assert running.is_over
