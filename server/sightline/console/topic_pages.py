"""Show pages of topic trees, and show them again when they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import UNSET
from twisted.internet.interfaces import IReactorTime

from sightline.console import contract
from sightline.console.rules import ConsoleRights
from sightline.console.sessions import EVERYTHING, ConsoleBroker, ConsoleSession, View, is_busy
from sightline.live import protocol
from sightline.live.periodic import Periodic
from sightline.live.requests import Asker, Requests

WATCH_SECONDS = 1.0


class TopicPages:
    """The pages that viewers look at. ``wall`` gives epoch s.

    ``brokers`` and ``sessions`` are the console's; ``broker_of`` and ``session_of`` find one.
    """

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        rights: ConsoleRights,
        *,
        brokers: Mapping[str, ConsoleBroker],
        sessions: Mapping[Asker, ConsoleSession],
        broker_of: Callable[[str | None], ConsoleBroker],
        session_of: Callable[[Asker], ConsoleSession],
    ) -> None:
        self._wall = wall
        self._rights = rights
        self._brokers = brokers
        self._sessions = sessions
        self._broker_of = broker_of
        self._session_of = session_of
        self._watching = Periodic(clock, WATCH_SECONDS, self._show_views, "the topic tree")

    def join(self, requests: Requests) -> None:
        """Add the request for a page to the dispatcher."""
        requests.add(contract.TOPICS, self._topics)

    def stop(self) -> None:
        """Show nothing again from now on."""
        self._watching.stop()

    def _topics(self, asker: Asker, asked: contract.Topics) -> contract.TopicPage:
        session = self._session_of(asker)
        if asked.watch is False:
            self.look(session, None)
            return contract.TopicPage()
        self._rights.may_read(asker.user)
        post = self._broker_of(asked.broker)
        if asked.all:
            self._rights.may_subscribe(asker.user, EVERYTHING)
        view = View(post.name, asked.path, asked.after, asked.find, asked.all)
        if asked.watch:
            self.look(session, view)
        return self._page(view)

    def look(self, session: ConsoleSession, view: View | None) -> None:
        """Show this viewer another page, or none."""
        before, session.view, session.sent = session.view, view, b""
        watched = before.broker if before is not None and before.all else None
        wanted = view.broker if view is not None and view.all else None
        if wanted != watched:  # another page of the same tree must not bring what is retained again
            if wanted is not None:
                self._brokers[wanted].subscriptions.want(EVERYTHING, 0, again=False)
            if watched is not None:
                self._brokers[watched].subscriptions.unwant(EVERYTHING, 0)
        if any(one.view for one in self._sessions.values()):
            self._watching.start(now=False)
        else:
            self._watching.stop()

    def _page(self, view: View) -> contract.TopicPage:
        post = self._brokers[view.broker]
        tree = post.topics
        page = tree.page(view.path, self._wall(), after=view.after, find=view.find)
        return contract.TopicPage(
            broker=view.broker,
            path=list(view.path),
            topics=tree.topics,
            messages=tree.messages,
            all=post.hears_all,
            cut=tree.cut or UNSET,
            lost=post.subscriptions.lost or UNSET,
            node=UNSET if page is None else page.node,
            children=[] if page is None else page.children,
            total=0 if page is None else page.total,
            after=UNSET if page is None or page.after is None else page.after,
        )

    def _show_views(self) -> None:
        """Send each viewer's page, if it changed, once a second. Equal views share one page."""
        pages: dict[View, bytes] = {}
        for session in list(self._sessions.values()):
            view = session.view
            if view is None or is_busy(session.asker):
                continue
            if view not in pages:
                pages[view] = protocol.declared("topics", self._page(view))
            if pages[view] != session.sent:
                session.sent = pages[view]
                session.asker.say(pages[view])
