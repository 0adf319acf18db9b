"""Fixtures for everybody: the reactor of the tests keeps the same time as the server's."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from hypothesis import HealthCheck, settings

import preloaded

if TYPE_CHECKING:
    from sightline.database.engine import EngineSource

ENGINES = ("sqlite", "postgresql")
"""The engines that the database of a part may have; see `postgres.py` for the second."""

# The examples are the same in every run: a test that fails, fails again. New ones are looked for
# with --hypothesis-profile=search. No example is too slow: a busy machine is no fault of the code.
settings.register_profile(
    "same",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "search",
    deadline=None,
    max_examples=5000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same")

# What is read stays; to look through it for what does not is a third of the reading.
gc.disable()

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs us in the background has it ignored, and so would be all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call a test that is no coroutine as pytest does, without pytest-twisted's reactor around it.

    The plugin takes every test into the reactor's greenlet, where nothing may be waited for; and
    one that hypothesis calls, once more at each call.
    """
    inner = getattr(getattr(pyfuncitem.obj, "hypothesis", None), "inner_test", pyfuncitem.obj)
    if inspect.iscoroutinefunction(inner):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted})
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first: what is begun last ends last."""
    here = Path(__file__).parent
    longest = (here / "longest.txt").read_text().split()
    ranks = {here / f"{name}.py": rank for rank, name in enumerate(longest)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_collection_finish() -> None:
    """Look for garbage in what tests make, and not in the tests themselves."""
    gc.freeze()
    gc.enable()


def _cpu() -> float:
    """Say what this process and its ended children have had of the processor, in s."""
    used = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used) + preloaded.spent


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Add a line to the file SIGHTLINE_TIMES: s of the processor, s of the clock, the test."""
    cpu, began = _cpu(), time.monotonic()
    result = yield
    if path := os.environ.get("SIGHTLINE_TIMES"):
        with open(path, "a", encoding="utf-8") as file:
            took = time.monotonic() - began
            file.write(f"{_cpu() - cpu:.3f} {took:.3f} {item.nodeid}\n")
    return result


@pytest.fixture(scope="session", autouse=True)
def _monotonic_reactor() -> None:
    """As the server does: Twisted's timers follow the wall clock unless told otherwise."""
    pytest_twisted.init_default_reactor()
    from twisted.internet import reactor

    twisted_reactor: Any = reactor
    twisted_reactor.seconds = time.monotonic


def _postgres() -> Any:
    """PostgreSQL for a test; skips it where there is none. Loaded by those alone that want it."""
    import postgres

    if not postgres.BIN:
        pytest.skip(postgres.MISSING)
    return postgres


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | EngineSource]:
    """Where the database of a part is, for each engine."""
    if request.param == "sqlite":
        yield tmp_path
        return
    with _postgres().common() as store:
        yield store


@pytest.fixture(params=ENGINES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What a scene of one server is made with: its folder, and the database it has for itself or
    shares with others.
    """
    if request.param == "sqlite":
        yield {"folder": tmp_path}
        return
    with _postgres().prepared() as url:
        yield {"folder": tmp_path, "url": url, "name": "one"}


@pytest.fixture
def open_web(tmp_path: Path) -> Iterator[Any]:
    """Opens web scenes (see tests/web_scene.py), closes them afterwards."""
    from twisted.internet.defer import Deferred

    from web_scene import WebScene

    opened: list[WebScene] = []

    async def open_one(**options: Any) -> WebScene:
        folder = tmp_path / f"state{len(opened)}"
        folder.mkdir()
        made = WebScene(folder, **options)
        opened.append(made)
        return await made.opens()

    yield open_one
    for made in opened:
        pytest_twisted.blockon(Deferred.fromCoroutine(made.closes()))
