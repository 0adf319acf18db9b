"""Follow attempts to set up phones: whether one has come, and why not. Pure.

While somebody waits for a new phone, every post that was turned away is compared with what they
wait for: by the phone's name, by its token, or by the address that they ask from themselves. They
are told what concerns their own attempt, and nothing else. What is known is lost with the server;
who waits then asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from sightline.kinds.friends.names import folded
from sightline.model.kind import id_of
from sightline.model.text import clean

Trouble = Literal["none", "wrong_password", "other_user", "other_device", "unreadable", "busy"]
"""Why a post did not count: an unknown password; the right one under another user's or device's
name; nobody could read it; we had no room for it."""

MOST = 1000
"""Attempts that are followed at once; of more, the one that was asked about longest ago goes."""
LASTS = 1800.0
"""Seconds an attempt is followed after it was asked about."""
_LONGEST = 80  # characters


class Attempt:
    """One phone that is waited for since ``since`` (epoch s).

    ``reached`` is when it came with the right password last. ``trouble`` is why a post did not
    count, ``detail`` what stood in it, ``address`` where it came from, ``at`` when, ``tries`` how
    often. ``near`` is the address of who waits; ``until`` is when nobody asks any more.
    """

    __slots__ = (
        *("address", "at", "device", "near", "reached", "detail", "since", "tries", "trouble"),
        *("until", "user"),
    )

    def __init__(self, thing: str, since: float, near: str) -> None:
        self.user, _, self.device = folded(id_of(thing)).partition("/")
        self.since, self.near, self.until = since, near, 0.0
        self.reached: float | None = None
        self.forgive()

    def forgive(self) -> None:
        """Forget what went wrong."""
        self.trouble: Trouble = "none"
        self.detail = self.address = ""
        self.at: float | None = None
        self.tries = 0

    def refuse(self, trouble: Trouble, detail: str, address: str, now: float) -> None:
        """Note that a post did not count."""
        if (trouble, detail, address) != (self.trouble, self.detail, self.address):
            self.tries = 0
        self.trouble, self.detail, self.address = trouble, clean(detail, _LONGEST), address
        self.at, self.tries = now, self.tries + 1


class Attempts:
    """All attempts, by the keys of their friends. ``is_user`` tells whether a user means somebody.

    Times are epoch s.
    """

    def __init__(self, is_user: Callable[[str], bool], most: int = MOST) -> None:
        self._is_user = is_user
        self._most = most
        self._attempts: dict[str, Attempt] = {}  # the one asked about last is at the end

    def __len__(self) -> int:
        return len(self._attempts)

    def begin(self, thing: str, near: str, now: float) -> Attempt:
        """Wait for a phone from now on, whatever was before."""
        self._attempts.pop(thing, None)
        return self.watch(thing, near, now, now)

    def watch(self, thing: str, near: str, since: float, now: float) -> Attempt:
        """Return the attempt that somebody asks about; it is followed for a while from now on."""
        attempt = self._attempts.pop(thing, None) or Attempt(thing, since, near)
        attempt.near, attempt.until = near, now + LASTS
        self._attempts[thing] = attempt
        while len(self._attempts) > self._most or self._oldest().until < now:
            del self._attempts[next(iter(self._attempts))]
        return attempt

    def _oldest(self) -> Attempt:
        return next(iter(self._attempts.values()))

    def end(self, thing: str) -> None:
        """Wait for this phone no longer."""
        self._attempts.pop(thing, None)

    def took(self, thing: str, now: float) -> None:
        """Note that a phone came with the right password."""
        if (attempt := self._attempts.get(thing)) is not None:
            attempt.reached = now
            attempt.forgive()

    def refused(
        self, things: Iterable[str], trouble: Trouble, detail: str, address: str, now: float
    ) -> None:
        """Note a post that came with the password of these, and did not count."""
        for thing in things:
            if (attempt := self._attempts.get(thing)) is not None:
                attempt.refuse(trouble, detail, address, now)

    def wrong_login(self, user: str, device: str, address: str, now: float) -> None:
        """Note a post without a password of ours, under these names (each may be empty)."""
        if not self._attempts:
            return
        for attempt in self._meant(user, device, address):
            attempt.refuse("wrong_password", user, address, now)

    def _meant(self, user: str, device: str, address: str) -> list[Attempt]:
        """Return the attempts that such a post concerns: by its name, else by where it came from.

        Who is somebody else's phone by its name is none of theirs, wherever it comes from.
        """
        name, last, everybody = folded(user), folded(device), self._attempts.values()
        same = [attempt for attempt in everybody if name and attempt.user == name]
        if same:
            return [attempt for attempt in same if attempt.device == last] or same
        if name and self._is_user(user):
            return []
        return [attempt for attempt in everybody if attempt.near == address]
