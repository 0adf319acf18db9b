"""The options of a webhook."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WebhookOptions:
    """The options of one webhook: its ``url`` hears of the transitions chosen by ``events``, ``by``
    and ``regions``.

    ``regions`` are ids, ``shared``, ``all``. ``private``: it may be an address of our own network.
    ``timeout`` s for one attempt; ``attempts`` before one is given up; ``queue`` may wait.
    ``first`` and ``most`` s bound the pause before an attempt: four times as long each time.
    """

    name: str
    url: str
    secret: bytes | None = field(default=None, repr=False)
    events: frozenset[str] = frozenset(("enter", "leave"))
    by: frozenset[str] = frozenset(("server", "phone"))
    regions: frozenset[str] = frozenset(("shared",))
    private: bool = False
    timeout: float = 10.0
    attempts: int = 8
    queue: int = 1000
    first: float = 5.0
    most: float = 3600.0
