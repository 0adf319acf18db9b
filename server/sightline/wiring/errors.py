"""Let a start fail with one line on the terminal, and nothing half started."""

from __future__ import annotations


class CannotStart(SystemExit):
    """A start that failed: the text is what the operator must mend, the last line on the
    terminal.
    """

    def __init__(self, why: object) -> None:
        super().__init__(f"sightline: {why}")
