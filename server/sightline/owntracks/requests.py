"""Answer requests of browsers about phones: of admins, and of those the friend belongs to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlsplit

from sightline.auth.permissions import LASTING, may
from sightline.contract.errors import Refused
from sightline.contract.fields import Answer, RequestFields, refuses
from sightline.contract.requests import RequestSpec
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.phone import Do, TooManyCommands
from sightline.live.requests import Asker, Requests
from sightline.model.kind import id_of
from sightline.model.topic import LONGEST_LEVEL, NOT_NAMES
from sightline.owntracks.apps.model import AppName
from sightline.owntracks.apps.setup import set_up
from sightline.owntracks.phone_service import PhoneService
from sightline.owntracks.setup_link import (
    CannotSetUp,
    SetUpTarget,
    TargetPort,
    base_of,
    link,
)
from sightline.web.reach import Reach, reach

_DOES: dict[str, Do] = {
    "locate": "locate",
    "phonestatus": "status",
    "sendregions": "regions",
    "readregions": "read",
    "clearregions": "clear",
}

_Thing = Annotated[str, refuses("unknown", "a friend such as friend/jane/phone")]


class OfPhone(RequestFields, frozen=True):
    """A request about one phone: ``friend/user/device``."""

    thing: _Thing


class SetUp(RequestFields, frozen=True):
    """Whose phone, by which way it is to send; ``base`` is the page's own address.

    ``app`` other than owntracks: http only.
    """

    thing: _Thing
    mode: Annotated[Literal["mqtt", "http"], refuses("bad_mode", "mqtt or http")]
    base: str = ""
    app: Literal["owntracks"] | AppName = "owntracks"


class AskedOfPhone(Answer, frozen=True):
    """The number of the command in the phone's list of what it was asked."""

    n: int


class SetUpLink(Answer, frozen=True):
    """What the phone opens (empty: the app takes no link). ``plain``: it would send without
    encryption.

    ``reach`` says from where the phone reaches that address. ``address`` and ``text``: what is
    pasted into another app than OwnTracks.
    """

    link: str
    plain: bool
    reach: Reach = "anywhere"
    address: str = ""
    text: str = ""


_SUMMARIES = {
    "locate": "Ask a phone where it is",
    "phonestatus": "Ask a phone how it is",
    "sendregions": "Send the regions of the map to a phone",
    "readregions": "Ask a phone for its regions",
    "clearregions": "Remove all regions from a phone",
}
ASKS = tuple(
    RequestSpec(
        name=name,
        summary=_SUMMARIES[name],
        fields=OfPhone,
        right=name,
        answer=AskedOfPhone,
        errors=("forbidden", "too_many", "no_commands"),
        example={"thing": "friend/jane/phone"},
    )
    for name in _DOES
)
SETUP = RequestSpec(
    name="setup",
    summary="Make a link that sets up a phone; for http with a token of its own",
    fields=SetUp,
    right="setup",
    answer=SetUpLink,
    errors=("forbidden", "cannot_set_up", "degraded"),
    example={"thing": "friend/jane/phone", "mode": "http", "base": "https://map.example.org"},
)

Issue = Callable[[Asker, str], Awaitable[str]]
"""Makes a token with which the phone of ``friend/user/device`` may post."""


class PhoneRequests:
    """Add the requests about phones to the dispatcher.

    ``secret`` tells a device's encryption key, ``app`` by which app it reports, if not by
    OwnTracks.
    """

    def __init__(
        self,
        requests: Requests,
        phones: PhoneService,
        friend: Callable[[str], Friend | None],
        place: TargetPort,
        issue: Issue,
        secret: Callable[[str], str | None],
        app: Callable[[str], str] = lambda device: "",
    ) -> None:
        self._phones = phones
        self._friend = friend
        self._place = place
        self._issue = issue
        self._secret = secret
        self._app = app
        for spec in ASKS:
            requests.add(spec, partial(self._ask, spec.name))
        requests.add(SETUP, self._setup)

    def _ask(self, do: str, asker: Asker, asked: OfPhone) -> AskedOfPhone:
        thing = self._thing(asker, do, asked.thing)
        if self._friend(thing) is None:
            raise Refused("unknown", "there is no such friend")
        if app := self._app(id_of(thing)):
            raise Refused("no_commands", f"this phone reports by {app}, which takes no commands")
        try:
            return AskedOfPhone(n=self._phones.ask(id_of(thing), _DOES[do], asker.user.name))
        except TooManyCommands:
            raise Refused("too_many", "this phone has not answered the last ones yet") from None

    async def _setup(self, asker: Asker, asked: SetUp) -> SetUpLink:
        thing = self._thing(asker, "setup", asked.thing)
        mode, base = asked.mode, asked.base
        # The page knows under which address it reached us; the settings know better.
        url = self._place.url or (base if len(base) < 300 else "")
        if asked.app != "owntracks":
            return await self._setup_app(asker, thing, asked.app, url)
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
        plain = mode == "http" and urlsplit(url).scheme != "https"
        where = reach(url if mode == "http" else place.mqtt)
        return SetUpLink(link=made, plain=plain, reach=where)

    async def _setup_app(self, asker: Asker, thing: str, app: AppName, url: str) -> SetUpLink:
        try:
            base = base_of(url)
        except (CannotSetUp, ValueError) as why:
            raise Refused("cannot_set_up", str(why)) from None
        made = set_up(app, base, id_of(thing), await self._issue(asker, thing))
        return SetUpLink(
            link=made.link,
            plain=urlsplit(url).scheme != "https",
            reach=reach(url),
            address=made.address,
            text=made.text,
        )

    def _thing(self, asker: Asker, do: str, thing: str) -> str:
        """Return the friend a request is about, if ``asker`` may do that to it."""
        if not _is_friend(thing):
            raise Refused("unknown", "there is no such friend")
        if not may(asker.user, "see", thing):
            raise Refused("unknown", "there is no such friend")
        if asker.user.by_token and do in LASTING:
            raise Refused("forbidden", "a token sets up no phone: sign in with the account")
        if not may(asker.user, do, thing):
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
