"""Answer searches of topic trees: in turn for all who ask, the newest of each viewer alone."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET

from sightline.console import contract
from sightline.console.rules import ConsoleRights
from sightline.console.sessions import ConsoleBroker, ConsoleSession
from sightline.console.topic_search import TopicSearch, Wanted
from sightline.contract.errors import Refused
from sightline.live.requests import Asker, Requests
from sightline.web.reads import Busy, Reads


class TopicSearches:
    """The searches of all viewers. ``wall`` gives epoch s.

    A search is made piece by piece (`Reads`). A viewer who asks again has no use for the answer
    before, and the search for it ends.
    """

    def __init__(
        self,
        wall: Callable[[], float],
        rights: ConsoleRights,
        reads: Reads,
        *,
        broker_of: Callable[[str | None], ConsoleBroker],
        session_of: Callable[[Asker], ConsoleSession],
    ) -> None:
        self._wall = wall
        self._rights = rights
        self._reads = reads
        self._broker_of = broker_of
        self._session_of = session_of

    def join(self, requests: Requests) -> None:
        """Add the request for a search to the dispatcher."""
        requests.add(contract.FIND_TOPICS, self._find)

    async def _find(self, asker: Asker, asked: contract.FindTopics) -> contract.TopicsFound:
        self._rights.may_read(asker.user)
        post, session = self._broker_of(asked.broker), self._session_of(asker)
        wanted = Wanted(asked.path, asked.text, asked.values, asked.retained, asked.after)
        search = session.search = TopicSearch(post.topics, wanted)
        try:
            read = await self._reads.begin(f"{asker.user.name} {asker.address}")
        except Busy:
            raise Refused("busy", "too many searches at a time; try again") from None
        try:
            more = True
            while more:
                await read.turn()
                if session.search is not search:
                    raise Refused("superseded", "another search was begun")
                more = search.some()
        finally:
            read.end()
        found, after = search.page(self._wall())
        return contract.TopicsFound(
            broker=post.name,
            found=found,
            total=search.total,
            topics=post.topics.topics,
            after=UNSET if after is None else after,
        )
