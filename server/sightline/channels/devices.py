"""Tell whose browsers are told nothing any more, since somebody has signed them out. Pure.

A session that ends by its age ends no subscription: pages in pockets are opened once in weeks. So
it is asked what somebody has ended, and not whether there is a session.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sightline.auth.account import SignOut
from sightline.channels.records import Channel


def signed_out(
    channels: Iterable[Channel], sign_outs: Iterable[SignOut], sessions: Collection[str]
) -> list[Channel]:
    """Return the subscriptions of browsers that were signed out.

    ``sessions`` are the ids of those there are. A browser whose session is one of them has signed
    in again, whatever the clocks of several servers say; so has one that was seen later.
    """
    ended: dict[str, dict[str, SignOut]] = {}
    for each in sign_outs:
        ended.setdefault(each.account, {})[each.session] = each
    return [
        channel
        for channel in channels
        if channel.type == "push"
        and channel.session not in sessions
        and _is_ended(channel, ended.get(channel.account, {}))
    ]


def _is_ended(channel: Channel, ended: Mapping[str, SignOut]) -> bool:
    if channel.session and channel.session in ended:
        return True
    everywhere = ended.get("")
    if everywhere is None or (channel.session and channel.session == everywhere.remaining):
        return False
    return (channel.renewed or channel.made) <= everywhere.at
