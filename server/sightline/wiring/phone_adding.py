"""Join the adding of phones: who may, what it changes in the accounts, the address they get."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sightline.accounts.account_changes import account_event
from sightline.accounts.api_account import minted, token_event
from sightline.accounts.database import Database
from sightline.accounts.service import AccountService
from sightline.auth.account import Account, AuditEvent, Token
from sightline.auth.permissions import User, covers
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.http import Call
from sightline.kinds.friends.names import folded
from sightline.live.world import World
from sightline.model.kind import id_of
from sightline.owntracks.api_phones import PhonePlace, WaitedFor, place_of
from sightline.owntracks.attempts import Attempts
from sightline.owntracks.phone_names import DeviceChoice, choose
from sightline.settings import Settings, is_private
from sightline.web.public_address import PublicAddress

MOST_PHONES = 20
"""Phones that somebody who is no admin may have of their own."""
_LABEL = 64  # characters


def phone_label(device: str, name: str = "") -> str:
    """Return what the token of a phone is called; it keeps the name typed for its owner."""
    shown = "" if name == device.partition("/")[0] else name
    return (f"phone {device}: {shown}" if shown else f"phone {device}")[:_LABEL]


def is_of_phone(token: Token, thing: str = "") -> bool:
    """Tell whether a token is that of one phone, of this one if it is given."""
    return (
        token.scopes == {"publish"}
        and len(token.things) == 1
        and token.label.startswith("phone ")
        and (not thing or token.things == {thing})
    )


def _users_in(words: Iterable[str]) -> set[str]:
    """Return the users (first levels) of the friends among these things and rights, folded."""
    return {folded(id_of(word).partition("/")[0]) for word in words if word.startswith("friend/")}


class PhoneAdding:
    """What adding phones needs of the accounts. ``for_all``: people may add their own phones.

    ``is_known`` tells whether there is such a ``user/device``.
    """

    def __init__(
        self, service: AccountService, is_known: Callable[[str], bool], *, for_all: bool
    ) -> None:
        self._service = service
        self._is_known = is_known
        self._for_all = for_all
        self._named: dict[str, str] = {}  # names typed for phones, by thing
        service.when_changed(self._read_names)

    def _read_names(self) -> None:
        found = {}
        for token in self._service.cache.tokens.values():
            if is_of_phone(token) and (name := token.label.partition(": ")[2]):
                found[next(iter(token.things))] = name
        self._named = found

    def named(self, thing: str) -> str:
        """Return the name typed for a phone's owner; empty: none was."""
        return self._named.get(thing, "")

    def may_add(self, user: User) -> bool:
        """Tell whether they may add a phone of their own."""
        return user.role == "admin" or self._for_all

    def is_theirs(self, user: User, thing: str) -> bool:
        """Tell whether they may set this phone up: it is theirs, or they are an admin."""
        if user.role == "admin":
            return self._service.names.knows(id_of(thing)) or self._is_added(thing)
        return covers(user.owns, thing)

    def _is_added(self, thing: str) -> bool:
        return any(is_of_phone(token, thing) for token in self._service.cache.tokens.values())

    def added(self, user: User) -> list[WaitedFor]:
        """List the phones with a token of their own that are theirs; all of them to an admin."""
        found = {}
        for token in self._service.cache.tokens.values():
            if not is_of_phone(token):
                continue
            (thing,) = token.things
            if user.role == "admin" or covers(user.owns, thing):
                name = self.named(thing) or id_of(thing).partition("/")[0]
                found[thing] = WaitedFor(thing, name, token.account, round(token.created, 3))
        return list(found.values())

    def choose(self, user: User, owner: str, name: str, *, another: bool) -> DeviceChoice:
        """Choose the device for a phone of somebody called so. Raises `Refused`."""
        account = self._owner(owner)
        theirs = _users_in(account.grants.own)
        if user.role == "admin":
            theirs |= self._users()
        try:
            return choose(
                name,
                account.display or account.name,
                theirs=theirs,
                is_used=lambda level: self._is_used(level, account.name),
                is_known=self._is_taken,
                another=another,
            )
        except ValueError:
            raise Refused("taken", "Too many people are called so. Choose another name.") from None

    def _is_taken(self, device: str) -> bool:
        """Tell whether there is such a ``user/device``, or a token for it."""
        return self._is_known(device) or self._is_added(f"friend/{device}")

    def _users(self) -> set[str]:
        """Return all users (first levels), folded, that are known or that a right names."""
        cache = self._service.cache
        granted = [account.grants.see | account.grants.own for account in cache.accounts.values()]
        posting = [token.things for token in cache.tokens.values()]
        found = set(self._service.names.users)
        return found.union(*map(_users_in, (*granted, *posting)))

    def _is_used(self, level: str, owner: str) -> bool:
        """Tell whether a user means somebody: a device, a right, or another account's name."""
        accounts = self._service.cache.accounts
        return level in self._users() or (level in accounts and level != owner)

    async def add(self, call: Call[Any], thing: str, owner: str, name: str) -> str:
        """Let the owner own a new phone; return its token. Raises `Refused`."""
        account = self._owner(owner)
        user, service = call.who.user, self._service
        if user.role != "admin" and len(account.grants.own) >= MOST_PHONES:
            raise Refused(
                "taken", f"An account has at most {MOST_PHONES} phones; an admin may add more."
            )
        token, text = self._minted(account, thing, name)

        def add(database: Database) -> None:
            now = database.account(account.name)
            if now is None or now.disabled:
                raise Refused("unknown", UNKNOWN)
            grants = replace(now.grants, own=now.grants.own | {thing})
            after = replace(now, grants=grants)
            database.put_account(after)
            database.put_token(token)
            database.write(AuditEvent(user.name, call.address, "add phone", thing))
            database.write(account_event(user.name, call.address, now, after, database.pseudonyms))
            database.write(token_event(user.name, call.address, token))

        await service.change(add)
        return text

    async def issue(self, call: Call[Any], thing: str) -> str:
        """Return a new token of a phone; those of before end. Raises `Refused`."""
        return await issue_token(self._service, call.who.user.name, call.address, thing)

    async def remove(self, call: Call[Any], thing: str) -> None:
        """Take back that a phone was added: its token, and that it belongs to somebody."""
        who, service = call.who.user.name, self._service

        def remove(database: Database) -> None:
            cache = database.read_cache()
            for token in cache.tokens.values():
                if is_of_phone(token, thing):
                    database.drop_token(token.id)
            for account in cache.accounts.values():
                if thing in account.grants.own:
                    own = account.grants.own - {thing}
                    after = replace(account, grants=replace(account.grants, own=own))
                    database.put_account(after)
            database.write(AuditEvent(who, call.address, "remove phone", thing))

        await service.change(remove)

    def _owner(self, name: str) -> Account:
        account = self._service.cache.accounts.get(name)
        if account is None or account.disabled:
            raise Refused("unknown", "There is no such account.")
        return account

    def _minted(self, account: Account, thing: str, name: str) -> tuple[Token, str]:
        label = phone_label(id_of(thing), name)
        scopes, things = frozenset(("publish",)), frozenset((thing,))
        return minted(account, self._service.wall(), label, scopes, things, None)


async def issue_token(service: AccountService, who: str, address: str, thing: str) -> str:
    """Return a fresh token for one phone; the one of before ends.

    It is its owner's: the phone is told of the friends they see. Raises `Refused`.
    """
    account = owner_of_phone(service, who, thing)
    before = [token for token in service.cache.tokens.values() if is_of_phone(token, thing)]
    label = next((token.label for token in before), phone_label(id_of(thing)))
    token, text = minted(
        account, service.wall(), label, frozenset(("publish",)), frozenset((thing,)), None
    )

    def make(database: Database) -> None:
        for old in database.read_cache().tokens.values():
            if is_of_phone(old, thing):  # the link of before opens nothing any more
                database.drop_token(old.id)
        database.put_token(token)
        database.write(token_event(who, address, token))

    await service.change(make)
    return text


def owner_of_phone(service: AccountService, asker: str, thing: str) -> Account:
    """Return the account that a phone belongs to: the asker's if it is theirs, else its owner's."""
    group = thing.rpartition("/")[0]
    owners = [
        account
        for account in service.cache.accounts.values()
        if service.names.grant(account.grants.own) & {thing, group} and not account.disabled
    ]
    owners.sort(key=lambda account: (account.name != asker, account.name))
    if not owners:
        raise Refused(
            "no_owner",
            "this phone belongs to nobody yet: give it to an account first (Accounts, Users). The"
            " phone is told of the friends that account may see",
        )
    return owners[0]


class PhoneTarget:
    """The addresses that phones are given: of the pages, as they are now, and of the broker."""

    def __init__(self, settings: Settings, public: PublicAddress, listen: str) -> None:
        self._settings = settings
        self._public = public
        self._listen = listen

    @property
    def url(self) -> str:
        """Return the address of the pages; empty: unknown."""
        return self._public.url

    @property
    def mqtt(self) -> str:
        """Return the address of the broker; empty: unknown."""
        return self._settings.friends.mqtt_at

    def secret(self, device: str) -> str | None:
        """Return the secret by which ``user/device`` encrypts what it says; None: it does not."""
        found = self._settings.friends.keys.get(device)
        return None if found is None else found.reveal()

    def shown(self) -> PhonePlace:
        """Return what the page is told of it."""
        settled = self._public.settled
        here_only = is_private(self._listen, self._settings.server)
        return place_of(
            settled,
            "" if settled else self._public.url,
            ""
            if settled or here_only
            else guessed(self._listen, bool(self._settings.https.certificate)),
            self.mqtt,
            here_only=here_only,
        )


def guessed(listen: str, secure: bool) -> str:
    """Return our address in the network that we listen to; an empty text if that is none."""
    kind, _, rest = listen.partition(":")
    port, *more = rest.split(":")
    if kind != "tcp" or not port.isdigit() or any(part.startswith("interface=") for part in more):
        return ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            # Nothing is sent: a datagram socket only looks up by which way it would go.
            asked.connect(("192.0.2.1", 9))
            host = asked.getsockname()[0]
        except OSError:
            return ""
    return "" if host.startswith("127.") else f"{'https' if secure else 'http'}://{host}:{port}"


class NewPhones:
    """All that adding phones takes: the accounts' part, the attempts, the address they get.

    ``listen`` is the endpoint for browsers.
    """

    def __init__(
        self,
        settings: Settings,
        service: AccountService,
        public: PublicAddress,
        *,
        listen: str,
        world: World,
    ) -> None:
        names = service.names

        def is_known(device: str) -> bool:
            return world.state(f"friend/{device}") is not None or names.knows(device)

        for_all = settings.accounts.add_phones == "everybody"
        self.adding = PhoneAdding(service, is_known, for_all=for_all)
        self.attempts = Attempts(lambda user: folded(user) in names.users)
        self.target = PhoneTarget(settings, public, listen)
