"""Check a server that is one of several: the broker between them, and guards."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from functools import partial

from sightline.cli.check import judge_replicas
from sightline.cli.check.findings import Finding
from sightline.cli.check.probe import Probe
from sightline.cluster.messages import FILTERS, topic
from sightline.mqtt.options import BrokerOptions
from sightline.settings import Settings

_TRIP_SECONDS = 4.0


def check(settings: Settings, brokers: Mapping[str, BrokerOptions]) -> Iterator[Finding]:
    """Return everything about being one of several."""
    name = settings.replicas.name
    for where, options in brokers.items():
        yield judge_replicas.client_id(where, options.client_id, name)
        yield _between(where, options, name)
    if not settings.driving.guard and not settings.driving.need_guard:
        yield judge_replicas.nobody_sees_to_a_guard()


def _between(where: str, options: BrokerOptions, name: str) -> Finding:
    """Check that servers hear each other at this broker, by a message that means nothing to
    them.
    """
    text = secrets.token_hex(4).encode()
    probed = topic(name, "check", "of/us")
    try:
        with Probe(options) as probe:
            if not probe.connect():
                return Finding(where, "servers", "skip", "not tested: no connection")
            refused = probe.subscribe(FILTERS)
            if not refused:
                probe.publish(probed, text, 1)
            receives = probe.until(partial(probe.got, probed, text), _TRIP_SECONDS)
    except (OSError, ValueError):
        return Finding(where, "servers", "skip", "not tested: no connection")
    return judge_replicas.between(where, receives=receives)
