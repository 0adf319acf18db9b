"""Decide what a phone is answered whose message was not taken. Pure.

A phone lets go of what is answered with 2xx, and an iPhone of what is answered with 4xx, too. So
junk is answered with yes, or it would come back for ever; what is good and only has no place now
must be kept by the phone, and come again.
"""

from __future__ import annotations

_LATER = frozenset(("over_quota", "too_many_things"))
"""Reasons that pass: the next day of a quota, other things that go."""
_CLOCK = "tst_future"


class NotTaken(Exception):
    """A message was not taken. ``counter`` is the reason in a word, as in `CannotDecode`."""

    def __init__(self, counter: str) -> None:
        super().__init__(counter)
        self.counter = counter


def must_come_again(counter: str, *, sure_of_time: bool) -> bool:
    """Tell whether a message that was refused for this reason is to be sent once more.

    ``sure_of_time``: something else than the machine's clock says that our time is right. A message
    of a time to come may be right where nothing does.
    """
    return counter in _LATER or (counter == _CLOCK and not sure_of_time)
