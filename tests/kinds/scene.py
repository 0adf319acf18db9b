"""Messages for the tests of the kinds, said in one line."""

from __future__ import annotations

import json
from typing import Any

from sightline.kinds import broker, friends, probots
from sightline.model.kind import Arrival, CannotDecode, Kind, State, Update

NOW = 1795240000.5


def arrival(
    topic: str | bytes, payload: bytes | str | dict[str, Any] | list[Any] = b"", **more: Any
) -> Arrival:
    if isinstance(payload, dict | list):
        payload = json.dumps(payload, separators=(",", ":"))
    if isinstance(payload, str):
        payload = payload.encode()
    given = {"retain": False, "qos": 1, "at": NOW} | more
    return Arrival(topic=topic, payload=payload, **given)


def location(**fields: Any) -> dict[str, Any]:
    """A location of OwnTracks; a field of value ... is left out."""
    given = {"_type": "location", "lat": 49.95, "lon": 5.25, "tst": int(NOW) - 10, "tid": "JP"}
    return {name: value for name, value in (given | fields).items() if value is not ...}


def kind_for(topic: str | bytes, *kinds: Kind) -> Kind | None:
    """As the ingest does it: by the first level. One kind alone gets everything."""
    if len(kinds) == 1:
        return kinds[0]
    if isinstance(topic, bytes):
        return None
    root = topic.removeprefix("/").partition("/")[0]
    among = kinds or (friends.KIND, probots.KIND, broker.KIND)
    return next((kind for kind in among if root in kind.roots), None)


def read(what: Arrival, *kinds: Kind) -> list[Update]:
    kind = kind_for(what.topic, *kinds)
    if kind is None:
        raise CannotDecode("bad_topic")
    return list(kind.decode(what))


def refused(what: Arrival, *kinds: Kind) -> str | None:
    """The counter of the refusal; None when the message is accepted."""
    try:
        read(what, *kinds)
    except CannotDecode as why:
        return why.counter
    return None


def world(*arrivals: Arrival) -> dict[str, State]:
    """All things after these messages."""
    things: dict[str, State] = {}
    for one in arrivals:
        for reading in read(one):
            after = reading.onto(things.get(reading.thing))
            if after is None:
                things.pop(reading.thing, None)
            else:
                things[reading.thing] = after
    return things
