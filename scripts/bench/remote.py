"""Orders to a child process and its answers: one line of JSON each, over its stdin and stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any


def answer(line: str, verbs: dict[str, Callable[..., Any]]) -> None:
    """Carry out one order and answer it."""
    order = json.loads(line)
    try:
        result = verbs[order.pop("do")](**order)
        said = {"ok": result}
    except (OSError, RuntimeError) as why:
        said = {"error": f"{type(why).__name__}: {why}"}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def serve(verbs: dict[str, Callable[..., Any]]) -> None:
    """Carry out orders until there are no more."""
    for line in sys.stdin:
        answer(line, verbs)
