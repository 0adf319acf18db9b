"""Keep the states of the connections to brokers, as people should see them."""

from __future__ import annotations

from msgspec.structs import replace

from sightline.model.link import Link

MUTE = 30.0
"""A broker that took our subscriptions and says nothing for so long (s) has nothing to say."""


class BrokerLinks:
    """The connections by the brokers' names.

    For people a lost one stays lost while it is tried again. Once it stands it is ``mute`` until
    the first message: until then what we show of it is of before.
    """

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self.newest: dict[str, float] = {}
        """The receipt of the newest message of each broker, epoch s."""
        self.mute: dict[str, float] = {}
        """Brokers that came back and said nothing yet, since (monotonic s)."""

    def linked(self, broker: str, link: Link, now: float) -> Link:
        """Take in another state of a connection; return what to show. ``now`` is monotonic s."""
        before = self.links.get(broker)
        lost = before is not None and (before.state == "lost" or before.mute)
        if link.state == "connecting" and lost:
            link = replace(link, state="lost")
        if before is not None and lost:
            link = replace(link, since=before.since, mute=link.state == "connected")
        if link.state == "lost" or link.mute:
            link = replace(link, heard=self.newest.get(broker))
        if link.mute:
            self.mute.setdefault(broker, now)
        else:
            self.mute.pop(broker, None)
        self.links[broker] = link
        return link

    def speaks(self, broker: str, wall: float) -> Link:
        """Note that a broker that came back sends again, at ``wall`` (epoch s); return its link."""
        self.mute.pop(broker, None)
        link = replace(self.links[broker], mute=False, heard=None, since=wall)
        self.links[broker] = link
        return link

    def mute_for_long(self, now: float) -> list[str]:
        """List the brokers that have nothing to say, at ``now`` (monotonic s)."""
        return [broker for broker, since in self.mute.items() if now - since >= MUTE]
