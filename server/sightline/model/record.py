"""What is to be kept for later, said by whoever knows what it means."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """Something that belongs into history.

    A reading carries it as ``record``; what came in no message is told by `Hub.happened`.
    ``thing`` is the key of what it is about, ``sort`` as in `sightline.history.entry`, ``tst`` when
    it was so (epoch s, by the sender's clock), ``body`` one JSON value.
    """

    thing: str
    sort: str
    tst: float
    body: bytes
