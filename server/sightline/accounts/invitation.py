"""The invitation of the first start: a secret link that makes the first admin."""

from __future__ import annotations

from collections.abc import Callable

from sightline.auth.session import digest, matches, new_secret


class FirstInvitation:
    """The secret of this start. ``founded`` tells whether there are accounts.

    In a ``demo`` it is good for everybody, again and again.
    """

    def __init__(self, founded: Callable[[], bool], *, demo: bool) -> None:
        self._founded = founded
        self._demo = demo
        self._secret: str | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether somebody may still come in by the link of the first start."""
        return self._secret is not None and (self._demo or not self._founded())

    def invite(self) -> str | None:
        """Return the secret of the invitation that makes the first admin; None: not needed any
        more.
        """
        if self._founded():
            return None
        self._secret = new_secret()
        return self._secret

    def accepts(self, secret: str) -> bool:
        """Tell whether this is the invitation, and it is still good."""
        return self.is_open and matches(secret, digest(self._secret or ""))

    def spend(self) -> Callable[[], None]:
        """Use the invitation up; return how to take that back."""
        spent, self._secret = self._secret, None

        def restore() -> None:
            self._secret = spent

        return restore
