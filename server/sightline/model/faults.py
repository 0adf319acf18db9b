"""What goes wrong with whatever keeps things for us: a disk, a database, somebody far away."""

from __future__ import annotations


class Unavailable(Exception):
    """It cannot be done now. The text is for people; what was asked may be asked again."""


class CannotOpen(Exception):
    """It cannot be used as it is. The text says what is wrong and what to do."""
