"""An invitation and a link for a new password, as values. Pure.

Where they are stored is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sightline.auth.permissions import Grants, Role

LONGEST_DAYS = 90
"""Days that an invitation may be open."""
RESET_DAYS = 7
"""Days that a link for a new password may be open."""

Closed = Literal["used", "revoked", "ended"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link by which one person comes in, once, before ``ends``. Times in epoch s.

    It carries ``role`` and ``grants`` for a new account; with an ``account`` it lets the person of
    that one choose a new password, and carries nothing. ``owner`` is the admin who made it, None:
    the command line. ``adds_phone``: the person is to add a phone of their own.
    """

    id: str
    key: str = field(repr=False)
    owner: str | None
    account: str | None
    label: str
    role: Role
    grants: Grants
    adds_phone: bool
    created: float
    ends: float
    used: float | None = None
    revoked: float | None = None

    def why_closed(self, wall: float) -> Closed | None:
        """Tell why it does not open now; None when it does."""
        if self.used is not None:
            return "used"
        if self.revoked is not None:
            return "revoked"
        return "ended" if wall >= self.ends else None
