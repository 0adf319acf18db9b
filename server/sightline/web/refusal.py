"""Answer a request of which no more than the head is known. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer: ``status`` with its ``reason``, and ``words``, of this ``type``, for people."""

    status: int
    reason: bytes
    words: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    type: bytes = b"text/plain; charset=utf-8"
