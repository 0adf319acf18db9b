"""Our own messages, and what becomes of them: see captures/README.md."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kinds.scene import arrival, read, refused, world
from sightline.model.kind import Arrival

CAPTURES = Path(__file__).parents[1] / "captures"


def lines() -> list[Any]:
    return [
        pytest.param(json.loads(line), id=f"{path.stem}-{n}")
        for path in sorted(CAPTURES.glob("*.jsonl"))
        for n, line in enumerate(path.read_text().splitlines(), 1)
    ]


def message(line: dict[str, Any]) -> Arrival:
    payload = base64.b64decode(line["payload_b64"]) if "payload_b64" in line else line["payload"]
    return arrival(line["topic"], payload, retain=line.get("retain", False))


@pytest.mark.parametrize("line", lines())
def test_a_message_leaves_the_world_as_written(line: dict[str, Any]) -> None:
    what = message(line)
    if "refused" in line:
        assert refused(what) == line["refused"]
    else:
        # As the browser gets it: what is unknown is absent.
        assert json.loads(msgspec.json.encode(world(what))) == line["things"]
        assert sum(reading.dropped for reading in read(what)) == line.get("dropped", 0)
