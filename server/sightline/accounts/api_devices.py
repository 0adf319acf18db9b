"""Answer admins' calls about devices: their names, and which of them are one."""

from __future__ import annotations

from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta

from sightline.accounts import device_admin
from sightline.accounts.database import Database
from sightline.accounts.device_admin import Admin
from sightline.accounts.service import AccountService
from sightline.auth.permissions import User, covers
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, RequestBody, RequestFields
from sightline.contract.http import Call, Reply, Route
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.names import folded
from sightline.model.kind import State, id_of, kind_of

_MOST = 1_000
"""Devices in one answer."""
_FRIEND = "friend/{user}/{device}"
_PATH = "/admin/devices/{user}/{device}"

DeviceName = Annotated[str, Meta(max_length=300)]


class DevicesQuery(RequestFields, frozen=True):
    """Which devices: those with this text in one of their names; empty for all."""

    text: str = ""


class MergeQuery(RequestFields, frozen=True):
    """The device (``user/device``) that would stay."""

    into: str


class Merge(RequestBody, frozen=True):
    """The device (``user/device``) that stays, and has both pasts."""

    into: DeviceName


class Rename(RequestBody, frozen=True):
    """The new name of the device, ``user/device``."""

    name: DeviceName


class Split(RequestBody, frozen=True):
    """The further name (``user/device``) that is a device of its own."""

    name: DeviceName


class NameShown(msgspec.Struct, frozen=True):
    """A further name of a device. ``how``: it was seen, or an admin merged or renamed; ``at``:
    since when, epoch s.
    """

    name: str
    how: str
    at: float


class DeviceShown(msgspec.Struct, frozen=True):
    """A device by its canonical name ``user/device``, with its further names.

    ``card`` is what its card calls it; ``heard`` is when it was heard last (epoch s). ``listens``
    is the name in the topic on which it takes commands.
    """

    device: str
    names: list[NameShown]
    card: str | None
    heard: float | None
    listens: str


class Devices(Answer, frozen=True):
    """Devices by name. ``more``: there are further ones; ask with a text."""

    devices: list[DeviceShown]
    more: bool


class OneDevice(Answer, frozen=True):
    """A device with all its names, as it is called now."""

    device: DeviceShown


class MergePreview(Answer, frozen=True):
    """The outcome of a merge. ``newer`` is the name whose present position stays.

    ``gains`` are accounts that see one of the two now, and would see both pasts; ``links`` are
    shared links that would show the joined device, having shown one of the two.
    """

    device: str
    into: str
    names: list[str]
    newer: str
    gains: list[str]
    links: list[str]


class DeviceWorld(Protocol):
    """The world of now."""

    def state(self, key: str) -> State | None:
        """Return a thing's state; None when there is no such thing."""

    def all_keys(self) -> list[str]:
        """Return the keys of all things, and of some that are gone."""


class DevicesApi:
    """Calls about devices and their names. ``world`` knows which there are."""

    def __init__(self, account_service: AccountService, world: DeviceWorld) -> None:
        self._account_service = account_service
        self._names = account_service.names
        self._world = world

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/admin/devices",
                "admin",
                self.devices,
                summary="List devices with all their names",
                query=DevicesQuery,
                reply=Devices,
                example={"text": "jane"},
            ),
            Route(
                "GET",
                f"{_PATH}/merge",
                "admin",
                self.preview,
                summary="Say what a merge of two devices would do",
                thing=_FRIEND,
                query=MergeQuery,
                reply=MergePreview,
                example={"into": "jane/phone"},
            ),
            Route(
                "POST",
                f"{_PATH}/merge",
                "admin",
                self.merge,
                summary="Make two devices one; each keeps its past, which is told as one",
                thing=_FRIEND,
                body=Merge,
                reply=OneDevice,
                errors=("taken",),
                example={"into": "jane/phone"},
            ),
            Route(
                "POST",
                f"{_PATH}/rename",
                "admin",
                self.rename,
                summary="Rename a device; its past and its grants follow",
                thing=_FRIEND,
                body=Rename,
                reply=OneDevice,
                errors=("taken",),
                example={"name": "jane/phone-2"},
            ),
            Route(
                "POST",
                f"{_PATH}/split",
                "admin",
                self.split,
                summary="Let a further name be a device of its own again",
                thing=_FRIEND,
                body=Split,
                reply=OneDevice,
                example={"name": "jane/old-phone"},
            ),
        ]

    # -- reading

    async def devices(self, call: Call[DevicesQuery]) -> Reply:
        """Return the devices of the world and all that have further names."""
        wanted, names = folded(call.asked.text.strip()), self._names
        known = {id_of(key) for key in self._world.all_keys() if self._is_friend(key)}
        known |= names.several.keys()
        found = sorted(
            device
            for device in known
            if not wanted or any(wanted in folded(each) for each in names.all(device))
        )
        shown = [self._shown(device) for device in found[:_MOST]]
        return Reply(Devices(devices=shown, more=len(found) > _MOST))

    async def preview(self, call: Call[MergeQuery]) -> Reply:
        """Say what a merge would do."""
        device = id_of(call.thing)
        into = self._names.peek(device_admin.new_name(call.asked.into))
        self._check(device, into)
        things = frozenset(f"friend/{name}" for name in (device, into))
        cache, service = self._account_service.cache, self._account_service
        one_of_two = [
            share.label
            for share in cache.shares.values()
            if share.why_closed(service.wall()) != "revoked"
            and sum(covers(service.visitors.shown(share), thing) for thing in things) == 1
        ]
        gains = [
            account.name
            for account in cache.accounts.values()
            if sum(_sees(service.visitors.user(account), thing) for thing in things) == 1
        ]
        newer = max((into, device), key=self._heard)
        names = [*self._names.all(device), *self._names.aliases_of(into)]
        return Reply(
            MergePreview(
                device=device,
                into=into,
                names=sorted(names),
                newer=newer,
                gains=sorted(gains),
                links=sorted(one_of_two),
            )
        )

    # -- changing

    async def merge(self, call: Call[Merge]) -> Reply:
        """Make two devices one."""
        device = id_of(call.thing)
        into = self._names.peek(device_admin.new_name(call.asked.into))

        def work(database: Database) -> None:
            device_admin.merge(database, _admin(call), device, into, self._is_known)

        await self._account_service.change(work)
        return Reply(OneDevice(device=self._shown(into)))

    async def rename(self, call: Call[Rename]) -> Reply:
        """Let a device be known by a new name."""
        device, name = id_of(call.thing), device_admin.new_name(call.asked.name)

        def work(database: Database) -> None:
            device_admin.rename(database, _admin(call), device, name, self._is_known)

        await self._account_service.change(work)
        return Reply(OneDevice(device=self._shown(name)))

    async def split(self, call: Call[Split]) -> Reply:
        """Let a further name be a device of its own again."""
        device, name = id_of(call.thing), call.asked.name

        def work(database: Database) -> None:
            device_admin.split_off(database, _admin(call), device, name)

        await self._account_service.change(work)
        return Reply(OneDevice(device=self._shown(device)))

    # -- what is known

    def _check(self, device: str, into: str) -> None:
        if device == into:
            raise Refused("malformed", "These are two names of one device already.")
        if not (self._is_known(device) and self._is_known(into)):
            raise Refused("unknown", UNKNOWN)

    def _is_known(self, device: str) -> bool:
        return self._world.state(f"friend/{device}") is not None or self._names.knows(device)

    def _is_friend(self, key: str) -> bool:
        return kind_of(key) == "friend" and self._world.state(key) is not None

    def _heard(self, device: str) -> float:
        state = self._world.state(f"friend/{device}")
        return (state.heard or state.at or 0.0) if isinstance(state, Friend) else -1.0

    def _shown(self, device: str) -> DeviceShown:
        state, aliases = self._world.state(f"friend/{device}"), self._names.aliases
        heard = self._heard(device)
        return DeviceShown(
            device=device,
            names=[
                NameShown(name, aliases[name].how, round(aliases[name].at, 3))
                for name in self._names.aliases_of(device)
            ],
            card=state.name if isinstance(state, Friend) else None,
            heard=heard if heard > 0 else None,
            listens=self._names.listens(device),
        )


def _admin(call: Call[Any]) -> Admin:
    return Admin(call.who.user.name, call.address)


def _sees(user: User, thing: str) -> bool:
    return user.scope.sees(thing)
