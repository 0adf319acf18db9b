"""The state of the server itself, as a thing among the others."""

from __future__ import annotations

import msgspec

from sightline.model.kind import State

SERVER = "server/sightline"
"""The server's own thing."""


class Https(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The certificate that the server shows; nothing is known of a proxy's.

    ``names`` it is for, its ``issuer``, when it ``expires`` (epoch s); ``standing``: good, soon
    (21 days before), urgent (7 days before), expired. ``fault``: what is wrong with the files as
    they are now, while the certificate before stays in use; without ``expires`` there is none.
    """

    names: tuple[str, ...] = ()
    issuer: str = ""
    expires: float | None = None
    standing: str | None = None
    fault: str | None = None


class SharedDatabase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The database that several servers may share, as this one sees it.

    ``where`` it is; of our connections so many are ``open`` and ``lent``, and so many threads are
    ``waiting`` for one; ``answer`` is how long it took for the last one, in ms (absent: it gave
    none, and ``why`` says why); ``standbys`` follow it, the last of them ``lag`` s behind.
    """

    where: str
    open: int = 0
    lent: int = 0
    waiting: int = 0
    answer: float | None = None
    why: str | None = None
    standbys: int = 0
    lag: float | None = None


class Telling(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How people are told outside the page.

    Of all ``channels`` so many are ``failing`` (the last try was not taken); so many notifications
    are ``waiting`` and were never taken (``dead``); so many tries were taken (``sent``) and not
    (``failed``) since the start. ``why``: nothing can be told just now.
    """

    channels: int = 0
    failing: int = 0
    waiting: int = 0
    dead: int = 0
    sent: int = 0
    failed: int = 0
    why: str | None = None


class Trouble(msgspec.Struct, frozen=True):
    """A part of the server that cannot write now, since its disk or a database does not let it.

    ``reason``: full, readonly, locked, damaged or failing; ``why``: a sentence for people;
    ``since`` in epoch s.
    """

    reason: str
    why: str
    since: float


class Alarmed(State, frozen=True, kw_only=True):
    """An alarm of this server, as history keeps it: ``why`` is for people."""

    who: str = "Sightline"
    why: str


class Server(State, frozen=True, omit_defaults=True, kw_only=True):
    """The figures of the server.

    ``started`` in epoch s; ``received``, ``accepted`` and ``overflow`` in messages since then;
    ``rejected`` by reason; ``rate`` in messages/s; ``lag`` is the worst delay of the reactor in
    the last second, in ms; ``overflow`` counts messages lost because our own queue was full.
    ``frames`` to browsers per second; ``behind``: browsers that are catching up; ``queue``:
    messages waiting between the network and us; ``unsent``: messages of ours that a broker did not
    take in time; ``faults``: mistakes of ours that were caught; ``things`` in the world;
    ``console``: subscriptions of all consoles, ``console_dropped``: messages they were too slow
    for; ``topics`` in the topic trees; ``refused``: commands of browsers that were refused, by
    reason; ``archive_lost``: messages that found no room on their way into the archive;
    ``turned_away``: connections there was no room for. ``https``: the certificate, if we have one.
    Absent: 0.

    Of several servers: ``replica`` is this one's name, ``on_duty`` whether it does what only one
    should do. While ``shared_why`` is told, what they share cannot be reached: nobody drives,
    or accounts and regions cannot be changed.

    ``database``: what is shared, where it is in PostgreSQL.

    ``telling``: how people are told outside the page; absent while there are no channels.

    ``degraded``: something cannot be written; all the rest goes on, and so does this by itself.
    ``demo``: friends and robots are simulated.

    Of history: ``store`` names where it is kept; ``backlog`` records wait to be there, the oldest
    for ``backlog_age`` s; of these ``unindexed`` are safe in the log already and wait for the store
    alone, the oldest for ``unindexed_age`` s. ``damaged_lines`` of the log could not be read.
    ``kept`` records are safe, ``unkept`` found no room or could not be; while ``history_why`` is
    told the log or the store takes nothing. ``history_rows`` and ``history_bytes`` are its
    size, ``history_since`` the time of its oldest entry (epoch s).

    While the machine's clock is known to be wrong, ``clock_off`` is by how many seconds it is ahead
    (negative: behind), and ``clock_why`` says so for people.

    ``rules_hidden``: people are not shown which rules watch them, since the settings say so.
    """

    version: str
    started: float
    received: int
    accepted: int
    rejected: dict[str, int]
    rate: float
    viewers: int
    lag: float
    overflow: int
    frames: float = 0.0
    behind: int = 0
    queue: int = 0
    unsent: int = 0
    faults: int = 0
    things: int = 0
    console: int = 0
    console_dropped: int = 0
    topics: int = 0
    refused: dict[str, int] = {}  # noqa: RUF012  # msgspec copies it
    store: str | None = None
    backlog: int = 0
    backlog_age: float = 0.0
    unindexed: int = 0
    unindexed_age: float = 0.0
    damaged_lines: int = 0
    kept: int = 0
    unkept: int = 0
    history_why: str | None = None
    history_rows: int | None = None
    history_bytes: int | None = None
    history_since: float | None = None
    archive_lost: int = 0
    turned_away: int = 0
    https: Https | None = None
    replica: str | None = None
    on_duty: bool = False
    shared_why: str | None = None
    database: SharedDatabase | None = None
    telling: Telling | None = None
    degraded: Trouble | None = None
    demo: bool = False
    clock_off: int | None = None
    clock_why: str | None = None
    rules_hidden: bool = False
