"""Tell who waits for a new phone what came of its posts, and greet it by its name.

`HttpMode` and `AppInputs` report here what they let in and what they turned away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from sightline.cluster.messages import PeerBus
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.names import folded
from sightline.model.kind import id_of
from sightline.owntracks.apps.forwarding import Taking
from sightline.owntracks.attempts import Attempts, Trouble


class PostWatch(Protocol):
    """What is told of the posts of phones."""

    def took(self, device: str) -> None:
        """Note that a post of ``user/device`` was let in."""

    def busy(self, device: str, address: str) -> None:
        """Note that a good post had no place now."""

    def wrong_login(self, user: str, device: str, address: str) -> None:
        """Note a post whose password is none of ours, under these names (each may be empty)."""

    def other_name(self, things: frozenset[str], login: str, device: str, address: str) -> None:
        """Note a post with the password of ``things``, under a name that is none of them."""


class NobodyWatches:
    """What is told of posts where nobody waits for any."""

    def took(self, device: str) -> None:
        """Ignore a post that was let in."""

    def busy(self, device: str, address: str) -> None:
        """Ignore a post that had no place."""

    def wrong_login(self, user: str, device: str, address: str) -> None:
        """Ignore a post with a wrong password."""

    def other_name(self, things: frozenset[str], login: str, device: str, address: str) -> None:
        """Ignore a post under another name."""


class FirstContact:
    """The watch over posts. ``wall`` gives epoch s.

    ``named`` tells what a phone is to be called, as the one who added it typed it (empty: as its
    user), ``friend`` finds it in the world.
    """

    def __init__(
        self,
        attempts: Attempts,
        wall: Callable[[], float],
        named: Callable[[str], str],
        friend: Callable[[str], Friend | None],
        phones: Taking,
        peers: PeerBus | None = None,
    ) -> None:
        self.attempts = attempts
        self._wall = wall
        self._named = named
        self._friend = friend
        self._phones = phones
        self._peers = peers

    def took(self, device: str) -> None:
        """Note that a post of ``user/device`` was let in; give the phone its name the first time.

        The name comes as a card does, so it is kept and told as one; a card of the phone's own
        changes it.
        """
        thing = f"friend/{device}"
        self.attempts.took(thing, self._wall())
        friend = self._friend(thing)
        if friend is None or friend.name is not None or not (name := self._named(thing)):
            return
        card = msgspec.json.encode({"_type": "card", "name": name})
        self._phones.take(device, card, self._wall())
        if self._peers is not None:
            self._peers.tell("posted", device, card)

    def busy(self, device: str, address: str) -> None:
        """Note that a good post had no place now."""
        self.attempts.refused((f"friend/{device}",), "busy", "", address, self._wall())

    def wrong_login(self, user: str, device: str, address: str) -> None:
        """Note a post whose password is none of ours."""
        self.attempts.wrong_login(user, device, address, self._wall())

    def other_name(self, things: frozenset[str], login: str, device: str, address: str) -> None:
        """Note a post with the password of ``things``, under a name that is none of them."""
        ids = [id_of(thing) for thing in things]
        is_device = not device or any(folded(device) == folded(each) for each in ids)
        trouble: Trouble = "other_user" if is_device else "other_device"
        detail = login if is_device else device
        self.attempts.refused(things, trouble, detail, address, self._wall())
