"""Who is where, over a restart with another clock: what comes is newer than what was kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_twisted

from regions.scene import NOW, Scene

STEPS = (-600, -3600, 3600, 7 * 86400)


class Stepped(Scene):
    """Our clock may be wrong; the phones' are right."""

    shift = 0.0

    def wall(self) -> float:
        return NOW + self.clock.seconds() + self.shift

    @property
    def right(self) -> int:
        return int(NOW + self.clock.seconds())

    def walks(self) -> None:
        """Into the region and out of it, twice."""
        for metres in (0, 500, 0, 500):
            self.is_at(metres, tst=self.right + 1)


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize("step", STEPS)
async def test_crossings_are_told_after_a_restart_with_another_clock(tmp_path: Path, step: float):
    scene = Stepped(tmp_path)
    await scene.opens()
    await scene.draws()
    scene.is_at(500, tst=scene.right + 1)
    scene.walks()
    scene.is_at(0, tst=scene.right + 1)
    assert scene.events() == [("enter", "server"), ("leave", "server")] * 2 + [("enter", "server")]
    scene.shift = step
    await scene.restarts()
    scene.is_at(500, tst=scene.right + 1)
    scene.walks()
    assert scene.events() == [("leave", "server"), *[("enter", "server"), ("leave", "server")] * 2]
    await scene.closes()


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize("step", STEPS)
async def test_what_phones_say_counts_after_a_restart_with_another_clock(
    tmp_path: Path, step: float
):
    scene = Stepped(tmp_path)
    await scene.opens()
    await scene.draws()
    scene.says("enter", "Home", tst=scene.right)
    scene.passes(2)
    assert scene.events() == [("enter", "phone")]
    scene.shift = step
    await scene.restarts()
    for event in ("leave", "enter", "leave"):
        scene.passes(2)
        scene.says(event, "Home", tst=scene.right)
    assert scene.events() == [("leave", "phone"), ("enter", "phone"), ("leave", "phone")]
    await scene.closes()
