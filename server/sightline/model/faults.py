"""Errors of a store: a disk, a database, a service far away."""

from __future__ import annotations


class Unavailable(Exception):
    """A store that cannot be used now. The text is for people; the call may be tried again."""


class CannotOpen(Exception):
    """A store that cannot be used as it is. The text says what is wrong and what to do."""
