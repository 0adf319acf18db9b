"""Merge several sources, each in order, into one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def merged(
    sources: Sequence[AsyncIterator[T]], order: Callable[[T], Any], *, newest_first: bool = False
) -> AsyncIterator[T]:
    """Tell what all of them give, by ``order``: rising, or falling with ``newest_first``."""
    heads = []
    for source in sources:
        # Not by `anext(source, None)`, which in Python 3.11 fails once the source has waited.
        async for head in source:
            heads.append((head, source))
            break
    choose = max if newest_first else min
    while heads:
        at = choose(range(len(heads)), key=lambda at: order(heads[at][0]))
        head, source = heads[at]
        yield head
        async for following in source:
            heads[at] = (following, source)
            break
        else:
            del heads[at]
