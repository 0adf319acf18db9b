"""Follow what is asked of a phone and what becomes of it: states, and the moves between them.

    state      left by                            to
    --------   --------------------------------   ----------------------------------------
    asked      handed to the broker, or in the    sent
               answer to a post
    asked      the broker does not take it        failed
    asked      not fetched for `FETCH_WITHIN`     expired
    sent       the answer came                    done
    sent       the answer shows that it was not   failed
               done
    sent       no answer for `ANSWER_WITHIN`      expired

A phone answers when it is next awake, which may take long; so one answer settles every command of
its sort that was sent before it. Times are epoch s and come as arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from sightline.model.kind import State

Do = Literal["locate", "status", "regions", "read", "clear"]
DoState = Literal["asked", "sent", "done", "failed", "expired"]
Platform = Literal["android", "ios", "?"]
OPEN = ("asked", "sent")

REMEMBERED = 10
"""Commands of a phone that are remembered; the oldest that is settled goes first."""
FETCH_WITHIN = 86_400.0
"""How long a command waits for a phone that posts (HTTP mode), s."""
ANSWER_WITHIN = 3_600.0
"""How long an answer may take, s."""


class TooManyCommands(Exception):
    """So many commands of this phone are open that another makes no sense."""


class PhoneCommand(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One command to a phone. ``at`` is when it came into this state, ``by`` who asked."""

    n: int
    do: Do
    state: DoState
    at: float
    by: str
    why: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether it may still come to something."""
        return self.state in OPEN


class RegionSync(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The phone's own regions against those it should have (``version``)."""

    state: Literal["none", "asked", "sent", "confirmed", "refused", "drifted"]
    version: int = 0
    at: float = 0.0
    why: str = ""


class Phone(State, frozen=True, omit_defaults=True, kw_only=True):
    """The state of our dealings with one device, id ``user/device``.

    ``transport`` is how it was last heard, ``app`` by which app that is not OwnTracks (a title;
    empty: by OwnTracks): such an app takes no commands. ``encrypted``: it encrypts what it sends.
    ``status`` is what it last said about itself, in short texts.
    """

    transport: Literal["mqtt", "http"] | None = None
    app: str = ""
    encrypted: bool = False
    platform: Platform = "?"
    regions: RegionSync | None = None
    commands: tuple[PhoneCommand, ...] = ()
    status: Mapping[str, str] | None = None

    @property
    def waiting(self) -> list[PhoneCommand]:
        """Tell what is asked and not yet on its way, oldest first."""
        return [command for command in self.commands if command.state == "asked"]

    @property
    def busy(self) -> bool:
        """Tell whether anything is open, so that time may change it."""
        return any(command.is_open for command in self.commands)


def ask(phone: Phone, do: Do, by: str, at: float) -> tuple[Phone, int]:
    """Return one more command, and its number.

    Raises `TooManyCommands`.
    """
    n = max((command.n for command in phone.commands), default=0) + 1
    kept = list(phone.commands)
    if len(kept) >= REMEMBERED:
        settled = next((each for each in kept if not each.is_open), None)
        if settled is None:
            raise TooManyCommands
        kept.remove(settled)
    new = PhoneCommand(n=n, do=do, state="asked", at=at, by=by)
    return replace(phone, commands=(*kept, new)), n


def move(phone: Phone, n: int, state: DoState, at: float, why: str = "") -> Phone:
    """Move command ``n`` to this state; do nothing to one that is settled."""
    return replace(
        phone,
        commands=tuple(
            replace(command, state=state, at=at, why=why)
            if command.n == n and command.is_open
            else command
            for command in phone.commands
        ),
    )


def answered(
    phone: Phone, dos: tuple[Do, ...], at: float, state: DoState = "done", why: str = ""
) -> Phone:
    """Take in that an answer came: every command of these sorts that was sent is settled."""
    for command in phone.commands:
        if command.state == "sent" and command.do in dos:
            phone = move(phone, command.n, state, at, why)
    return phone


def expired(phone: Phone, now: float) -> Phone:
    """Tell what waited too long is over."""
    for command in phone.commands:
        if command.state == "asked" and now - command.at >= FETCH_WITHIN:
            phone = move(phone, command.n, "expired", now, "the phone did not come for it")
        elif command.state == "sent" and now - command.at >= ANSWER_WITHIN:
            phone = move(phone, command.n, "expired", now, "the phone did not answer")
    return phone


def merged(own: Phone, theirs: Phone) -> Phone:
    """Return our dealings with a phone and those of another server, as one.

    A command that both know is as far as the one that knows more says; of what a phone has, the
    newer word counts. Two that were numbered alike at the same moment both stay.
    """
    commands = {_name(each): each for each in own.commands}
    for each in theirs.commands:
        known = commands.get(_name(each))
        if known is None or _far(known) < _far(each):
            commands[_name(each)] = each
    kept = sorted(commands.values(), key=lambda each: (each.n, each.by, each.do))
    while len(kept) > REMEMBERED:
        kept.remove(next((each for each in kept if not each.is_open), kept[0]))
    regions = own.regions
    if theirs.regions is not None and (regions is None or regions.at < theirs.regions.at):
        regions = theirs.regions
    return replace(
        own,
        transport=theirs.transport or own.transport,
        app=theirs.app if theirs.transport else own.app,
        platform=own.platform if theirs.platform == "?" else theirs.platform,
        regions=regions,
        commands=tuple(kept),
        status=own.status if theirs.status is None else theirs.status,
    )


def _name(command: PhoneCommand) -> tuple[int, Do, str]:
    return command.n, command.do, command.by


def _far(command: PhoneCommand) -> tuple[int, float]:
    """Tell how far a command has come: settled is further than sent, sent further than asked."""
    step = OPEN.index(command.state) if command.is_open else len(OPEN)
    return step, command.at
