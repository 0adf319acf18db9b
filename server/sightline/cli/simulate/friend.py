"""Simulate a phone with the OwnTracks app on Android: its fixes, card and will as JSON.

Speed and heading agree with the way it moves; the battery drains and is charged; a phone that
lies still sends a ping now and then.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from typing import Any

import msgspec

from sightline.cli.simulate import face
from sightline.cli.simulate.actor import Message
from sightline.cli.simulate.people import SimulatedPerson
from sightline.cli.simulate.travel import distance, offset

CLOCK_AHEAD = 3600  # s, under the fault `future`

_DRAIN_MOVING = 1 / 240  # percent per second
_DRAIN_STILL = 1 / 900
_CHARGE = 1 / 60
_FIRST_REGION = 1_700_000_000  # epoch s
_UNPLUGGED, _CHARGING, _FULL = 1, 2, 3  # OwnTracks' `bs`


class SimulatedFriend:
    """One phone. ``wall`` is the time of day at which the app first connects, epoch s."""

    def __init__(self, person: SimulatedPerson, rng: random.Random, wall: float) -> None:
        self.person = person
        self.name = person.user
        self.client_id = f"{person.user}{person.device}"
        self.keepalive = 60
        self.topic = f"owntracks/{person.user}/{person.device}"
        self.will = Message(self.topic, _json({"_type": "lwt", "tst": int(wall)}), qos=1)
        self.listens_to: Sequence[str] = (f"{self.topic}/cmd",)
        self.off = False
        self.interval = person.gait.every
        self.battery = rng.uniform(35.0, 95.0)
        self.plugged = _UNPLUGGED
        self._rng = rng
        self._travelled = rng.uniform(0.0, 2 * person.route.length)
        self._speed = person.gait.speed
        self._ahead = 0
        self._held: list[dict[str, Any]] = []

    def step(self, dt: float, wall: float, faults: frozenset[str]) -> list[Message]:
        """Go on for ``dt`` seconds and report, or keep the report while the network is away."""
        self._ahead = CLOCK_AHEAD if "future" in faults else 0
        self._move(dt)
        self._use_battery(dt)
        fix = self._fix(wall, "" if self._speed else "p")
        if "late" in faults:
            self._held.append(fix)
            return []
        # The newest goes first, then what waited: so old fixes come after newer ones.
        held, self._held = self._held, []
        return [self._sent(one, wall) for one in (fix, *held)]

    def connected(self, wall: float) -> list[Message]:
        """Return its card, kept by the broker for who comes later, where it is, the regions it
        knows.
        """
        person = self.person
        card = {
            "_type": "card",
            "tid": person.tid,
            "name": person.name,
            "face": base64.b64encode(face.png(_hue(person.tid))).decode(),
        }
        fix = self._fix(wall - person.late, "" if self._speed else "p")
        return [
            Message(f"{self.topic}/info", _json(card), qos=1, retain=True),
            self._sent(fix, wall - person.late),
            *self._waypoints(),
        ]

    def _waypoints(self) -> list[Message]:
        """Return all its regions, as when they were exported; made in the order in which they
        stand.
        """
        made = [
            {
                "_type": "waypoint",
                "desc": region.name,
                "lat": region.centre.lat,
                "lon": region.centre.lon,
                "rad": int(region.rad),
                "tst": _FIRST_REGION + number,
            }
            for number, region in enumerate(self.person.regions)
        ]
        said = {"_type": "waypoints", "_creator": self.person.user, "waypoints": made}
        return [Message(f"{self.topic}/waypoints", _json(said), qos=1)] if made else []

    def disconnected(self) -> None:
        """Do nothing: a phone keeps calm."""

    def received(self, topic: str, payload: bytes, wall: float) -> list[Message]:
        """Answer ``reportLocation`` with the position; other commands it does not know."""
        try:
            command = msgspec.json.decode(payload)
        except msgspec.DecodeError:
            return []
        if not isinstance(command, dict) or command.get("action") != "reportLocation":
            return []
        return [self._sent(self._fix(wall, "r"), wall)]

    def _move(self, dt: float) -> None:
        cruise = self.person.gait.speed
        if cruise:
            self._speed += self._rng.gauss(0.0, 0.04 * cruise)
            self._speed = min(max(self._speed, 0.7 * cruise), 1.1 * cruise)
        self._travelled += self._speed * dt

    def _use_battery(self, dt: float) -> None:
        if self.plugged == _CHARGING:
            self.battery += dt * _CHARGE
            if self.battery >= 100.0:
                self.battery, self.plugged = 100.0, _FULL
            return
        self.battery -= dt * (_DRAIN_MOVING if self._speed else _DRAIN_STILL)
        if self.plugged == _FULL:
            self.plugged = _UNPLUGGED
        if self.battery < 12.0:
            self.battery, self.plugged = max(self.battery, 0.0), _CHARGING

    def _fix(self, wall: float, trigger: str) -> dict[str, Any]:
        person, rng = self.person, self._rng
        spot, heading = person.route.at(self._travelled)
        acc = max(3, round(rng.gauss(person.gait.acc, person.gait.acc / 6)))
        seen = offset(spot, rng.gauss(0.0, acc / 12), rng.gauss(0.0, acc / 12))
        fix: dict[str, Any] = {
            "_type": "location",
            "_id": f"{rng.getrandbits(32):08x}",
            "acc": acc,
            "alt": round(rng.gauss(person.alt, 2.0)),
            "batt": int(self.battery),
            "bs": self.plugged,
            "conn": person.gait.conn,
            "inregions": [r.name for r in person.regions if distance(r.centre, spot) <= r.rad],
            "lat": round(seen.lat, 7),
            "lon": round(seen.lon, 7),
            "m": 2 if self._speed else 1,
            "source": "fused",
            "tid": person.tid,
            "tst": int(wall) + self._ahead,
            "vac": rng.randint(2, 12),
            "vel": round(self._speed * 3.6),
        }
        if self._speed:
            fix["cog"] = round(heading) % 360
        if person.ssid:
            fix |= {"SSID": person.ssid, "BSSID": "02:00:5e:10:00:01"}
        if trigger:
            fix["t"] = trigger
        return fix

    def _sent(self, fix: dict[str, Any], wall: float) -> Message:
        stamped = fix | {"created_at": int(wall) + self._ahead}
        return Message(self.topic, _json(stamped), qos=1, retain=True)


def _hue(tid: str) -> float:
    return (sum(tid.encode()) * 0.618034) % 1.0


def _json(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value)
