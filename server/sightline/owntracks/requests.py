"""Answer requests of browsers about phones: of admins, and of those the friend belongs to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from sightline.auth.permissions import LASTING, may
from sightline.contract.errors import Refused
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.phone import Do, TooManyCommands
from sightline.live import protocol
from sightline.live.requests import Asker, Fields, Requests
from sightline.model.kind import id_of
from sightline.model.topic import LONGEST_LEVEL, NOT_NAMES
from sightline.owntracks.phone_service import PhoneService
from sightline.owntracks.setup_link import CannotSetUp, SetUpTarget, link, reach

_DOES: dict[str, Do] = {
    "locate": "locate",
    "phonestatus": "status",
    "sendregions": "regions",
    "readregions": "read",
    "clearregions": "clear",
}

Issue = Callable[[Asker, str], Awaitable[str]]
"""Makes a token with which the phone of ``friend/user/device`` may post."""


class PhoneRequests:
    """Add the requests about phones to the dispatcher.

    ``secret`` tells a device's encryption key.
    """

    def __init__(
        self,
        requests: Requests,
        phones: PhoneService,
        friend: Callable[[str], Friend | None],
        place: SetUpTarget,
        issue: Issue,
        secret: Callable[[str], str | None],
    ) -> None:
        self._phones = phones
        self._friend = friend
        self._place = place
        self._issue = issue
        self._secret = secret
        for name in _DOES:
            requests.add(name, self._ask)
        requests.add("setup", self._setup)

    def _ask(self, asker: Asker, request: protocol.Request) -> Fields:
        thing = self._thing(asker, request)
        if self._friend(thing) is None:
            raise Refused("unknown", "there is no such friend")
        try:
            return {"n": self._phones.ask(id_of(thing), _DOES[request.do], asker.user.name)}
        except TooManyCommands:
            raise Refused("too_many", "this phone has not answered the last ones yet") from None

    async def _setup(self, asker: Asker, request: protocol.Request) -> Fields:
        thing = self._thing(asker, request)
        mode, base = request.more.get("mode"), request.more.get("base")
        if mode not in ("mqtt", "http"):
            raise Refused("bad_mode", 'a phone is set up for "mqtt" or "http"')
        # The page knows under which address it reached us; the settings know better.
        url = self._place.url or (base if isinstance(base, str) and len(base) < 300 else "")
        place = SetUpTarget(url, self._place.mqtt)
        device = id_of(thing)
        friend = self._friend(thing)
        tid = (friend.tid if friend is not None else None) or device[-2:]
        try:
            link(device, mode, place, "", tid)  # before a token is made for nothing
            token = await self._issue(asker, thing) if mode == "http" else ""
            made = link(device, mode, place, token, tid, self._secret(device))
        except (CannotSetUp, ValueError) as why:
            raise Refused("cannot_set_up", str(why)) from None
        plain = urlsplit(url).scheme != "https" if mode == "http" else False
        where = reach(url if mode == "http" else place.mqtt)
        return {"link": made, "plain": plain, "reach": where}

    def _thing(self, asker: Asker, request: protocol.Request) -> str:
        """Return the friend a request is about, if ``asker`` may do that to it."""
        thing = request.more.get("thing")
        if not isinstance(thing, str) or not _is_friend(thing):
            raise Refused("unknown", "there is no such friend")
        if not may(asker.user, "see", thing):
            raise Refused("unknown", "there is no such friend")
        if asker.user.by_token and request.do in LASTING:
            raise Refused("forbidden", "a token sets up no phone: sign in with the account")
        if not may(asker.user, request.do, thing):
            raise Refused("forbidden", "only an admin or whose phone it is may do that")
        return thing


def _is_friend(thing: str) -> bool:
    parts = thing.split("/")
    return (
        len(parts) == 3
        and parts[0] == "friend"
        and NOT_NAMES.isdisjoint(parts)
        and all(len(part) <= LONGEST_LEVEL and not set(part) & set("+#\0") for part in parts[1:])
    )
