"""Rules: what somebody wants to be told of, and the alerts of those that fired.

No message is about them alone, so there is nothing to decode; they are kept by `sightline.rules`.
"""

from __future__ import annotations

from sightline.kinds.rules.model import Alert, Rule, Watch
from sightline.model.kind import EventType, Kind, ThingType, Verb

KIND = Kind(
    name="rules",
    things=(
        # ``rule/<account>/<id>``
        ThingType(name="rule", plural="rules", owner_in_key=True, reserve=True, state=Rule),
        # ``alert/<account>/<rule's id>.<number>``
        ThingType(
            name="alert",
            plural="alerts",
            owner_in_key=True,
            numbered=True,
            reserve=True,
            state=Alert,
        ),
        # ``watch/<account>/<rule's id>.<number>``: a rule, as one of those sees it that it watches
        ThingType(name="watch", plural="watches", reserve=True, state=Watch),
    ),
    # About the thing; told to those alone who see the alerts of that rule.
    events=(EventType("alert", retention="positions", names="alert", field="rule"),),
    verbs=(
        Verb("rule", by_key=True, lasting=True, only="rule"),
        Verb("unrule", by_key=True, only="rule"),
        Verb("alert", only="alert"),
    ),
)
