"""Alerts are counted as they change, always as looking through all of them would count."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.rules.model import Alert, AlertTold, Condition
from sightline.rules.alert_counts import AlertCounts

ACCOUNTS = ("jane", "bob", "amy")


def alert(status: Any, told: frozenset[str]) -> Alert:
    return Alert(
        rule="rule/jane/r1", title="", thing="friend/jane/phone", at=0.0, status=status,
        condition=Condition(type="silent"),
        told=tuple(AlertTold(account=each, state="sent") for each in sorted(told)),
    )  # fmt: skip


ALERTS = st.one_of(
    st.none(),
    st.builds(
        alert,
        st.sampled_from(["open", "acknowledged", "resolved"]),
        st.frozensets(st.sampled_from(ACCOUNTS)),
    ),
)
CHANGES = st.lists(
    st.tuples(st.sampled_from([f"{a}/r1.{n}" for a in ACCOUNTS for n in (1, 2)]), ALERTS)
)


@given(CHANGES)
def test_the_counts_are_those_of_all_alerts(changes):
    counts, there = AlertCounts(), {}
    for id, after in changes:
        counts.change(id, there.get(id), after)
        there[id] = after
        left = {key: each for key, each in there.items() if each is not None}
        assert counts.owners() == {key.partition("/")[0] for key in left}
        for account in ACCOUNTS:
            assert counts.open_of(account) == sum(
                each.status == "open"
                and (
                    key.startswith(f"{account}/")
                    or any(told.account == account for told in each.told)
                )
                for key, each in left.items()
            )
