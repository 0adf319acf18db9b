"""Check the robots' listener: a robot as it comes gets in there, and can do no more."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from sightline.cli.check import judge
from sightline.cli.check.findings import Finding
from sightline.cli.check.probe import Probe
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.robots import NoInterface, RobotsListener

WHERE = "probots.listen"
_SECONDS = 0.7


def check(listener: RobotsListener, own_options: BrokerOptions | None) -> Iterator[Finding]:
    """Check the listener. ``own_options`` is how we sign in at that broker ourselves; None: it is
    the private one.
    """
    host = listener.interface
    try:
        host = listener.address()
    except NoInterface as why:
        todo = "name an interface of this machine (ip -br address), or an IPv4 address"
        yield Finding(WHERE, "interface", "fail", str(why), todo)
        return
    robot = BrokerOptions(name="robots", host=host, port=listener.port)
    with Probe(robot) as probe:
        try:
            accepted = probe.connect()
        except OSError:
            yield judge.robots(WHERE, robot.address, "nobody", [])
            return
        if not accepted:
            answer = probe.refused or "no answer"
            yield judge.robots(WHERE, robot.address, answer.lower(), [])
            return
        other = robot if own_options is None else replace(own_options, clean=True, late_ack=False)
        more = []
        with Probe(other) as audit_log:
            if audit_log.connect():
                more = [
                    *(["write other topics"] if _passes(probe, audit_log) else []),
                    *(["read other topics"] if _passes(audit_log, probe) else []),
                ]
    yield judge.robots(WHERE, robot.address, "", more)


def _passes(writer: Probe, reader: Probe) -> bool:
    """Tell whether a message on a topic that is no robot's gets from one to the other."""
    topic = f"sightline/check/{secrets.token_hex(4)}/robots"
    reader.subscribe([(topic, 0)])
    writer.publish(topic, b"?", 0)
    writer.until(lambda: False, 0.1)
    return reader.until(lambda: reader.got(topic, b"?"), _SECONDS)
