"""Read the fields of a call: each API describes them as a struct."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from sightline.auth.api_call import Call, Denied

T = TypeVar("T", bound="RequestBody")


class RequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of one kind of call."""


class EmptyBody(RequestBody, frozen=True):
    """A call without fields."""


def read(call: Call, kind: type[T]) -> T:
    """Return the call's fields.

    Raises `Denied` (``malformed``); its text names the field, never what was in it.
    """
    try:
        return msgspec.convert(dict(call.fields), kind)
    except msgspec.ValidationError as why:
        raise Denied("malformed", f"The request makes no sense: {why}.") from None


def query_number(call: Call, name: str) -> float | None:
    """Return a number in the query; None when it is not given.

    Raises `Denied` (``malformed``).
    """
    text = call.query.get(name)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        raise Denied("malformed", f"{name} must be a number.") from None
    if not abs(number) < 1e15:  # NaN and infinity neither
        raise Denied("malformed", f"{name} must be a number.")
    return number
