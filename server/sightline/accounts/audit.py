"""Write down what people asked of the dispatcher, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.auth.account import AUDITED, AuditEvent
from sightline.live.protocol import Request
from sightline.live.requests import Asker
from sightline.model.text import clean
from sightline.model.token_bucket import TokenBuckets

_THING = 200  # characters of a thing's name that are kept


class AuditLog:
    """Write every answered request that changes something to ``note``. Call it with each."""

    _log = Logger()

    def __init__(self, note: Callable[[AuditEvent], None], clock: IReactorTime) -> None:
        self._note = note
        self._clock = clock
        # More than people do; less than a hostile page could do to fill the disk.
        self._events = TokenBuckets(rate=2, burst=200)
        self._refusals = TokenBuckets(rate=0.2, burst=30)

    def __call__(self, asker: Asker, request: Request, result: str) -> None:
        """Note a request. ``result`` is ``ok`` or the code of the refusal."""
        if request.do not in AUDITED:
            return
        who = asker.user.name
        kept = self._events if result == "ok" else self._refusals
        if not kept.take(who, self._clock.seconds()):
            self._log.warn("{who} does too much to write it all down", who=who)
            return
        thing = request.more.get("thing")
        # The thing only: what was sent along may be a secret.
        shown = clean(thing, _THING) if isinstance(thing, str) else ""
        self._note(AuditEvent(who, asker.address, request.do, shown, result))
