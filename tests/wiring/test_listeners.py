"""How many connections there is room for, by what file descriptors we may have."""

from __future__ import annotations

import resource

import pytest

from sightline.wiring import listeners

INFINITY = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "hard", "may_raise", "raised", "room"),
    [
        (1024, 1024, True, None, 924),
        (1024, 20_000, True, 20_000, 19_900),
        (1024, 20_000, False, None, 924),
        (1024, INFINITY, True, 1_000_000, 999_900),
        (INFINITY, INFINITY, True, None, 1_000_000),
        (64, 64, True, None, 20),
    ],
)
def test_all_descriptors_we_may_have_are_taken_and_some_are_kept(
    monkeypatch, soft, hard, may_raise, raised, room
):
    limits = []

    def setrlimit(_: int, wanted: tuple[int, int]) -> None:
        if not may_raise:
            raise PermissionError
        limits.append(wanted)

    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", setrlimit)
    assert listeners._room() == room
    assert limits == ([(raised, hard)] if raised else [])
