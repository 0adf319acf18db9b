"""The frames about regions that the page's tests read are the frames we send and take.

Covers kinds/regions/model.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sightline.kinds.friends.phone import Phone
from sightline.kinds.regions.model import Region, Transition, Visit
from sightline.live import protocol
from sightline.live.protocol import Request
from sightline.webhooks.sender import WebhookState

GOLDEN = Path(__file__).parent.parent / "wire"
STATES = {
    "region": Region,
    "stay": Visit,
    "crossing": Transition,
    "webhook": WebhookState,
    "phone": Phone,
}


def frame(name: str) -> dict[str, Any]:
    """A golden frame by its name."""
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())["frame"]
    return found


@pytest.mark.parametrize("kind", STATES)
def test_what_the_page_reads_of_a_kind_is_what_we_say_of_it(kind):
    said = [thing for thing in frame("region-news")["things"] if thing["k"] == kind]
    assert said
    for thing in said:
        state = {name: value for name, value in thing.items() if name not in {"k", "id", "s"}}
        assert json.loads(msgspec.json.encode(msgspec.convert(state, STATES[kind]))) == state


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("region-request-*.json")), ids=lambda p: p.stem)
def test_what_the_page_asks_is_understood(path):
    asked = dict(frame(path.stem))
    request = protocol.parse(json.dumps(asked).encode())
    assert isinstance(request, Request)
    assert (request.id, request.do) == (asked.pop("id"), asked.pop("do"))
    assert request.more == asked
