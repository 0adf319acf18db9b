"""Answer what came of a device's messages: ``/api/1/deliveries``."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Nothing, Number, RequestFields
from sightline.contract.http import Call, Reply, Route
from sightline.kinds.friends.deliveries import Deliveries, DeviceFigures

MOST = 1000
"""Devices in one answer."""
_USUAL = 200


class DeliveriesQuery(RequestFields, frozen=True, kw_only=True):
    """How many devices, 1 to 1000."""

    limit: Number | None = None


class DeliveryCounts(Answer, frozen=True):
    """The devices with the newest trouble first; ``total``: so many are counted; of ``forgotten``
    ones the counts were let go of.
    """

    devices: list[DeviceFigures]
    total: int
    forgotten: int


class DeliveryOfDevice(Answer, frozen=True):
    """What came of one device's messages."""

    device: Annotated[DeviceFigures, Meta(description="since the server was started")]


class DeliveriesApi:
    """Calls about the counts of devices."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/deliveries",
                "admin",
                self.devices,
                summary="List what came of every device's messages",
                query=DeliveriesQuery,
                reply=DeliveryCounts,
                example={"limit": 50},
            ),
            Route(
                "GET",
                "/deliveries/{user}/{device}",
                "visitor",
                self.device,
                summary="Tell what came of a device's messages: used, doubtful, refused",
                thing="friend/{user}/{device}",
                reply=DeliveryOfDevice,
            ),
        ]

    async def devices(self, call: Call[DeliveriesQuery]) -> Reply:
        """Return the devices with the newest trouble, also those that are nobody's friend yet."""
        asked = call.asked.limit
        if asked is not None and not 1 <= asked <= MOST:
            raise Refused("malformed", f"limit must be 1 to {MOST}")
        deliveries = self._deliveries
        found = deliveries.latest(int(asked or _USUAL))
        return Reply(
            DeliveryCounts(devices=found, total=len(deliveries), forgotten=deliveries.forgotten)
        )

    async def device(self, call: Call[Nothing]) -> Reply:
        """Return the counts of one device to those who may see that friend."""
        found = self._deliveries.of(call.thing) if call.who.user.scope.sees(call.thing) else None
        if found is None:
            raise Refused("unknown", UNKNOWN)
        return Reply(DeliveryOfDevice(device=found))
