"""The kinds of things that are known. Another kind is another folder and its name in `ALL`."""

from __future__ import annotations

from sightline.kinds import broker, friends, probots
from sightline.model.kind import Kind

ALL: tuple[Kind, ...] = (friends.KIND, probots.KIND, broker.KIND)
