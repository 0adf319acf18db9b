"""The settings of accounts, as the rest of this folder needs them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sightline.accounts.passwords import Cost
from sightline.auth.permissions import Role
from sightline.auth.second_factor import Demanded
from sightline.auth.session import Lifetime


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """The settings of accounts. ``guest`` is the role of guests, None: nobody is let in.

    ``link`` is the longest time a link may last, s. ``second_factor``: who needs more than a
    password.
    """

    lifetime: Lifetime = field(default_factory=Lifetime)
    cost: Cost = field(default_factory=Cost)
    guest: Role | None = None
    link: float = 31 * 86400.0
    second_factor: Demanded = "nobody"
