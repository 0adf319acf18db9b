"""Read what a Recorder's store holds besides the past: last positions, cards, pictures, waypoints.

    last/USER/DEVICE/USER-DEVICE.json       the newest location, with fields of the Recorder's own
    cards/USER/DEVICE/USER-DEVICE.json      a card as it came; also USER/USER.json, for all devices
    photos/USER/DEVICE/USER-DEVICE.png      the picture of a card; also USER/USER.png
    waypoints/USER/DEVICE/USER-DEVICE.otrw  the list a phone told; also one file for each, by time

Names are in small letters there; the topic in a last position has them as they are.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

MOST = 262_144
"""Bytes of a file that is read."""
# What a Recorder adds to a location (recorder.c, storage.c, geo.c of 1.0.1).
_ADDED = frozenset(
    ("topic", "username", "device", "ghash", "isotst", "disptst", "isorcv", "isolocal", "tzname")
) | frozenset(("cc", "addr", "locality", "revgeo", "_geoprec", "_decrypted", "name", "face"))


class StoredState(msgspec.Struct, frozen=True):
    """What the store holds of one device now. ``topic`` as its last position says; or empty.

    ``problems`` name files that cannot be used, and why.
    """

    folder: str
    """``user/device`` as the folders are called."""
    topic: str = ""
    location: dict[str, Any] | None = None
    card: dict[str, Any] | None = None
    waypoints: dict[str, Any] | None = None
    problems: tuple[str, ...] = ()


def states(store: Path) -> Iterator[StoredState]:
    """Yield what the store holds of each device, in order of their names."""
    found = set()
    for sort in ("last", "cards", "photos", "waypoints"):
        for folder in (store / sort).glob("*/*/"):
            found.add((folder.parent.name, folder.name))
    # A card of the user alone is one of each device that has anything.
    for folder in (store / "rec").glob("*/*/"):
        found.add((folder.parent.name, folder.name))
    for user, device in sorted(found):
        yield _state(store, user, device)


def _state(store: Path, user: str, device: str) -> StoredState:
    problems: list[str] = []
    name = f"{user}/{device}/{user}-{device}"
    last = _object(store / "last" / f"{name}.json", problems)
    topic = "" if last is None or not isinstance(last.get("topic"), str) else last["topic"]
    location = None
    if last is not None and last.get("_type") == "location":
        location = {field: value for field, value in last.items() if field not in _ADDED}
    waypoints = _object(store / "waypoints" / f"{name}.otrw", problems)
    if waypoints is None:
        waypoints = _single_waypoints(store / "waypoints" / user / device, problems)
    elif isinstance(waypoints.get("waypoints"), list):
        waypoints = {"_type": "waypoints", "waypoints": waypoints["waypoints"]}
    return StoredState(
        f"{user}/{device}",
        topic,
        location,
        _card(store, user, name, problems),
        waypoints,
        tuple(problems),
    )


def _card(store: Path, user: str, name: str, problems: list[str]) -> dict[str, Any] | None:
    """Return the device's card, else its user's; a picture without a card makes one."""
    for each in (name, f"{user}/{user}"):
        found = _object(store / "cards" / f"{each}.json", problems)
        if found is not None:
            break
    card = {} if found is None else found
    if not card.get("face"):
        for each in (name, f"{user}/{user}"):
            data = _bytes(store / "photos" / f"{each}.png", problems)
            if data:
                card["face"] = b64encode(data).decode()
                break
    return {**card, "_type": "card"} if card else None


def _single_waypoints(folder: Path, problems: list[str]) -> dict[str, Any] | None:
    found = [_object(file, problems) for file in sorted(folder.glob("*.json"))]
    whole = [each for each in found if each is not None]
    return {"_type": "waypoints", "waypoints": whole} if whole else None


def _object(file: Path, problems: list[str]) -> dict[str, Any] | None:
    data = _bytes(file, problems)
    if data is None:
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    problems.append(f"{file}: not a JSON object")
    return None


def _bytes(file: Path, problems: list[str]) -> bytes | None:
    try:
        if file.stat().st_size > MOST:
            problems.append(f"{file}: more than {MOST} bytes")
            return None
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as why:
        problems.append(f"{file}: {why.strerror}")
        return None
