"""What a part of the server hands to history, with its meaning."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record for history.

    A reading carries it as ``record``; what came in no message is told by `Hub.happened`. ``thing``
    is the key of what it is about, ``sort`` as in `sightline.history.record`, ``tst`` when it was
    so (epoch s, by the sender's clock), ``body`` one JSON value.

    ``alike`` is for what every server that hears of it would write in another way, because its time
    or a number in its body is ours: what all of them would say alike. Of several servers one keeps
    it for all. Empty: it is the same for all of them, and may be written by each.

    ``shared_time``: of what has an ``alike``, ``tst`` is the same for all of them, too. So the
    store knows it again, and each may write it with the message that led to it.
    """

    thing: str
    sort: str
    tst: float
    body: bytes
    alike: bytes = b""
    shared_time: bool = False
