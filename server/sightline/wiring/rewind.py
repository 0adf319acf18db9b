"""Make what answers for the past of topics, within the rights of the console."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sightline.auth.account import AuditEvent
from sightline.console.rules import ConsoleRights
from sightline.history.rewind.api import LookLog, RewindApi
from sightline.history.rewind.reader import ArchiveReader
from sightline.history.rewind.recording import Recording
from sightline.history.rewind.service import RewindService
from sightline.kinds.broker.clients import Client
from sightline.kinds.friends.bases import BaseTopics
from sightline.live.world import World
from sightline.model.kind import CannotDecode, State
from sightline.settings import Settings
from sightline.web.reads import Reads
from sightline.wiring.options import PRIVATE
from sightline.wiring.part_groups import Live


def make_rewind(reactor: Any, settings: Settings, state: Path, reads: Reads) -> RewindService:
    """Make what reads the archive below ``state``."""
    wanted = settings.archive
    recording = Recording(
        enabled=wanted.enabled,
        topics=wanted.topics,
        days=wanted.days,
        megabytes=wanted.megabytes,
        brokers=tuple(settings.broker) or (PRIVATE,),
    )
    return RewindService(reactor, ArchiveReader(state / "archive"), reads, recording)


class TopicClients:
    """Which clients of a broker publish a topic, as far as its log told. Of the reactor's thread.

    The log tells a client's user and id, and so whose news it brings; those of a phone are on the
    topics of that phone.
    """

    def __init__(self, world: World, bases: BaseTopics) -> None:
        self._bases = bases
        self._feeds: dict[str, tuple[str, str, str]] = {}  # by key: broker, thing, client
        world.watch("client", self._look)

    def _look(self, key: str, _: State | None, state: State | None) -> None:
        if isinstance(state, Client) and state.feeds:
            self._feeds[key] = (state.broker, state.feeds, state.client)
        else:
            self._feeds.pop(key, None)

    def of(self, broker: str, topic: str) -> list[str]:
        """Return the ids of the clients, in order."""
        try:
            thing = self._bases.address(topic).friend
        except CannotDecode:
            return []
        found = self._feeds.values()
        return sorted(client for at, fed, client in found if (at, fed) == (broker, thing))


def rewind_api(
    service: RewindService,
    rights: ConsoleRights,
    note: Callable[[AuditEvent], None],
    clock: Callable[[], float],
    live: Live,
) -> RewindApi:
    """Make the answers over HTTP: a right to subscribe a topic is one to see its past."""
    publishers = TopicClients(live.world, live.bases)
    return RewindApi(service, LookLog(note, clock), sees=rights.seen_topics, clients=publishers.of)
