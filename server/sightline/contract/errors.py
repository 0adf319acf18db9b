"""The one refusal of both surfaces, HTTP and WebSocket, and what each code means there."""

from __future__ import annotations

STATUS: dict[str, int] = {
    "malformed": 400,
    "weak": 400,
    "signed_out": 401,
    "wrong": 401,
    "wrong_code": 401,
    "not_accepted": 401,
    "forbidden": 403,
    "confirm": 403,
    "need_passkey": 403,
    "need_code": 403,
    "foreign": 403,
    "early": 403,
    "barred": 403,
    "cancelled": 403,
    "elsewhere": 403,
    "no_account": 403,
    "no_role": 403,
    "not_begun": 403,
    "untrusted": 403,
    "unknown": 404,
    "unknown_passkey": 404,
    "method": 405,
    "taken": 409,
    "signed_in": 409,
    "last_admin": 409,
    "linked": 409,
    "no_owner": 409,
    "no_passkeys": 409,
    "last_way": 409,
    "cannot_set_up": 409,
    "ended": 410,
    "revoked": 410,
    "used": 410,
    "too_late": 410,
    "not_json": 415,
    "wait": 429,
    "failed": 500,
    "away": 503,
    "busy": 503,
    "degraded": 503,
}
"""The HTTP status of each code; see `status`."""

UNKNOWN = "There is no such thing, or it is not for you."
"""The one text for what is not there and what must not be seen."""


class Refused(Exception):
    """A request cannot be granted.

    ``code`` is a stable word, ``why`` is for people, ``wait`` is after how many s it is worth
    another try.
    """

    def __init__(self, code: str, why: str, *, wait: float = 0.0) -> None:
        super().__init__(code, why)
        self.code = code
        self.why = why
        self.wait = wait


def status(code: str) -> int:
    """Return the HTTP status of a code; 400 for one that has none of its own."""
    return STATUS.get(code, 400)
