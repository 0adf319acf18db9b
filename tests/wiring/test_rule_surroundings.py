"""The library of public holidays is loaded by a thread, on every way that a rule takes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest
import pytest_twisted
from msgspec.structs import replace
from twisted.internet import reactor as _reactor

from rules.scene import JANE, rule
from sightline.kinds.rules.model import Condition, Hours
from sightline.rules import calendar
from waits import until

reactor: Any = _reactor
LOW: dict[str, Any] = {
    "about": [JANE],
    "condition": {"type": "battery", "below": 20},
    "tell": [{"account": "root"}],
}


class Loaded(MetaPathFinder):
    """Notes by which thread each module of the library is loaded."""

    def __init__(self) -> None:
        self.by: list[tuple[str, bool]] = []
        """Modules, and whether the reactor's thread loaded them."""
        self._reactor = threading.current_thread()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] == "holidays":
            self.by.append((fullname, threading.current_thread() is self._reactor))
        return None

    async def forgets(self) -> None:
        """As it is in a server that has just started. A thread may load some of it until now."""
        await until(lambda: not reactor.getThreadPool().working)
        self.forget()

    def forget(self) -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] == "holidays"]:
            del sys.modules[name]
        calendar._holidays.cache_clear()
        self.by.clear()

    def by_a_thread(self) -> bool:
        """Whether it was loaded, and none of it by the reactor's thread."""
        assert not [name for name, by_reactor in self.by if by_reactor]
        return any(name == "holidays" for name, _ in self.by)


@pytest.fixture
def loaded() -> Iterator[Loaded]:
    kept = {name: each for name, each in sys.modules.items() if name.startswith("holidays")}
    finder = Loaded()
    sys.meta_path.insert(0, finder)
    finder.forget()
    yield finder
    sys.meta_path.remove(finder)
    finder.forget()
    sys.modules.update(kept)


@pytest_twisted.ensureDeferred
async def test_no_way_of_a_rule_has_the_reactor_load_the_holidays(
    open_web: Callable[..., Any], loaded: Loaded
) -> None:
    home = await open_web()
    home.shows(JANE)
    root = await home.knows("root", "admin")
    hours = {"holidays": "not", "country": "DE-BY"}

    # It is tried on the past, right and wrong.
    answer = await home.asks("POST", "/rules/try", {"rule": LOW | {"hours": hours}}, cookie=root)
    assert (answer.status, answer.said["trouble"]) == (200, [])
    assert loaded.by_a_thread()
    await loaded.forgets()
    wrong = LOW | {"hours": hours | {"country": "XX"}}
    answer = await home.asks("POST", "/rules/try", {"rule": wrong}, cookie=root)
    assert [each["code"] for each in answer.said["trouble"]] == ["bad_country"]
    assert loaded.by_a_thread()

    # It is made.
    await loaded.forgets()
    browser = await home.browser(root)
    made = await browser.asks("rule", **LOW, hours=hours)
    assert made["ok"], made
    assert loaded.by_a_thread()
    await browser.leaves()

    # It comes from the database, as another server put it there, and is looked at.
    await loaded.forgets()
    other = rule(Condition(type="battery", below=20), hours=Hours(holidays="only", country="SE"))
    await home.rules.rules.put("root/other", replace(other, enabled=True))
    assert loaded.by_a_thread()
    home.rules._troubles.look()
    home.shows(JANE, 1)
    assert loaded.by_a_thread()


@pytest_twisted.ensureDeferred
async def test_at_the_start_they_are_loaded_before_anybody_is_told_of_the_rules(
    open_web: Callable[..., Any], loaded: Loaded, tmp_path: Any
) -> None:
    home = await open_web()
    other = rule(Condition(type="battery", below=20), hours=Hours(holidays="only", country="SE"))
    await home.rules.rules.put("root/other", other)
    await loaded.forgets()
    seen: list[int] = []
    home.rules.rules.when_changed(lambda change: seen.append(len(loaded.by)))
    home.rules.database._editions = type(home.rules.database._editions)({}, {})
    await home.rules.database.follow()
    await until(lambda: seen)
    assert seen[0] > 0
    assert loaded.by_a_thread()
