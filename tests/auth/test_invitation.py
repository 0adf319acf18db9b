"""When an invitation opens, as a value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sightline.auth.invitation import Invitation
from sightline.auth.permissions import Grants

BEN = Invitation("i1", "k1", "root", None, "Ben", "viewer", Grants(), False, 1000.0, 2000.0)


@pytest.mark.parametrize(
    ("changed", "wall", "closed"),
    [
        ({}, 1000.0, None),
        ({}, 1999.9, None),
        ({}, 2000.0, "ended"),
        ({"revoked": 1500.0}, 1600.0, "revoked"),
        ({"used": 1500.0}, 1600.0, "used"),
        # What became of it counts for longer than its time.
        ({"used": 1500.0}, 9000.0, "used"),
        ({"revoked": 1500.0}, 9000.0, "revoked"),
    ],
)
def test_it_opens_until_it_is_used_withdrawn_or_over(changed, wall, closed):
    assert replace(BEN, **changed).why_closed(wall) == closed


def test_its_digest_is_not_shown():
    assert "k1" not in repr(BEN)
