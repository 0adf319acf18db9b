"""Declare the frames that the server sends: what a browser hears, by the frame's name ``t``.

These structs say what is in a frame, for the documents, the page's types and the tests. News and
what the console heard are put together by hand where it counts (`sightline.live.protocol`); tests
hold both to what is declared here.
"""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from sightline.auth.session import Person
from sightline.contract.fields import Open


class Frame(Struct, frozen=True, kw_only=True, tag_field="t"):
    """Base of all frames of the server. Further fields may come with a newer one."""


class SizeLimits(Struct, frozen=True, kw_only=True):
    """The largest request, in bytes; ``publish``: one that publishes, for who may."""

    message: int
    publish: int | UnsetType = UNSET


class HelloFrame(Frame, frozen=True, tag="hello"):
    """The first frame of a connection.

    ``epoch`` names the numbering of changes, ``server`` its version. ``now`` is the server's clock
    in ms since 1970, ``beat`` the time between two signs of life in ms.
    """

    epoch: str
    server: str
    user: Person
    now: int
    beat: int
    limits: SizeLimits


class ChangedThing(Open, frozen=True, kw_only=True):
    """A thing as it is now: its kind, its id within the kind, the number of its last change.

    With ``gone`` it is no more; else the fields of its state follow (things.md).
    """

    k: str
    id: str
    s: int
    gone: bool = False


class NewsFrame(Frame, frozen=True, kw_only=True, tag="news"):
    """Things that changed, in ascending order; afterwards the browser stands at ``seq``.

    ``whole``: forget everything first. ``more``: the rest of the picture follows. ``missed``: so
    many things of a kind came and went unseen.
    """

    seq: int
    whole: bool = False
    more: bool = False
    missed: dict[str, int] = {}
    things: list[ChangedThing]


class BeatFrame(Frame, frozen=True, tag="beat"):
    """A sign of life: the server's clock in ms since 1970, and the number of the newest change."""

    now: int
    seq: int


class AnswerFrame(Frame, frozen=True, tag="answer"):
    """What became of the request ``id``: the fields of its answer, or ``code`` and ``why``."""

    id: int
    ok: bool
    code: str | UnsetType = UNSET
    why: str | UnsetType = UNSET


class EndedFrame(Frame, frozen=True, tag="ended"):
    """For browsers that poll: the connection is closed, and why."""

    why: str
