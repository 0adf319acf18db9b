"""``/metrics`` for Prometheus: counts and gauges of the server, never a name of a thing.

For admins, and for API tokens with the scope ``metrics`` (``authorization: Bearer sl_…``). There
is no exception for this machine: behind a proxy everybody comes from this machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from twisted.web.resource import Resource
from twisted.web.server import Request

from sightline.auth.permissions import may
from sightline.auth.session import Visitor
from sightline.kinds import THING_TYPES
from sightline.live.hub import Hub
from sightline.live.server_state import ServerState
from sightline.model.server import SERVER, Server
from sightline.web.fanout import FanOut
from sightline.web.request_context import RequestContext
from sightline.web.socket import Sockets


class ServerFigures(Collector):
    """Read the server's figures when Prometheus asks for them."""

    def __init__(self, hub: Hub, fanout: FanOut, sockets: Sockets, state: ServerState) -> None:
        self._hub = hub
        self._fanout = fanout
        self._sockets = sockets
        self._state = state

    def collect(self) -> Iterable[Metric]:
        """Return every figure, now."""
        figures = self._state.figures()
        yield from self._counters(figures)
        yield from self._refusals()
        yield from self._gauges()
        yield from _history(figures)
        yield _degraded(figures)
        yield from _replicas(figures)
        yield from _database(figures)
        yield from _telling(figures)
        yield GaugeMetricFamily(
            "sightline_clock_off_seconds",
            "by how much this machine's clock is known to be ahead (negative: behind);"
            " 0: it is not",
            value=figures.get("clock_off") or 0,
        )
        connected = GaugeMetricFamily(
            "sightline_broker_connected", "whether a broker connection stands", labels=["broker"]
        )
        for broker, link in self._hub.links.items():
            connected.add_metric([broker], link.state == "connected")
        yield connected
        server = self._hub.world.state(SERVER)
        if isinstance(server, Server):
            yield from _turned_away(server)

    def _counters(self, figures: Mapping[str, Any]) -> Iterable[Metric]:
        """Count messages, frames and browsers."""
        hub, ingest, fanout, sockets = self._hub, self._hub.ingest, self._fanout, self._sockets
        for name, text, value in (
            ("received", "MQTT messages received", ingest.received),
            ("accepted", "MQTT messages that made sense", ingest.accepted),
            ("fields_dropped", "optional fields left out of accepted messages", ingest.dropped),
            ("overflow", "MQTT messages lost because our own queue was full", figures["overflow"]),
            (
                "archive_lost",
                "MQTT messages that found no room on their way into the archive",
                figures.get("archive_lost", 0),
            ),
            ("changes", "changes of the world", hub.world.seq),
            ("frames_sent", "WebSocket frames sent to browsers", fanout.frames_sent),
            ("viewers_too_slow", "browsers closed because they did not keep up", fanout.too_slow),
            ("frames_malformed", "frames of browsers that were none of ours", sockets.malformed),
            ("handshakes_refused", "WebSocket handshakes refused", sockets.refused),
        ):
            yield CounterMetricFamily(f"sightline_{name}", text, value=value)

    def _refusals(self) -> Iterable[Metric]:
        """Count what was refused, by reason."""
        rejected = CounterMetricFamily(
            "sightline_rejected", "MQTT messages rejected, by reason", labels=["reason"]
        )
        for reason, count in self._hub.ingest.rejected.items():
            rejected.add_metric([reason], count)
        yield rejected
        refused = CounterMetricFamily(
            "sightline_requests_refused",
            "requests of browsers that were refused, by verb and reason",
            labels=["verb", "reason"],
        )
        for (verb, reason), count in self._sockets.requests.refused.items():
            refused.add_metric([verb, reason], count)
        yield refused

    def _gauges(self) -> Iterable[Metric]:
        """Measure the world and those who look at it."""
        hub, fanout = self._hub, self._fanout
        for name, text, gauge in (
            ("things", "things in the world", len(hub.world)),
            ("world_bytes", "memory that friends take, with their faces", hub.world.bytes),
            ("world_limit_bytes", "memory that there is for them", hub.world.room),
            *(
                (
                    f"{each.plural}_bytes",
                    f"of it, their {each.plural}",
                    hub.world.bytes_of.get(name, 0),
                )
                for name, each in THING_TYPES.items()
                if each.share
            ),
            ("senders", "users whose friends are in the world", len(hub.world.senders)),
            ("viewers", "connected browsers", fanout.viewers),
            ("viewers_behind", "browsers that are catching up", fanout.behind),
            ("loop_lag_seconds", "worst delay of the reactor in the last second", self._state.lag),
        ):
            yield GaugeMetricFamily(f"sightline_{name}", text, value=gauge)


def _history(figures: Mapping[str, Any]) -> Iterable[Metric]:
    """Tell how history is kept, as the page is told, too."""
    for name, field, text in (
        ("history_kept", "kept", "entries of history that are safe"),
        ("history_lost", "unkept", "records that found no room or could not be kept"),
        ("history_damaged", "damaged_lines", "lines of the history's log that cannot be read"),
    ):
        if (value := figures.get(field)) is not None:
            yield CounterMetricFamily(f"sightline_{name}", text, value=value)
    for name, field, text in (
        ("history_backlog", "backlog", "records that wait to be in the store"),
        ("history_backlog_seconds", "backlog_age", "how long the oldest of them has waited"),
        ("history_unindexed", "unindexed", "records in the log that the store does not have yet"),
        ("history_unindexed_seconds", "unindexed_age", "how long the oldest of them has waited"),
        ("history_rows", "history_rows", "entries of history in all"),
        ("history_bytes", "history_bytes", "size of history"),
    ):
        if (value := figures.get(field)) is not None:
            yield GaugeMetricFamily(f"sightline_{name}", text, value=value)
    if "store" in figures:
        failing = figures.get("history_why") is not None
        text = "whether nothing can be kept just now"
        yield GaugeMetricFamily("sightline_history_failing", text, value=failing)


def _degraded(figures: Mapping[str, Any]) -> Metric:
    """Tell what cannot be written, or is damaged: one sample at most, with the reason."""
    text = "1: something cannot be written or is damaged, by reason"
    found = GaugeMetricFamily("sightline_degraded", text, labels=["reason"])
    if (trouble := figures.get("degraded")) is not None:
        found.add_metric([trouble.reason], 1)
    return found


def _database(figures: Mapping[str, Any]) -> Iterable[Metric]:
    """Tell how the common database answers; nothing of a server whose files are its own."""
    found = figures.get("database")
    if found is None:
        return
    for name, text, value in (
        ("connections", "our connections to the common database", found.open),
        ("connections_lent", "of them, those in use", found.lent),
        ("waiting", "threads that wait for a connection", found.waiting),
        ("standbys", "standbys that follow the common database", found.standbys),
        ("failing", "whether the common database gave no answer", found.answer is None),
        (
            "answer_seconds",
            "how long the last answer took",
            None if found.answer is None else found.answer / 1000,
        ),
        ("lag_seconds", "how far the last standby is behind", found.lag),
    ):
        if value is not None:
            yield GaugeMetricFamily(f"sightline_database_{name}", text, value=value)


def _telling(figures: Mapping[str, Any]) -> Iterable[Metric]:
    """Tell how people are told outside the page; nothing while there are no channels."""
    found = figures.get("telling")
    if found is None:
        return
    for name, text, gauge in (
        ("channels", "ways by which people are told outside the page", found.channels),
        ("channels_failing", "of them, those that did not take the last message", found.failing),
        ("notifications_waiting", "notifications that wait for a channel", found.waiting),
        ("notifications_dead", "notifications that a channel never took", found.dead),
    ):
        yield GaugeMetricFamily(f"sightline_{name}", text, value=gauge)
    for name, text, count in (
        ("notifications_taken", "tries to tell somebody that were taken", found.sent),
        ("notifications_refused", "tries to tell somebody that were not taken", found.failed),
    ):
        yield CounterMetricFamily(f"sightline_{name}", text, value=count)


def _replicas(figures: Mapping[str, Any]) -> Iterable[Metric]:
    """Tell how it goes between several servers; nothing of a server alone."""
    if "replica" in figures:
        text = "whether this server does what only one of several should"
        yield GaugeMetricFamily("sightline_on_duty", text, value=bool(figures["on_duty"]))
        failing = figures["shared_why"] is not None
        text = "whether what the servers share cannot be reached: nobody drives, or signs in"
        yield GaugeMetricFamily("sightline_shared_failing", text, value=failing)


def _turned_away(server: Server) -> Iterable[Metric]:
    """Return the connections that were turned away, and the certificate if there is one."""
    yield CounterMetricFamily(
        "sightline_connections_turned_away",
        "connections closed at once: too many of their address, or of all",
        value=server.turned_away,
    )
    if server.https is None:
        return
    yield GaugeMetricFamily(
        "sightline_certificate_fault",
        "whether the certificate's files cannot be used as they are",
        value=server.https.fault is not None,
    )
    if server.https.expires is not None:
        yield GaugeMetricFamily(
            "sightline_certificate_expires_timestamp_seconds",
            "when the certificate in use ends, in epoch seconds",
            value=server.https.expires,
        )


class Metrics(Resource):
    """The figures as text for Prometheus."""

    isLeaf = True

    def __init__(self, figures: ServerFigures, context: RequestContext) -> None:
        super().__init__()
        self._context = context
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(figures)

    def render_GET(self, request: Request) -> bytes:
        """Return the figures in Prometheus' text format."""
        visitor = self._context.visitor(request)
        if visitor is None or not _may_read(visitor):
            request.setResponseCode(401 if visitor is None else 403)
            request.setHeader(b"cache-control", b"no-store")
            return b"These figures are for admins, and for tokens with the scope metrics.\n"
        request.setHeader(b"content-type", CONTENT_TYPE_LATEST.encode())
        request.setHeader(b"cache-control", b"no-store")
        return generate_latest(self._registry)


def _may_read(visitor: Visitor) -> bool:
    if visitor.way == "token":
        return "metrics" in visitor.scopes
    return may(visitor.user, "metrics", SERVER)
