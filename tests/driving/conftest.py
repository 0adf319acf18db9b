"""Scenes for the drive tests: one that is shared, and one of its own for who breaks something."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from driving.scene import HERE, Scene


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("shared"))
    try:
        yield pytest_twisted.blockon(Deferred.fromCoroutine(made.begins()))
    finally:
        pytest_twisted.blockon(Deferred.fromCoroutine(made.ends()))


@pytest_twisted.async_yield_fixture()
async def scene(shared: Scene) -> AsyncIterator[Scene]:
    """For those who leave everything running as it was."""
    yield shared
    await shared.clears()


@pytest_twisted.async_yield_fixture()
async def own(tmp_path: Path) -> AsyncIterator[Scene]:
    """For those who break something."""
    made = Scene(tmp_path)
    try:
        yield await made.begins()
    finally:
        await made.ends()


@pytest_twisted.async_yield_fixture()
async def unguarded(tmp_path: Path) -> AsyncIterator[Scene]:
    made = Scene(tmp_path, guard=False)
    try:
        yield await made.begins()
    finally:
        await made.ends()


@pytest.fixture(scope="session")
def shifted_clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the clock of the test with")
    built = tmp_path_factory.mktemp("clock") / "clock.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(built), str(HERE / "clock.c"), "-ldl"],
        check=True,
    )
    return built


@pytest_twisted.async_yield_fixture()
async def clocked(tmp_path: Path, shifted_clock: Path) -> AsyncIterator[Scene]:
    made = Scene(tmp_path, clock=shifted_clock)
    try:
        yield await made.begins()
    finally:
        await made.ends()
