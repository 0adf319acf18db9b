"""A request over the WebSocket, as it is declared: its name, its fields, its answer, its errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from sightline.contract.fields import Answer, Done

F = TypeVar("F", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSpec(Generic[F]):
    """``name`` is what a request says as ``do``; ``fields`` are read from the rest of it.

    ``right`` is what one must be allowed to do to the thing it names; ``needs`` says in words what
    else one must be. ``errors`` are the codes it may refuse with, beyond those of its fields and
    ``failed``, ``unknown`` and ``past``. ``example`` are fields that make sense.
    """

    name: str
    summary: str
    fields: type[F]
    right: str = ""
    needs: str = ""
    answer: type[Answer] = Done
    errors: tuple[str, ...] = ()
    example: Mapping[str, object]
