"""How a start fails: with one line on the terminal, and nothing half started."""

from __future__ import annotations


class CannotStart(SystemExit):
    """What the operator must mend first, as the last line on the terminal."""

    def __init__(self, why: object) -> None:
        super().__init__(f"sightline: {why}")
