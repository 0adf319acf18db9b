"""Read topics from outside strictly."""

from __future__ import annotations

import re

from sightline.model.kind import CannotDecode

LONGEST_LEVEL = 128
"""No level of a topic we read is longer than this, in characters."""

UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

NOT_NAMES = frozenset(("", ".", ".."))
"""What nobody can be called: nothing, and what leads elsewhere in a path of files or of a URL."""


def levels(topic: str | bytes) -> list[str]:
    """Return the levels of ``topic``; one leading slash is overlooked.

    Raises `CannotDecode` (``bad_topic``) for broken UTF-8 and control characters. Empty and
    over-long levels are left to the caller, who knows which ones matter.
    """
    if isinstance(topic, bytes):
        try:
            topic = topic.decode()
        except UnicodeDecodeError as why:
            raise CannotDecode("bad_topic", "the topic is not UTF-8") from why
    check_characters(topic)
    return topic.removeprefix("/").split("/")


def check_characters(topic: str) -> None:
    """Raise `CannotDecode` (``bad_topic``) if the topic holds control characters."""
    if UNFIT.search(topic):
        raise CannotDecode("bad_topic", "the topic holds control characters")
