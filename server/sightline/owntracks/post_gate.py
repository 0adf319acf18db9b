"""Let posts of phones in or not, and tell a phone yes when what it posted is kept.

One gate for all that phones post, by whatever app: the same token buckets, the same question
whether the store is safe, the same wait for the commit.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.web.server import NOT_DONE_YET, Request

from sightline.model.token_bucket import TokenBuckets
from sightline.model.topic import LONGEST_LEVEL, NOT_NAMES, UNFIT
from sightline.owntracks.ports import AuthenticatorPort, RequestContextPort
from sightline.web.proxies import client_key

STORED_WITHIN = 10.0
"""Seconds the store may take; then the phone is asked to come again."""
RETRY = 30
"""Seconds after which a phone may come again."""


class PostGate:
    """The gate.

    ``safe`` says whether what is taken now will be kept; ``stored``, where there is a
    store, fires when all that was taken so far is kept, and errs when it is not: only then is a
    phone told so, which lets go of its copy.

    One device may post ``rate`` messages per s, ``burst`` at once when it empties its queue; wrong
    logins from one address are bounded likewise.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        context: RequestContextPort,
        authenticator: AuthenticatorPort,
        *,
        safe: Callable[[], bool] = lambda: True,
        stored: Callable[[], Deferred[object]] | None = None,
        rate: float = 10.0,
        burst: float = 500.0,
    ) -> None:
        self.authenticator = authenticator
        self._clock = clock
        self._context = context
        self._safe = safe
        self._stored = stored
        self.posts = TokenBuckets(rate, burst)
        self.wrong = TokenBuckets(rate=1.0, burst=60)

    def may_be_wrong(self, request: Request) -> bool:
        """Tell whether this client may be told once more that its login is wrong."""
        return self.wrong.take(client_key(self._context.address(request)), self._clock.seconds())

    def has_room(self, device: str) -> bool:
        """Tell whether one more post of this device is taken now."""
        return self.posts.take(device, self._clock.seconds()) and self._safe()

    def account(self, login: str, token: str, device: str) -> str | None:
        """Return the account for which the holder of this token may post as ``user/device``."""
        if device.count("/") != 1 or not all(map(_is_level, device.split("/"))):
            return None
        return self.authenticator.phone(login, token, f"friend/{device}")

    def when_stored(
        self, request: Request, yes: Callable[[], bytes], later: Callable[[], bytes]
    ) -> bytes | int:
        """Answer ``yes`` when all that was taken is kept, ``later`` when it is not.

        Both set the status and the headers, and return the body.
        """
        if self._stored is None:
            return yes()
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        stored = self._stored()

        async def answering() -> None:
            try:
                await stored.addTimeout(STORED_WITHIN, self._clock)
                body = yes()
            except Exception:  # whatever went wrong with the store, it says so itself
                body = later()
            if not gone:
                request.write(body)
                request.finish()

        Deferred.fromCoroutine(answering()).addErrback(
            lambda failure: self._log.failure("Could not answer a post", failure)
        )
        return NOT_DONE_YET


def _is_level(text: str) -> bool:
    """Tell whether this can be a level of a topic that somebody publishes to."""
    return (
        text not in NOT_NAMES
        and len(text) <= LONGEST_LEVEL
        and not any(sign in text for sign in "+#/")
        and not UNFIT.search(text)
    )
