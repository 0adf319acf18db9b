"""Know which regions each phone was sent, and which it says that it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from sightline.kinds.friends import commands
from sightline.kinds.friends.model import Waypoint
from sightline.kinds.friends.phone import Phone, PhoneCommand, RegionSync, answered
from sightline.owntracks.region_ports import PhoneRegionsPort

PHONES = 1_000
"""Phones whose own regions are remembered."""


class SentRegions(NamedTuple):
    """The regions of this ``version`` that a phone was sent, and what was left out, and why."""

    version: int
    waypoints: Sequence[Waypoint]
    left_out: str


class KnownRegions:
    """What phones were sent and have. ``regions`` are those that they should have, if any."""

    def __init__(self, regions: PhoneRegionsPort | None) -> None:
        self._regions = regions
        self._sent: dict[str, SentRegions] = {}
        self._has: dict[str, tuple[Waypoint, ...]] = {}
        self._read: set[str] = set()  # devices that were asked for theirs, to know the users' own

    @property
    def remembered(self) -> int:
        """Tell of how many phones the regions are known."""
        return len(self._has)

    def note_all(self, device: str, phone: Phone, has: tuple[Waypoint, ...], at: float) -> Phone:
        """Note all that a phone says it has; return our dealings with it after that."""
        self._has.pop(device, None)
        self._has[device] = has
        if len(self._has) > PHONES:
            del self._has[next(iter(self._has))]
        self._read.discard(device)
        phone = answered(self._judged(device, phone, has, at), ("read",), at)
        if has:
            kept = f"the phone still has {len(has)}"
            return answered(phone, ("clear",), at, "failed", kept)
        if any(each.do == "clear" and each.state == "sent" for each in phone.commands):
            self._sent.pop(device, None)
            none = RegionSync(state="none", at=at)
            return replace(answered(phone, ("clear",), at), regions=none)
        return phone

    def _judged(self, device: str, phone: Phone, has: Sequence[Waypoint], at: float) -> Phone:
        """Tell what the phone has, held against what it was sent."""
        sent, regions = self._sent.get(device), phone.regions
        if sent is None or regions is None or regions.state in ("none", "asked"):
            return phone
        before = regions.state in ("confirmed", "drifted")
        state, why = commands.compared(sent.waypoints, has, before=before)
        if state == "confirmed":
            phone = answered(phone, ("regions",), at)
            why = sent.left_out
        else:
            phone = answered(phone, ("regions",), at, "failed", why)
        return replace(phone, regions=replace(regions, state=state, at=at, why=why))

    def asked(self, device: str, phone: Phone, at: float) -> Phone:
        """Note that a phone shall be sent its regions."""
        if self._regions is None:
            return phone
        self._read.discard(device)
        version = self._regions.for_phone(device).version
        return replace(phone, regions=RegionSync(state="asked", version=version, at=at))

    def worded(self, device: str, phone: Phone, command: PhoneCommand) -> list[commands.Cmd]:
        """Return the messages of a command; of regions those that there are now."""
        if command.do != "regions" or self._regions is None:
            return commands.messages(command.do, phone.platform)
        sent, users = self._to_send(device, phone)
        self._sent[device] = sent
        has = self._has.get(device, ())
        known = [one for one in has if one not in users] if phone.platform == "ios" else users
        return commands.messages("regions", phone.platform, sent.waypoints, known)

    def _to_send(self, device: str, phone: Phone) -> tuple[SentRegions, Sequence[Waypoint]]:
        """Return the regions that the phone should have now, and its user's own ones.

        As they are now: they may have changed since they were asked for.
        """
        assert self._regions is not None
        bundle = self._regions.for_phone(device)
        before = self._sent.get(device)
        has = self._has.get(device, ())
        ours = [*bundle.waypoints, *(before.waypoints if before is not None else ())]
        users = commands.own(has, ours)
        waypoints, why = commands.fitted(phone.platform, bundle.waypoints, len(users))
        why = "; ".join(filter(None, (_left_out(bundle.left_out), why)))
        return SentRegions(bundle.version, waypoints, why), users

    def must_read_first(self, device: str, phone: Phone, command: PhoneCommand) -> bool:
        """Tell whether the phone would lose its user's own regions, as we do not know them."""
        return command.do == "regions" and phone.platform != "ios" and device not in self._has

    def readings(self, device: str, phone: Phone) -> list[commands.Cmd]:
        """Return what to ask before that, once."""
        if device in self._read:
            return []
        self._read.add(device)
        return commands.messages("read", phone.platform)

    def unread(self, device: str) -> None:
        """Note that the question did not go."""
        self._read.discard(device)

    def went(self, device: str, phone: Phone, at: float, why: str) -> Phone:
        """Note that regions are on their way, or (``why``) are not."""
        if phone.regions is None:
            return phone
        sent = self._sent.get(device)
        version = phone.regions.version if sent is None else sent.version
        left_out = "" if sent is None else sent.left_out
        state = RegionSync(
            state="none" if why else "sent", version=version, at=at, why=why or left_out
        )
        return replace(phone, regions=state)

    def sent_elsewhere(self, device: str, before: Phone, phone: Phone) -> None:
        """Note that another server sent a phone its regions, or that it has none any more."""
        if self._regions is None or phone.regions == before.regions:
            return
        if phone.regions is None or phone.regions.state == "none":
            self._sent.pop(device, None)
        elif phone.regions.state != "asked":
            self._sent[device] = self._to_send(device, phone)[0]  # the same regions as theirs

    def outdated(self) -> Iterator[str]:
        """Yield the phones that were sent other regions than they should have now."""
        assert self._regions is not None
        for device, sent in list(self._sent.items()):
            if sent.version != self._regions.for_phone(device).version:
                yield device

    def forget(self, device: str) -> None:
        """Forget a phone whose friend is erased."""
        self._read.discard(device)
        self._sent.pop(device, None)
        self._has.pop(device, None)


def _left_out(polygons: int) -> str:
    return f"{polygons} left out: phones know circles only" if polygons else ""
