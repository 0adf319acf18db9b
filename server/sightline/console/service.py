"""Run the console: what people subscribe, publish and look up by hand.

    verb         who             does
    ---------    -------------   ----------------------------------------------------------
    subscribe    read_role       a subscription of this viewer's own
    unsubscribe  anybody         ends it
    topics       read_role       a page of the topic tree; may be watched
    publish      publish_role    one message, audited
    clear        publish_role    clears a retained message, audited
    figures      who may see it  a thing's figures over time, since the start or from the store

A viewer that leaves is forgotten with all it had. Messages for a viewer wait in a bounded queue;
while its socket is full they stay there, and what finds no room is counted and told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET
from twisted.application.service import Service
from twisted.internet.defer import DeferredList, DeferredLock, maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sightline.console import contract
from sightline.console.rules import (
    ConsoleQueue,
    ConsoleRights,
    payload,
    shown,
)
from sightline.console.series import Series
from sightline.console.subscriptions import ConsoleSubscriptions, Make
from sightline.console.topic_tree import TopicTree
from sightline.contract.errors import Refused
from sightline.contract.fields import Done
from sightline.kinds import redacted
from sightline.live import protocol
from sightline.live.periodic import Periodic
from sightline.live.requests import Asker, Requests
from sightline.model.filters import matches
from sightline.model.kind import Arrival
from sightline.model.text import clean

MOST_SUBSCRIPTIONS = 20
"""Of one viewer."""
MOST_FILTERS = 200
"""Different ones at one broker."""
FLUSH_SECONDS = 0.05
FLUSH_MESSAGES = 50
FLUSH_BYTES = 65_536
FRESH_SECONDS = 10.0
"""Retained messages go to subscriptions no older than this: the others have had them."""
WATCH_SECONDS = 1.0
_EVERYTHING = "#"

REMEMBERED = 60.0
"""s for which an answer from the store will do: it is a chart of hours or days."""
_MOST_REMEMBERED = 32

Stored = Callable[[str, float, float], Awaitable[Sequence[tuple[float, Mapping[str, Any]]]]]
"""States of a thing between two times (epoch s), a few, each with its time; from the store."""
Publish = Callable[[str, bytes, int, bool], None]
"""Topic, payload, QoS, retain; raises `Refused` (``not_sent``) when it cannot be sent now."""


@dataclass(frozen=True, slots=True)
class ConsoleAct:
    """An act on a broker by hand, for the audit log: never the payload. ``at``: epoch s.

    ``refused`` says why, when it was not done.
    """

    at: float
    verb: str
    user: str
    role: str
    address: str
    broker: str
    topic: str
    size: int
    qos: int
    retain: bool
    refused: str | None = None


@dataclass(slots=True)
class _Subscription:
    sub: str
    broker: str
    filter: str
    qos: int
    fresh_until: float
    shown_state: tuple[str, str | None] = ("waiting", None)


@dataclass(frozen=True, slots=True)
class _View:
    """A page of a topic tree that a viewer looks at."""

    broker: str
    path: tuple[str, ...]
    after: str | None
    find: str
    all: bool


@dataclass(slots=True)
class _ConsoleSession:
    """One viewer of the console."""

    asker: Asker
    queue: ConsoleQueue = field(default_factory=ConsoleQueue)
    subs: dict[str, _Subscription] = field(default_factory=dict)
    view: _View | None = None
    sent: bytes = b""  # the page it was last sent: the same is not sent again
    last: int = 0


class _Post:
    """One broker, as the console sees it."""

    def __init__(self, name: str, publish: Publish, subscriptions: ConsoleSubscriptions) -> None:
        self.name = name
        self.publish = publish
        self.subscriptions = subscriptions
        self.topics = TopicTree()
        self.listeners: dict[str, dict[int, tuple[_ConsoleSession, _Subscription]]] = defaultdict(
            dict
        )

    @property
    def hears_all(self) -> bool:
        """Tell whether everything comes by the console's own connection just now."""
        return (
            self.subscriptions.state(_EVERYTHING)[0] == "active"
            and _EVERYTHING in self.subscriptions.filters
        )


class ConsoleService(Service):
    """The consoles of all viewers.¶``wall`` gives epoch s; ``audit`` gets every act, refused ones
    too.
    """

    name = "desk"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        rights: ConsoleRights,
        audit: Callable[[ConsoleAct], None] | None = None,
        stored: Stored | None = None,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._rights = rights
        self.audit = audit or self._log_act
        self._posts: dict[str, _Post] = {}
        self._sessions: dict[Asker, _ConsoleSession] = {}
        self._figures: dict[str, Series] = defaultdict(Series)
        self._stored = stored
        self._remembered: dict[tuple[str, float], tuple[float, Series]] = {}
        self._one_by_one = DeferredLock()
        self._flushing: IDelayedCall | None = None
        self._watching = Periodic(clock, WATCH_SECONDS, self._show_views, "the topic tree")
        self._dropped = 0

    def join(self, requests: Requests) -> None:
        """Take the requests that are ours."""
        requests.add(contract.SUBSCRIBE, self._subscribe)
        requests.add(contract.UNSUBSCRIBE, self._unsubscribe)
        requests.add(contract.PUBLISH, self._publish)
        requests.add(contract.CLEAR, self._clear)
        requests.add(contract.TOPICS, self._topics)
        requests.add(contract.FIGURES, self._tell_figures)
        requests.when_left(self.left)

    def open(self, name: str, publish: Publish, make: Make) -> None:
        """Add a broker: how to publish there, how to listen there."""

        def deliver(arrivals: list[Arrival]) -> None:
            self._deliver(post, arrivals)

        def changed() -> None:
            self._say_states(post)

        post = self._posts[name] = _Post(
            name, publish, ConsoleSubscriptions(self._clock, make, deliver, changed)
        )

    def overheard(self, name: str, arrivals: list[Arrival]) -> None:
        """Put messages that the server itself received into the topic tree."""
        post = self._posts.get(name)
        if post is None:
            return
        everything = post.hears_all  # then they come that way too, but for what begins with $
        post.topics.feed(
            redacted(one)
            for one in arrivals
            if (not everything or one.topic[:1] in ("$", b"$")) and not _is_log(one.topic)
        )

    def figures(self, thing: str) -> Series:
        """Return the series of a thing's figures."""
        return self._figures[thing]

    @property
    def subscriptions(self) -> int:
        """Count the subscriptions of all viewers."""
        return sum(len(session.subs) for session in self._sessions.values())

    @property
    def dropped(self) -> int:
        """Count the messages that came too fast for the consoles:"""
        return self._dropped + sum(post.subscriptions.lost for post in self._posts.values())

    @property
    def topics(self) -> int:
        """Count the topics in all trees."""
        return sum(post.topics.topics for post in self._posts.values())

    def stopService(self) -> Any:
        super().stopService()
        self._watching.stop()
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
            self._look(session, None)
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
        sub = _Subscription(f"s{session.last}", post.name, name, qos, fresh)
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

    def _end(self, session: _ConsoleSession, name: str) -> None:
        sub = session.subs.pop(name)
        session.queue.forget(name)
        post = self._posts[sub.broker]
        post.listeners[sub.filter].pop(id(sub), None)
        if not post.listeners[sub.filter]:
            del post.listeners[sub.filter]
        post.subscriptions.unwant(sub.filter, sub.qos)

    def _say_states(self, post: _Post) -> None:
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
                fields = {
                    "sub": sub.sub,
                    "state": state[0],
                    **({"why": state[1]} if state[1] else {}),
                }
                session.asker.say(protocol.frame("sub", fields))

    def _deliver(self, post: _Post, arrivals: list[Arrival]) -> None:
        arrivals = [redacted(one) for one in arrivals]
        if post.hears_all:
            post.topics.feed(arrivals)
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
            if not _busy(session.asker):
                for sub, body in queue.take(FLUSH_MESSAGES, FLUSH_BYTES):
                    session.asker.say(protocol.console_frame(sub, body, queue.dropped.pop(sub, 0)))
            waiting = waiting or bool(len(queue))
        if waiting and self.running:
            self._flushing = self._clock.callLater(FLUSH_SECONDS, self._flush)

    # ---- publishing

    def _publish(self, asker: Asker, asked: contract.Publish) -> contract.Sent:
        return self._send(asker, "publish", asked, payload(asked.form, asked.payload))

    def _clear(self, asker: Asker, asked: contract.Clear) -> contract.Sent:
        return self._send(
            asker,
            "clear",
            contract.Publish(topic=asked.topic, qos=1, retain=True, broker=asked.broker),
            b"",
        )

    def _send(self, asker: Asker, verb: str, asked: contract.Publish, data: bytes) -> contract.Sent:
        post, topic = self._post(asked.broker), asked.topic
        refused: Refused | None = None
        try:
            self._rights.may_publish(asker.user, topic)
            post.publish(topic, data, asked.qos, asked.retain)
        except Refused as why:
            refused = why
        self.audit(
            ConsoleAct(
                at=self._wall(),
                verb=verb,
                user=asker.user.name,
                role=asker.user.role,
                address=asker.address,
                broker=post.name,
                topic=clean(topic, 256),
                size=len(data),
                qos=asked.qos,
                retain=asked.retain,
                refused=refused.why if refused else None,
            )
        )
        if refused is not None:
            raise refused
        return contract.Sent(size=len(data))

    def _log_act(self, act: ConsoleAct) -> None:
        self._log.info(
            "{user} ({role}): {verb} {topic} at broker {broker}, {size} bytes: {outcome}",
            user=act.user,
            role=act.role,
            verb=act.verb,
            topic=act.topic,
            broker=act.broker,
            size=act.size,
            outcome=f"refused, {act.refused}" if act.refused else "sent",
        )

    # ---- the topic tree

    def _topics(self, asker: Asker, asked: contract.Topics) -> contract.TopicPage:
        session = self._session_of(asker)
        if asked.watch is False:
            self._look(session, None)
            return contract.TopicPage()
        self._rights.may_read(asker.user)
        post = self._post(asked.broker)
        if asked.all:
            self._rights.may_subscribe(asker.user, _EVERYTHING)
        view = _View(post.name, asked.path, asked.after, asked.find, asked.all)
        if asked.watch:
            self._look(session, view)
        return self._page(view)

    def _look(self, session: _ConsoleSession, view: _View | None) -> None:
        """Show this viewer another page, or none."""
        before, session.view, session.sent = session.view, view, b""
        watched = before.broker if before is not None and before.all else None
        wanted = view.broker if view is not None and view.all else None
        if wanted != watched:  # another page of the same tree must not bring what is retained again
            if wanted is not None:
                self._posts[wanted].subscriptions.want(_EVERYTHING, 0, again=False)
            if watched is not None:
                self._posts[watched].subscriptions.unwant(_EVERYTHING, 0)
        if any(one.view for one in self._sessions.values()):
            self._watching.start(now=False)
        else:
            self._watching.stop()

    def _page(self, view: _View) -> contract.TopicPage:
        post = self._posts[view.broker]
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
        pages: dict[_View, bytes] = {}
        for session in list(self._sessions.values()):
            view = session.view
            if view is None or _busy(session.asker):
                continue
            if view not in pages:
                pages[view] = protocol.declared("topics", self._page(view))
            if pages[view] != session.sent:
                session.sent = pages[view]
                session.asker.say(pages[view])

    # ---- charts

    def _tell_figures(
        self, asker: Asker, asked: contract.Figures
    ) -> contract.FiguresOverTime | Awaitable[contract.FiguresOverTime]:
        thing = asked.thing
        if thing not in self._figures or not asker.user.scope.sees(thing):
            raise Refused("unknown", "there are no figures of this")
        if asked.stored is not None:
            if self._stored is None:
                raise Refused("no_store", "nothing is kept here")
            return self._tell_stored(thing, asked.names, asked.stored)
        return contract.FiguresOverTime(
            thing=thing, **self._figures[thing].series(asked.names, asked.since)
        )

    async def _tell_stored(
        self, thing: str, names: list[str] | None, back: float
    ) -> contract.FiguresOverTime:
        """Answer one at a time for everybody together: each costs the store some hundred looks."""
        await self._one_by_one.acquire()
        try:
            figures = await self._from_store(thing, back)
        finally:
            self._one_by_one.release()
        return contract.FiguresOverTime(
            thing=thing, stored=back, **figures.series(names, float("-inf"))
        )

    async def _from_store(self, thing: str, back: float) -> Series:
        now = self._wall()
        known = self._remembered.get((thing, back))
        if known is not None and 0 <= now - known[0] < REMEMBERED:
            return known[1]
        assert self._stored is not None
        try:
            states = await self._stored(thing, now - back, now)
        except Exception as why:
            raise Refused("busy", f"the store does not answer: {why}") from None
        figures = Series()
        for at, state in states:
            figures.sample(at, flat(state))
        while len(self._remembered) >= _MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[thing, back] = (now, figures)
        return figures

    # ---- what requests have in common

    def _session_of(self, asker: Asker) -> _ConsoleSession:
        session = self._sessions.get(asker)
        if session is None:
            session = self._sessions[asker] = _ConsoleSession(asker)
        return session

    def _post(self, name: str | None) -> _Post:
        """Return the broker of this name; without a name the first. Raise `Refused`."""
        post = self._posts.get(name or next(iter(self._posts), ""))
        if post is None:
            raise Refused("unknown", "there is no such broker")
        return post


def flat(state: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures in a thing's state as it was stored, by the names that charts know them
    by.
    """
    found = dict(_numbers(state))
    found |= _numbers(state.get("sys"))
    found |= {f"{name}/s": rate for name, rate in _numbers(state.get("rates"))}
    return found


def _numbers(state: object) -> Iterator[tuple[str, float]]:
    if isinstance(state, Mapping):
        for name, value in state.items():
            if type(value) in (int, float):
                yield str(name), value


def _is_log(topic: str | bytes) -> bool:
    """Return whether this is the broker's log: it names addresses and users, not for all who may
    read topics.
    """
    return isinstance(topic, str) and topic.startswith("$SYS/broker/log/")


def _busy(asker: Asker) -> bool:
    """Tell whether its socket is full; an asker without a socket never is."""
    return bool(getattr(asker, "busy", False))


def _body(topic: str, arrival: Arrival) -> bytes:
    told: dict[str, Any] = {"topic": topic, **shown(arrival.payload)}
    told |= {"qos": arrival.qos, "retain": arrival.retain, "at": round(arrival.at, 3)}
    return protocol.console_message(told)
