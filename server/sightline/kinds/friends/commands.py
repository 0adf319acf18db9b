"""Write OwnTracks commands (``cmd``): what to say to which app, and what its answer proves.

The apps differ, and neither is forgiving: one action that Android does not know, or a radius that
is not a whole number, makes it drop a whole HTTP reply.

    action              Android                          iOS
    ----------------    -----------------------------    ---------------------------------------
    reportLocation      yes                              when remote locations are allowed
    status, waypoints   yes                              yes
    setWaypoints        adds and changes, by ``tst``;    by ``rid``; removes what is put outside
                        never removes                    of the world
    clearWaypoints      yes                              when remote configuration is allowed
    dump, reportSteps   no                               yes
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from sightline.kinds.friends.beacons import unmistakable
from sightline.kinds.friends.model import Waypoint
from sightline.kinds.friends.phone import Do, Platform

Cmd = dict[str, Any]

ACTIONS: dict[Platform, frozenset[str]] = {
    "android": frozenset(
        ("reportLocation", "status", "waypoints", "setWaypoints", "clearWaypoints")
    ),
    "ios": frozenset(
        (
            "reportLocation",
            "status",
            "waypoints",
            "setWaypoints",
            "clearWaypoints",
            "dump",
            "reportSteps",
        )
    ),
}
ACTIONS["?"] = ACTIONS["android"] & ACTIONS["ios"]

MOST_ON_IPHONE = 20
"""Regions that an iPhone watches at once, those of its user included: it ignores any more."""
_NOWHERE = -1_000_000.0  # degrees: an iPhone removes a waypoint that is put there
_NEAR = 1e-5  # degrees: about a metre; phones round what they are given
_encode = msgspec.json.encode


def platform_of(agent: str) -> Platform:
    """Tell which app a ``User-Agent`` is of."""
    agent = agent.lower()
    if agent.startswith("owntracks-android"):
        return "android"
    if "cfnetwork" in agent:
        return "ios"
    return "?"


def messages(
    do: Do, platform: Platform, wanted: Sequence[Waypoint] = (), known: Sequence[Waypoint] = ()
) -> list[Cmd]:
    """Tell what to send, in order.

    ``wanted`` are the regions the phone is to have from us, ``known`` those of ours that it may
    have, and its user's own, as far as they are known: see `own`.
    """
    match do:
        case "locate":
            found = [cmd("reportLocation")]
        case "status":
            found = [cmd("status")]
        case "read":
            found = [cmd("waypoints")]
        case "clear":
            found = [cmd("clearWaypoints"), cmd("waypoints")]
        case "regions":
            found = [*_setting(platform, wanted, known), cmd("waypoints")]
    return [one for one in found if one["action"] in ACTIONS[platform]]


def cmd(action: str, **more: Any) -> Cmd:
    """Write one command as JSON."""
    return {"_type": "cmd", "action": action, **more}


def _setting(
    platform: Platform, wanted: Sequence[Waypoint], known: Sequence[Waypoint]
) -> list[Cmd]:
    items = [_waypoint(one) for one in wanted]
    if platform == "ios":
        # Cleared and set anew it would report entering where it is all along; so only what is
        # not wanted any more is taken away.
        stay = {one.rid for one in wanted}
        items += [
            _waypoint(one) | {"lat": _NOWHERE, "lon": _NOWHERE}
            for one in known
            if one.rid is not None and one.rid not in stay
        ]
        return [_set(items)] if items else []
    # Cleared, its user's own would be lost, so they are told anew with ours.
    items += [_waypoint(one) for one in known]
    return [cmd("clearWaypoints"), *([_set(items)] if items else [])]


def own(has: Iterable[Waypoint], own: Sequence[Waypoint]) -> list[Waypoint]:
    """Return those of a phone's waypoints that its user made: none of them is one of ours."""
    stamps = {one.tst for one in own}
    names = {one.rid for one in own if one.rid is not None}
    return [one for one in has if one.tst not in stamps and one.rid not in names]


def fitted(
    platform: Platform, wanted: Sequence[Waypoint], users: int
) -> tuple[tuple[Waypoint, ...], str]:
    """Return those of ``wanted`` that this app can have, as it can have them; and what is left out.

    ``users`` regions are the phone's own. An iPhone takes a colon in a name for what separates the
    name of a beacon from its ids.
    """
    if platform != "ios":
        return tuple(wanted), ""
    room = max(0, MOST_ON_IPHONE - users)
    taken = tuple(replace(one, desc=unmistakable(one.desc)) for one in wanted[:room])
    if len(wanted) <= room:
        return taken, ""
    own = f", {users} of them its user's own" if users else ""
    many = len(wanted) - room
    return taken, f"{many} left out: an iPhone watches {MOST_ON_IPHONE} regions at most{own}"


def _set(items: list[Cmd]) -> Cmd:
    return cmd("setWaypoints", waypoints={"_type": "waypoints", "waypoints": items})


def _waypoint(one: Waypoint) -> Cmd:
    command: Cmd = {
        "_type": "waypoint",
        "desc": one.desc,
        "lat": one.lat,
        "lon": one.lon,
        "rad": max(1, round(one.rad)),  # a number with a point would be the end of the whole reply
        "tst": one.tst,
    }
    if one.rid is not None:
        command["rid"] = one.rid
    return command


def topic(home: str) -> str:
    """Tell where the device with this base topic listens."""
    return f"{home}/cmd"


def encoded(command: Cmd) -> bytes:
    """Return a command as it is published."""
    return _encode(command)


def compared(
    wanted: Sequence[Waypoint], has: Sequence[Waypoint], *, before: bool
) -> tuple[Literal["confirmed", "refused", "drifted"], str]:
    """Tell how what a phone has stands to what it should have, and why, in words.

    Its own further regions do not count. ``before``: it had confirmed these already.
    """
    missing = [one.desc for one in wanted if not any(_same(one, other) for other in has)]
    if not missing:
        return "confirmed", ""
    few = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    if before:
        return "drifted", f"the phone has not, or has changed: {few}"
    if len(missing) == len(wanted):
        return (
            "refused",
            "the phone has taken none of them: are remote commands and remote configuration"
            " allowed in its app?",
        )
    return "refused", f"the phone has not taken: {few}"


def _same(one: Waypoint, other: Waypoint) -> bool:
    return (
        one.desc == other.desc
        and abs(one.lat - other.lat) <= _NEAR
        and abs((one.lon - other.lon + 180) % 360 - 180) <= _NEAR
        and round(one.rad) == round(other.rad)
    )
