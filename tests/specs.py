"""Requests that tests declare for themselves."""

from __future__ import annotations

from typing import Any

import msgspec

from sightline.contract.fields import Nothing, RequestFields
from sightline.contract.requests import RequestSpec


class Named(RequestFields, frozen=True):
    """A thing, if anything."""

    thing: Any = None


def spec(name: str, fields: type[msgspec.Struct] = Nothing) -> RequestSpec[Any]:
    """A request of this name, which answers whatever it likes."""
    return RequestSpec(name=name, summary="", fields=fields, example={})
