"""Publish by hand at a broker, within the rights of the console; every act is audited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.logger import Logger

from sightline.console import contract
from sightline.console.rules import ConsoleRights, payload
from sightline.console.sessions import ConsoleBroker
from sightline.contract.errors import Refused
from sightline.live.requests import Asker, Requests
from sightline.model.text import clean


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


class ConsolePublisher:
    """Publishing and clearing by hand. ``audit`` gets every act, refused ones too.

    ``wall`` gives epoch s; ``broker_of`` finds a broker by its name.
    """

    _log = Logger()

    def __init__(
        self,
        wall: Callable[[], float],
        rights: ConsoleRights,
        broker_of: Callable[[str | None], ConsoleBroker],
        audit: Callable[[ConsoleAct], None] | None,
    ) -> None:
        self._wall = wall
        self._rights = rights
        self._broker_of = broker_of
        self.audit = audit or self._log_act

    def join(self, requests: Requests) -> None:
        """Add the requests that publish to the dispatcher."""
        requests.add(contract.PUBLISH, self._publish)
        requests.add(contract.CLEAR, self._clear)

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
        post, topic = self._broker_of(asked.broker), asked.topic
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
