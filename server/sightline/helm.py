"""Commands in: every request of a browser is answered here, by its id, with yes or why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sightline.core import wire


class Refused(Exception):
    """A request cannot be granted. ``code`` is a stable word, ``why`` is for people."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(code, why)
        self.code = code
        self.why = why


class Helm:
    """Turns requests into answers. ``wall`` gives epoch s."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._verbs: Mapping[str, Callable[[wire.Request], Mapping[str, object]]] = {
            "ping": self._ping,
        }

    def ask(self, request: wire.Request) -> bytes:
        """The answer to a request, as a frame."""
        try:
            return wire.answer(request.id, **self._do(request))
        except Refused as no:
            return wire.refusal(request.id, no.code, no.why)

    def _do(self, request: wire.Request) -> Mapping[str, object]:
        verb = self._verbs.get(request.do)
        if verb is None:
            known = ", ".join(sorted(self._verbs))
            raise Refused("unknown", f"this server does not know how to do that; it knows: {known}")
        return verb(request)

    def _ping(self, request: wire.Request) -> Mapping[str, object]:
        return {"now": round(self._wall() * 1000)}
