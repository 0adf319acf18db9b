"""Export everything about one friend as files that other programs read: JSON and GPX in a zip."""

from __future__ import annotations

import base64
import io
import tempfile
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import IO
from xml.sax.saxutils import escape

import msgspec

from sightline.model.kind import State

_ABOUT = """Sightline knows this about {thing} at {when}.

friend.json  the present state; times in epoch seconds, speed in km/h, lengths in metres
track.gpx    the present position for maps and watches (absent when none is known)
face.*       the picture on its card (absent when there is none)
kept.json    for how long it is kept, and who was given sight of it
photos/      the photos of its points of interest (absent when there are none)
history.jsonl  what is remembered: a line for each message or event, oldest first of each sort
"""
_IN_MEMORY = 4_194_304  # bytes; beyond it a zip goes to a temporary file
_PIECE = 262_144  # bytes
_LATEST = 253_402_300_800  # epoch s of the year 10000
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # that a zip can name


def bundle(
    thing: str,
    wall: float,
    friend: State | None,
    face: State | None,
    stored_fields: Mapping[str, object],
) -> bytes:
    """Return the zip. ``wall`` is now, in epoch s."""
    now = datetime.fromtimestamp(wall, UTC)
    fields: dict[str, object] = {} if friend is None else msgspec.to_builtins(friend)
    files = {
        "about.txt": _ABOUT.format(thing=thing, when=now.isoformat(timespec="seconds")).encode(),
        "friend.json": _json({"thing": thing, **fields}),
        "kept.json": _json(stored_fields),
    }
    if (track := gpx(thing, fields)) is not None:
        files["track.gpx"] = track
    if face is not None:
        picture: dict[str, str] = msgspec.to_builtins(face)
        suffix = picture["mime"].partition("/")[2]
        files[f"face.{suffix}"] = base64.b64decode(picture["data"])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name, max(now, _EARLIEST).timetuple()[:6]), data)
    return out.getvalue()


async def with_history(bundled: bytes, lines: AsyncIterator[bytes]) -> IO[bytes]:
    """Return the same zip with ``history.jsonl``, in a file of its own: it may be long."""
    # Anybody who sends it (`pieces`) closes it.
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    file.write(bundled)
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
        made.open("history.jsonl", "w") as member,
    ):
        async for some in lines:
            member.write(some)
    file.seek(0)
    return file


def with_photos(file: IO[bytes], photos: Iterable[tuple[str, bytes]]) -> None:
    """Add the photos to the zip, on a thread."""
    with zipfile.ZipFile(file, "a", zipfile.ZIP_STORED) as made:
        for name, data in photos:
            made.writestr(f"photos/{name}", data)
    file.seek(0)


async def pieces(file: IO[bytes]) -> AsyncGenerator[bytes, None]:
    """Return a file in pieces; closed at its end."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


def gpx(thing: str, fields: Mapping[str, object]) -> bytes | None:
    """Return the position as a GPX 1.1 track of one point; None without a position."""
    lat, lon = fields.get("lat"), fields.get("lon")
    if lat is None or lon is None:
        return None
    point = ""
    if (alt := fields.get("alt")) is not None:
        point += f"<ele>{alt}</ele>"
    tst = fields.get("tst")
    if isinstance(tst, int | float) and 0 <= tst < _LATEST:
        point += f"<time>{datetime.fromtimestamp(tst, UTC).isoformat(timespec='seconds')}</time>"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Sightline" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"<trk><name>{escape(thing)}</name><trkseg>\n"
        f'<trkpt lat="{lat}" lon="{lon}">{point}</trkpt>\n'
        "</trkseg></trk></gpx>\n"
    )
    return text.encode("utf-8", "replace")


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
