"""Answer the calls by which people add phones: ``/api/1/phones``.

A phone that was added is a token and the right to be seen; it is a friend once it has spoken. Until
then it is listed here, and anybody who added it may ask why it has not come.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, Protocol
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from sightline.auth.permissions import User
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.kinds.friends.deliveries import Deliveries
from sightline.kinds.friends.model import Friend
from sightline.model.kind import State, id_of
from sightline.owntracks.apps.model import AppName
from sightline.owntracks.apps.setup import set_up
from sightline.owntracks.attempts import Attempt, Attempts, Trouble
from sightline.owntracks.phone_names import DeviceChoice, shown_name
from sightline.owntracks.setup_link import (
    CannotSetUp,
    SetUpTarget,
    TargetPort,
    base_of,
    link,
    offers_mqtt,
)
from sightline.web.reach import Reach, reach

_PATH = "/phones/{user}/{device}"
_FRIEND = "friend/{user}/{device}"
_Base = Annotated[str, Meta(max_length=300)]
_App = Literal["owntracks"] | AppName


class WaitedFor(NamedTuple):
    """A phone that was added at ``since`` (epoch s) for an account, and has a token."""

    thing: str
    name: str
    owner: str
    since: float


class PhoneAccountsPort(Protocol):
    """What adding phones needs of the accounts (`sightline.wiring.phone_adding`)."""

    def may_add(self, user: User) -> bool:
        """Tell whether they may add a phone of their own."""

    def is_theirs(self, user: User, thing: str) -> bool:
        """Tell whether they may set this phone up: it is theirs, or they are an admin."""

    def added(self, user: User) -> list[WaitedFor]:
        """List the phones with a token of their own that are theirs; all of them to an admin."""

    def choose(self, user: User, owner: str, name: str, *, another: bool) -> DeviceChoice:
        """Choose the device for a phone of somebody called so. Raises `Refused`."""

    async def add(self, call: Call[Any], thing: str, owner: str, name: str) -> str:
        """Let the owner own a new phone; return its token. Raises `Refused`."""

    async def issue(self, call: Call[Any], thing: str) -> str:
        """Return a new token of a phone; those of before end. Raises `Refused`."""

    async def remove(self, call: Call[Any], thing: str) -> None:
        """Take back that a phone was added. Raises `Refused`."""


class FriendWorld(Protocol):
    """The world of now."""

    def state(self, key: str) -> State | None:
        """Return a thing's state; None when there is no such thing."""


class NewPhone(RequestBody, frozen=True):
    """A phone to add. ``name`` is what people call its owner; ``owner`` an account (admins only;
    empty: one's own). ``base`` is the page's own address. ``another``: besides one they have.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    owner: Annotated[str, Meta(max_length=64)] = ""
    app: _App = "owntracks"
    base: _Base = ""
    another: bool = False


class SetUpAgain(RequestBody, frozen=True):
    """The app to set the phone up in; ``base`` is the page's own address."""

    app: _App = "owntracks"
    base: _Base = ""


class PhoneShown(msgspec.Struct, frozen=True, kw_only=True):
    """A phone that has not reported yet. ``since`` is when it was added, epoch s."""

    thing: str
    name: str
    owner: str
    since: float


class PhonePlace(msgspec.Struct, frozen=True, kw_only=True):
    """The address that phones are given. ``settled``: the settings say it; else ``chosen`` is what
    an admin chose; both empty: not known yet. ``guess`` is our own address in this network, where
    we listen to it; ``here_only``: we answer this machine only. ``mqtt``: phones may also be set up
    to speak to the broker.
    """

    settled: str
    chosen: str
    guess: str
    here_only: bool
    mqtt: bool


class Phones(Answer, frozen=True):
    """Phones that wait for their first message, the newest first, and how more are added."""

    phones: list[PhoneShown]
    may_add: bool
    place: PhonePlace


class PhoneAdded(Answer, frozen=True):
    """What sets a phone up, told this once. ``exists``: there is such a phone already, and nothing
    was done. ``link``, ``address`` and ``text`` as in the request ``setup``; ``url``, ``user``,
    ``device`` and ``password`` are what is typed by hand.
    """

    thing: str
    exists: bool = False
    link: str = ""
    address: str = ""
    text: str = ""
    url: str = ""
    user: str = ""
    device: str = ""
    password: str = ""
    plain: bool = False
    reach: Reach = "anywhere"


class PhoneAttempt(Answer, frozen=True):
    """What came of a phone that is waited for since ``since``. ``here`` is when its first position
    came, ``reached`` when it came at all. ``trouble`` is why its last post did not count,
    ``detail`` what stood in it, ``address`` where it came from, ``at`` when; ``tries``: so many
    times. Times in epoch s.
    """

    since: float
    here: float | None
    reached: float | None
    trouble: Trouble = "none"
    detail: str = ""
    address: str = ""
    at: float | None = None
    tries: int = 0


class PhonesApi:
    """Calls about phones that are being added. ``wall`` gives epoch s."""

    def __init__(
        self,
        accounts: PhoneAccountsPort,
        attempts: Attempts,
        world: FriendWorld,
        deliveries: Deliveries,
        place: PlacePort,
        wall: Any,
    ) -> None:
        self._accounts = accounts
        self._attempts = attempts
        self._world = world
        self._deliveries = deliveries
        self._place = place
        self._wall = wall

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/phones",
                "account",
                self.phones,
                summary="List phones that were added and have not reported yet",
                reply=Phones,
            ),
            Route(
                "POST",
                "/phones",
                "account",
                self.add,
                summary="Add a phone: its owner, its token, and what sets it up",
                body=NewPhone,
                reply=PhoneAdded,
                errors=("forbidden", "unknown", "taken", "cannot_set_up"),
                example={"name": "Jane", "base": "https://map.example.org"},
            ),
            Route(
                "GET",
                _PATH,
                "account",
                self.attempt,
                summary="Say whether a phone that is waited for has come, or why not",
                thing=_FRIEND,
                reply=PhoneAttempt,
            ),
            Route(
                "POST",
                _PATH,
                "account",
                self.again,
                summary="Set a phone up again; what it was given before ends",
                thing=_FRIEND,
                body=SetUpAgain,
                reply=PhoneAdded,
                errors=("no_owner", "cannot_set_up"),
                example={"app": "owntracks", "base": "https://map.example.org"},
            ),
            Route(
                "DELETE",
                _PATH,
                "account",
                self.remove,
                summary="Take back a phone that has never reported",
                thing=_FRIEND,
                errors=("taken",),
            ),
        ]

    async def phones(self, call: Call[Nothing]) -> Reply:
        """List the phones that are waited for."""
        user = call.who.user
        waiting = [
            PhoneShown(thing=each.thing, name=each.name, owner=each.owner, since=each.since)
            for each in sorted(self._accounts.added(user), key=lambda one: -one.since)
            if self._world.state(each.thing) is None
        ]
        may_add = self._accounts.may_add(user)
        return Reply(Phones(phones=waiting, may_add=may_add, place=self._place.shown()))

    async def add(self, call: Call[NewPhone]) -> Reply:
        """Add a phone for an account, and return what sets it up."""
        asked, user = call.asked, call.who.user
        if not self._accounts.may_add(user):
            raise Refused("forbidden", "Only an admin adds phones here: please ask one.")
        if asked.owner and asked.owner != user.name and user.role != "admin":
            raise Refused("forbidden", "Only an admin adds a phone for somebody else.")
        if not (name := shown_name(asked.name)):
            raise Refused("malformed", "A name has letters that can be seen.")
        self._base(asked.base)
        owner = asked.owner or user.name
        device, exists = self._accounts.choose(user, owner, name, another=asked.another)
        thing = f"friend/{device}"
        if exists:
            return Reply(PhoneAdded(thing=thing, exists=True))
        token = await self._accounts.add(call, thing, owner, name)
        return Reply(self._made(call, thing, token, asked.app, asked.base))

    async def again(self, call: Call[SetUpAgain]) -> Reply:
        """Make what sets a phone up anew."""
        thing = self._thing(call)
        self._base(call.asked.base)
        token = await self._accounts.issue(call, thing)
        return Reply(self._made(call, thing, token, call.asked.app, call.asked.base))

    async def remove(self, call: Call[Nothing]) -> Reply:
        """Take back a phone that has never reported."""
        thing = self._thing(call)
        if self._world.state(thing) is not None:
            raise Refused("taken", "This phone has reported already; erase it under Privacy.")
        await self._accounts.remove(call, thing)
        self._attempts.end(thing)
        return Reply()

    async def attempt(self, call: Call[Nothing]) -> Reply:
        """Say whether a phone has come, or why not."""
        thing, now = self._thing(call), self._wall()
        added = (each.since for each in self._accounts.added(call.who.user) if each.thing == thing)
        attempt = self._attempts.watch(thing, call.address, next(added, now), now)
        state = self._world.state(thing)
        at = state.at if isinstance(state, Friend) and state.lat is not None else None
        here = at if at is not None and at >= attempt.since else None
        return Reply(self._answer(thing, attempt, here))

    def _answer(self, thing: str, attempt: Attempt, here: float | None) -> PhoneAttempt:
        known = PhoneAttempt(
            since=attempt.since,
            here=here,
            reached=attempt.reached,
            trouble=attempt.trouble,
            detail=attempt.detail,
            address=attempt.address,
            at=attempt.at,
            tries=attempt.tries,
        )
        figures = self._deliveries.of(thing)
        latest = max(attempt.since, attempt.at or 0.0, attempt.reached or 0.0)
        if figures is not None and figures.refused and (figures.at or 0.0) >= latest:
            known = msgspec.structs.replace(
                known,
                trouble="unreadable",
                detail=figures.why,
                address="",
                at=figures.at,
                tries=figures.refused,
            )
        if here is not None and here >= (known.at or 0.0):
            return PhoneAttempt(since=attempt.since, here=here, reached=attempt.reached)
        return known

    # -- what is made

    def _thing(self, call: Call[Any]) -> str:
        """Return the phone a call is about. Raises `Refused` (``unknown``)."""
        if not self._accounts.is_theirs(call.who.user, call.thing):
            raise Refused("unknown", UNKNOWN)
        return call.thing

    def _base(self, page: str) -> str:
        """Return the address that phones are given. Raises `Refused` (``cannot_set_up``)."""
        try:
            return base_of(self._place.url or page)
        except (CannotSetUp, ValueError):
            why = "It is not known at which address phones reach this server."
            raise Refused("cannot_set_up", why) from None

    def _made(self, call: Call[Any], thing: str, token: str, app: _App, page: str) -> PhoneAdded:
        """Return what sets the phone up; it is waited for from now on."""
        base, device = self._base(page), id_of(thing)
        user, _, last = device.partition("/")
        self._attempts.begin(thing, call.address, self._wall())
        plain, where = urlsplit(base).scheme != "https", reach(base)
        if app != "owntracks":
            made = set_up(app, base, device, token)
            return PhoneAdded(
                thing=thing,
                link=made.link,
                address=made.address,
                text=made.text,
                plain=plain,
                reach=where,
            )
        state = self._world.state(thing)
        tid = (state.tid if isinstance(state, Friend) else None) or user[:2].upper()
        secret = self._place.secret(device)
        return PhoneAdded(
            thing=thing,
            link=link(device, "http", SetUpTarget(base, ""), token, tid, secret),
            url=f"{base}/pub",
            user=user,
            device=last,
            password=token,
            plain=plain,
            reach=where,
        )


class PlacePort(TargetPort, Protocol):
    """The addresses that phones are given, and the secrets of those that encrypt."""

    def shown(self) -> PhonePlace:
        """Return what the page is told of it."""

    def secret(self, device: str) -> str | None:
        """Return the secret by which ``user/device`` encrypts what it says; None: it does not."""


def place_of(settled: str, chosen: str, guess: str, mqtt: str, *, here_only: bool) -> PhonePlace:
    """Return what the page is told of our address."""
    return PhonePlace(
        settled=settled,
        chosen=chosen,
        guess=guess,
        here_only=here_only,
        mqtt=offers_mqtt(mqtt),
    )
