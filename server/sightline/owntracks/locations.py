"""Read which range of fixes is asked for, and write it: ``/api/0/locations``."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import NamedTuple

from sightline.owntracks import times
from sightline.owntracks.formats import FORMATS, AnswerFormat, Items
from sightline.owntracks.ranges import DeviceRange
from sightline.owntracks.recorder_query import BadQuery, RecorderQuery

_HOURS = 6 * 3600.0  # how far back a range goes when nobody says


class WantedRange(NamedTuple):
    """Whose fixes, of which times (epoch s, both ends belong to it), and how."""

    user: str
    device: str
    bounds: tuple[float, float]
    format: AnswerFormat


def wanted_range(asked: RecorderQuery, now: float) -> WantedRange:
    """Return what is asked for at ``now`` (epoch s).

    Raises `BadQuery`, in the Recorder's words.
    """
    user, device = asked.get("user"), asked.get("device")
    if not user or not device:
        raise BadQuery(416, "user and device are required\n")
    try:
        since = times.epoch(asked.get("from")) if asked.get("from") else now - _HOURS
        until = times.epoch(asked.get("to")) if asked.get("to") else now
    except times.BadTime:
        raise BadQuery(416, "impossible date/time ranges\n") from None
    if since > until:
        raise BadQuery(416, "impossible date/time ranges\n")
    if (form := FORMATS.get(asked.get("format").lower() or "json")) is None:
        raise BadQuery(400, "unrecognized format\n")
    return WantedRange(user, device, (since, until), form)


async def written(
    fixes: DeviceRange, form: AnswerFormat, items: Items
) -> AsyncGenerator[bytes, None]:
    """Write a range in pieces of work, of which some are empty."""
    async for _ in fixes.settle():
        yield b""
    async for piece in form.write(fixes, items):
        yield piece
