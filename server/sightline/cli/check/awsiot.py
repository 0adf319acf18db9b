"""Check AWS IoT.

It ends the connection for each thing its policy does not allow, without a word; so every right is
tried where nothing else can be to blame.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from functools import partial

from sightline.cli.check import aws_words as words
from sightline.cli.check.findings import Finding
from sightline.cli.check.probe import Probe
from sightline.mqtt import reasons
from sightline.mqtt.options import BrokerOptions

WAIT = 4.0
"""Seconds for an answer of a cloud on another continent."""


def check(
    where: str, options: BrokerOptions, filters: Sequence[tuple[str, int]]
) -> Iterator[Finding]:
    """Return everything behind the handshake; ends with the first step that the others need."""
    with Probe(options) as probe:
        try:
            accepted = probe.connect()
        except (OSError, ValueError) as error:
            said = reasons.cannot_connect(error, options)
            yield Finding(where, "sign-in", "fail", said, "try again: its network let us down")
            return
        if not accepted:
            yield words.refused(where, options, probe.client_id)
            return
    yield words.accepted(where, options)
    ours = [name for name, _ in filters if not name.startswith("$")]
    without = [name for name in ours if not _may_subscribe(options, name)]
    yield words.subscribed(where, options, ours, without)
    yield _round_trip(where, options)
    yield words.retained(where, options, allowed=_may_retain(options))
    yield words.least(where, everything=_may_publish(options, f"nobody/{secrets.token_hex(4)}"))


def _may_subscribe(options: BrokerOptions, name: str) -> bool:
    with Probe(options) as probe:
        return probe.connect() and not probe.subscribe([(name, 1)])


def _may_publish(options: BrokerOptions, topic: str, *, retain: bool = False) -> bool:
    with Probe(options) as probe:
        if not probe.connect():
            return False
        mid = probe.publish(topic, b"" if retain else b"?", 1, retain)
        return probe.until(partial(probe.acknowledged, {mid}), WAIT)


def _may_retain(options: BrokerOptions) -> bool:
    """Return an empty one: it is for AWS to forget, so nothing is left behind."""
    return _may_publish(options, f"sightline/check/{secrets.token_hex(4)}/kept", retain=True)


def _round_trip(where: str, options: BrokerOptions) -> Finding:
    topic, text = f"sightline/check/{secrets.token_hex(4)}/trip", b"1"
    lost, took = "", 0.0
    with Probe(options) as probe:
        if not probe.connect() or probe.subscribe([(topic, 1)]):
            lost = "subscribe"
        else:
            began = time.monotonic()
            mid = probe.publish(topic, text, 1)
            if not probe.until(partial(probe.acknowledged, {mid}), WAIT):
                lost = "publish"
            elif not probe.until(partial(probe.got, topic, text), WAIT):
                lost = "receive"
            took = time.monotonic() - began
    return words.round_trip(where, options, lost, took)
