"""Run the console: what people subscribe, publish and look up by hand.

    verb         who             does
    ---------    -------------   ----------------------------------------------------------
    subscribe    read_role       a subscription of this viewer's own
    unsubscribe  anybody         ends it
    topics       read_role       a page of the topic tree; may be watched
    findtopics   read_role       a search of the whole tree
    publish      publish_role    one message, audited
    clear        publish_role    clears a retained message, audited
    figures      who may see it  a thing's figures over time, since the start or from the store

A viewer that leaves is forgotten with all it had. Messages for a viewer wait in a bounded queue;
while its socket is full they stay there, and what finds no room is counted and told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET
from twisted.application.service import Service
from twisted.internet.defer import DeferredList, maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sightline.console import contract
from sightline.console.charts import Charts, Stored
from sightline.console.publishing import ConsoleAct, ConsolePublisher
from sightline.console.rules import ConsoleRights, shown
from sightline.console.series import Series
from sightline.console.sessions import (
    ConsoleBroker,
    ConsoleSession,
    Publish,
    Subscription,
    is_busy,
)
from sightline.console.subscriptions import ConsoleSubscriptions, Make
from sightline.console.topic_pages import TopicPages
from sightline.console.topic_searches import TopicSearches
from sightline.contract.errors import Refused
from sightline.contract.fields import Done
from sightline.kinds import redacted
from sightline.live import protocol
from sightline.live.requests import Asker, Requests
from sightline.model.filters import matches
from sightline.model.kind import Arrival
from sightline.web.reads import Reads

MOST_SUBSCRIPTIONS = 20
"""Subscriptions of one viewer."""
MOST_FILTERS = 200
"""Different ones at one broker."""
FLUSH_SECONDS = 0.05
FLUSH_MESSAGES = 50
FLUSH_BYTES = 65_536
FRESH_SECONDS = 10.0
"""Retained messages go to subscriptions no older than this: the others have had them."""

Look = Callable[[str, list[Arrival]], None]
"""Looks at what came to a broker on any topic."""


class ConsoleService(Service):
    """The consoles of all viewers.

    ``wall`` gives epoch s; ``audit`` gets every act, refused ones too; ``reads`` makes long answers
    in turn.
    """

    name = "console"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        rights: ConsoleRights,
        audit: Callable[[ConsoleAct], None] | None = None,
        stored: Stored | None = None,
        look: Look = lambda broker, arrivals: None,
        *,
        reads: Reads,
    ) -> None:
        self._clock = clock
        self._rights = rights
        self._posts: dict[str, ConsoleBroker] = {}
        self._sessions: dict[Asker, ConsoleSession] = {}
        self._see = look
        self.charts = Charts(wall, stored)
        self.publisher = ConsolePublisher(wall, rights, self._post, audit)
        self._pages = TopicPages(
            clock,
            wall,
            rights,
            brokers=self._posts,
            sessions=self._sessions,
            broker_of=self._post,
            session_of=self._session_of,
        )
        self._searches = TopicSearches(
            wall, rights, reads, broker_of=self._post, session_of=self._session_of
        )
        self._flushing: IDelayedCall | None = None
        self._dropped = 0

    def join(self, requests: Requests) -> None:
        """Add the console's requests to the dispatcher."""
        requests.add(contract.SUBSCRIBE, self._subscribe)
        requests.add(contract.UNSUBSCRIBE, self._unsubscribe)
        for part in (self.publisher, self._pages, self._searches, self.charts):
            part.join(requests)
        requests.when_left(self.left)

    def open(self, name: str, publish: Publish, make: Make) -> None:
        """Add a broker: how to publish there, how to listen there."""

        def deliver(arrivals: list[Arrival]) -> None:
            self._deliver(post, arrivals)

        def changed() -> None:
            self._say_states(post)

        post = self._posts[name] = ConsoleBroker(
            name, publish, ConsoleSubscriptions(self._clock, make, deliver, changed)
        )

    def overheard(self, name: str, arrivals: list[Arrival]) -> None:
        """Put messages that the server itself received into the topic tree."""
        post = self._posts.get(name)
        if post is None:
            return
        if post.hears_all:  # then they come that way too, but for what begins with $
            arrivals = [one for one in arrivals if one.topic[:1] in ("$", b"$")]
        post.feed.take(arrivals)

    def figures(self, thing: str) -> Series:
        """Return the series of a thing's figures."""
        return self.charts.figures(thing)

    @property
    def subscriptions(self) -> int:
        """Count the subscriptions of all viewers."""
        return sum(len(session.subs) for session in self._sessions.values())

    @property
    def dropped(self) -> int:
        """Count the messages that came too fast for the consoles."""
        return self._dropped + sum(post.subscriptions.lost for post in self._posts.values())

    @property
    def topics(self) -> int:
        """Count the topics in all trees."""
        return sum(post.topics.topics for post in self._posts.values())

    def stopService(self) -> Any:
        super().stopService()
        self._pages.stop()
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        return DeferredList(
            [maybeDeferred(post.subscriptions.stop) for post in self._posts.values()]
        )

    def left(self, asker: Asker) -> None:
        """Forget a viewer that is gone, with all it had."""
        session = self._sessions.pop(asker, None)
        if session is not None:
            session.search = None
            self._pages.look(session, None)
            for sub in list(session.subs):
                self._end(session, sub)

    # ---- subscriptions

    def _subscribe(self, asker: Asker, asked: contract.Subscribe) -> contract.Subscribed:
        post = self._post(asked.broker)
        name, qos = asked.filter, asked.qos
        self._rights.may_subscribe(asker.user, name)
        session = self._session_of(asker)
        if len(session.subs) >= MOST_SUBSCRIPTIONS:
            raise Refused("too_many", f"at most {MOST_SUBSCRIPTIONS} subscriptions at a time")
        if len(post.subscriptions) >= MOST_FILTERS and name not in post.subscriptions.filters:
            raise Refused("too_many", "all consoles together have too many subscriptions")
        session.last += 1
        fresh = self._clock.seconds() + FRESH_SECONDS
        sub = Subscription(f"s{session.last}", post.name, name, qos, fresh)
        session.subs[sub.sub] = sub
        post.listeners[name][id(sub)] = (session, sub)
        post.subscriptions.want(name, qos)
        sub.shown_state = post.subscriptions.state(name)
        return contract.Subscribed(sub=sub.sub, state=sub.shown_state[0])

    def _unsubscribe(self, asker: Asker, asked: contract.Unsubscribe) -> Done:
        session, sub = self._session_of(asker), asked.sub
        if sub not in session.subs:
            raise Refused("unknown", "there is no such subscription")
        self._end(session, sub)
        return Done()

    def _end(self, session: ConsoleSession, name: str) -> None:
        sub = session.subs.pop(name)
        session.queue.forget(name)
        post = self._posts[sub.broker]
        post.listeners[sub.filter].pop(id(sub), None)
        if not post.listeners[sub.filter]:
            del post.listeners[sub.filter]
        post.subscriptions.unwant(sub.filter, sub.qos)

    def _say_states(self, post: ConsoleBroker) -> None:
        """Tell each subscription what another state of the console's connection means for it."""
        fresh = self._clock.seconds() + FRESH_SECONDS
        for listeners in list(post.listeners.values()):
            for session, sub in list(listeners.values()):
                state = post.subscriptions.state(sub.filter)
                if state == sub.shown_state:
                    continue
                if state[0] == "active":
                    sub.fresh_until = fresh
                sub.shown_state = state
                changed = contract.SubscriptionFrame(
                    sub=sub.sub, state=state[0], why=state[1] or UNSET
                )
                session.asker.say(protocol.frame(changed))

    def _deliver(self, post: ConsoleBroker, arrivals: list[Arrival]) -> None:
        arrivals = [redacted(one) for one in arrivals]
        if post.hears_all:
            post.topics.feed(arrivals)
            self._see(post.name, arrivals)
        if not post.listeners:
            return
        now = self._clock.seconds()
        for arrival in arrivals:
            topic = arrival.topic
            if isinstance(topic, bytes):
                topic = topic.decode("utf-8", "replace")
            body: bytes | None = None
            for name, listeners in post.listeners.items():
                if not matches(name, topic):
                    continue
                for session, sub in listeners.values():
                    if arrival.retain and now > sub.fresh_until:
                        continue
                    if body is None:
                        body = _body(topic, arrival)
                    if not session.queue.put(sub.sub, body):
                        self._dropped += 1
        if self._flushing is None:
            self._flushing = self._clock.callLater(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        """Send each viewer some of what waits for it."""
        self._flushing = None
        waiting = False
        for session in list(self._sessions.values()):
            queue = session.queue
            if not is_busy(session.asker):
                for sub, body in queue.take(FLUSH_MESSAGES, FLUSH_BYTES):
                    session.asker.say(protocol.console_frame(sub, body, queue.dropped.pop(sub, 0)))
            waiting = waiting or bool(len(queue))
        if waiting and self.running:
            self._flushing = self._clock.callLater(FLUSH_SECONDS, self._flush)

    # ---- what requests have in common

    def _session_of(self, asker: Asker) -> ConsoleSession:
        session = self._sessions.get(asker)
        if session is None:
            session = self._sessions[asker] = ConsoleSession(asker)
        return session

    def _post(self, name: str | None) -> ConsoleBroker:
        """Return the broker of this name; without a name the first. Raise `Refused`."""
        post = self._posts.get(name or next(iter(self._posts), ""))
        if post is None:
            raise Refused("unknown", "there is no such broker")
        return post


def _body(topic: str, arrival: Arrival) -> bytes:
    told: dict[str, Any] = {"topic": topic, **shown(arrival.payload)}
    told |= {"qos": arrival.qos, "retain": arrival.retain, "at": round(arrival.at, 3)}
    return protocol.console_message(told)
