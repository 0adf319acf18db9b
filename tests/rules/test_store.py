"""The database of rules against a model of it, whatever comes in whatever order.

Covers rules/alert_changes.py, rules/notice_table.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.rule_server import a_rule
from rules.scene import BOB, JANE, NOW
from sightline.database.engine import EngineSource
from sightline.kinds.rules.model import Alert, Rule
from sightline.model.notification import Notification
from sightline.rules import alert_changes
from sightline.rules.store import AlertRow, Editions, RuleStore, StaleRule

IDS = ("jane/r1", "jane/r2", "bob/r1")
WHAT = ["put", "remove", "fire", "act", "told", "erase", "again"]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(WHAT),
        st.sampled_from(IDS),
        st.sampled_from([JANE, BOB]),
        st.integers(0, 3),
    ),
    max_size=25,
)


def row_of(id: str, thing: str, n: int) -> AlertRow:
    alert = Alert(
        rule=f"rule/{id}",
        title="x",
        thing=thing,
        condition=a_rule().condition,
        at=NOW + n * 100,
        status="open",
    )
    return AlertRow(alert=alert, firing=f"{id}-{thing}-{n}", found=NOW)


def notice_of(key: str, thing: str) -> Notification:
    return Notification(
        id=key, account="jane", tag="t", texts={}, url="", at=NOW, thing=thing, alert=f"alert/{key}"
    )


class Model:
    """What there should be."""

    def __init__(self, store: RuleStore) -> None:
        self.store = store
        self.rules: dict[str, Rule] = {}
        self.fired: dict[str, int] = {}
        self.alerts: dict[str, AlertRow] = {}
        self.notices: set[str] = set()

    def put(self, id: str, thing: str, n: int) -> None:
        version = self.rules[id].version if id in self.rules else 0
        rule = replace(a_rule(thing), version=version + 1, every=float(n))
        if n == 3:
            with pytest.raises(StaleRule) as stale:
                self.store.put(id, rule, version + 1)
            assert stale.value.version == version
            return
        self.store.put(id, rule, version)
        self.fired.setdefault(id, 0)
        self.rules[id] = rule

    def remove(self, id: str, thing: str, n: int) -> None:
        self.store.remove(id, None)
        self.rules.pop(id, None)
        self.fired.pop(id, None)
        self._drop(lambda row: row.alert.rule == f"rule/{id}")

    def fire(self, id: str, thing: str, n: int) -> None:
        row = row_of(id, thing, n)
        found = self.store.fire(id, row, lambda key: [notice_of(key, thing)])
        known = any(each.firing == row.firing for each in self.alerts.values())
        if id not in self.rules or known:
            assert found is None
            return
        self.fired[id] += 1
        assert found == f"{id}.{self.fired[id]}"
        self.alerts[found] = row
        self.notices.add(found)

    def act(self, id: str, thing: str, n: int) -> None:
        act: Any = ("acknowledge", "resolve", "reopen", "acknowledge")[n]
        for key, row in self.alerts.items():
            if key.startswith(f"{id}."):
                alert = alert_changes.acted(row.alert, act, "jane", NOW, None)
                after = None if alert is None else replace(row, alert=alert)
                assert self.store.change(key, lambda row, after=after: after) == after
                self.alerts[key] = row if after is None else after

    def told(self, id: str, thing: str, n: int) -> None:
        for key in [key for key in self.notices if key.startswith(f"{id}.")]:
            self.store.notices.finish(key)
            self.notices.discard(key)

    def erase(self, id: str, thing: str, n: int) -> None:
        self.store.forget(thing, b"rest", NOW)
        self._drop(lambda row: row.alert.thing == thing)

    def _drop(self, gone: Any) -> None:
        for key in [key for key, row in self.alerts.items() if gone(row)]:
            del self.alerts[key]
            self.notices.discard(key)


def emptied(place: Path | EngineSource) -> RuleStore:
    """The database without what an example before has left in it."""
    store = RuleStore(place)
    for id in store.known(Editions()).rules:
        store.remove(id, None)
    for notice in store.notices.all():
        store.notices.finish(notice.id)
    return store


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_the_store_is_as_its_model_whatever_comes(place: Path | EngineSource, acts: Any):
    store = emptied(place)
    model = Model(store)
    for act, *what in acts:
        if act == "again":
            store.close()
            store = model.store = RuleStore(place)
        else:
            getattr(model, act)(*what)
    known = store.known(Editions())
    assert known.rules == model.rules
    assert known.alerts == model.alerts
    assert {each.id for each in store.notices.all()} == model.notices
    again = store.known(known.there)
    assert (again.rules, again.alerts) == ({}, {}), "what is known is not read again"
    assert again.there == known.there
    store.close()
