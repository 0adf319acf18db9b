"""Run `sightline check [--config FILE] …`: run the steps, print what they found."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sightline.cli.check import (
    broker,
    channels,
    dynamodb,
    frontend,
    https,
    maps,
    oidc,
    public,
    replicas,
    robots,
    store,
    unfollowed_topics,
)
from sightline.cli.check.findings import Finding, as_json, as_text, verdict
from sightline.kinds.friends.bases import BaseTopics
from sightline.mqtt.mosquitto import NoBroker, find_mosquitto
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.robots import RobotsListener
from sightline.settings import BadSettings, Settings, load
from sightline.wiring.kinds import make_kinds
from sightline.wiring.options import broker_options

_USUAL = Path("config/sightline.toml")


def add_to(subcommands: Any) -> None:
    """Add `check` to the command line."""
    about = "look at the set-up step by step and say what to change"
    check = subcommands.add_parser("check", help=about, description=about.capitalize())
    check.add_argument("--config", "-c", type=Path, help=f"the settings file ({_USUAL})")
    check.add_argument("--broker", metavar="HOST[:PORT]", help="this broker, whatever is set")
    check.add_argument("--url", help="the address people use (server.public_url)")
    check.add_argument(
        "--frontend", metavar="URL", help="an OwnTracks Frontend that has an address of its own"
    )
    check.add_argument("--json", action="store_true", help="for programs")
    check.add_argument(
        "--no-burst", action="store_true", help="without the burst that tests the broker's queue"
    )
    check.add_argument(
        "--settings-only", action="store_true", help="whether the settings can be used, no more"
    )
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do it; 0: nothing failed, 1: something did, 2: the settings cannot be used."""
    config = options.config or (_USUAL if _USUAL.is_file() else None)
    try:
        settings = load(config, os.environ)
        brokers = _brokers(options.broker, settings)
    except (BadSettings, ValueError) as why:
        print(f"sightline: {why}", file=sys.stderr)
        return 2
    if options.settings_only:
        return 0
    found = []
    for finding in _findings(options, settings, brokers):
        found.append(finding)
        if not options.json:
            print(as_text(finding), flush=True)
    if options.json:
        print(as_json(found))
    elif verdict(found):
        print("\nSomething is wrong: see what follows each ->")
    return verdict(found)


def _brokers(address: str | None, settings: Settings) -> dict[str, BrokerOptions]:
    if address:
        host, colon, port = address.rpartition(":")
        if not colon:
            host, port = address, "1883"
        if not port.isdigit():
            raise ValueError(f"--broker: {address} is not HOST or HOST:PORT")
        return {"--broker": BrokerOptions(host=host.strip("[]"), port=int(port), qos=1)}
    return {f"broker.{name}": broker_options(name, each) for name, each in settings.broker.items()}


def _findings(
    options: argparse.Namespace, settings: Settings, brokers: dict[str, BrokerOptions]
) -> Iterator[Finding]:
    for warning in settings.warnings():
        yield Finding("settings", "", "warn", warning)
    if not brokers:
        yield _private()
    bases = BaseTopics(settings.friends.topics)
    filters = [wanted for kind in make_kinds(settings, bases) for wanted in kind.filters]
    for name, each in brokers.items():
        reached = False
        for found in broker.check(name, each, filters, burst=not options.no_burst):
            reached = reached or found.step == "round trip"
            yield found
        if reached:
            yield from unfollowed_topics.check(name, each, bases)
    if settings.probots.listen:
        listener = RobotsListener(settings.probots.listen, settings.probots.port)
        yield from robots.check(listener, next(iter(brokers.values()), None))
    if settings.history.store == "dynamodb":
        yield from dynamodb.check(settings, os.environ)
    if settings.store.url:
        yield from store.check(settings)
    if settings.replicas.name:
        yield from replicas.check(settings, brokers)
    if settings.https.certificate:
        yield from https.check(settings)
    yield from maps.check(settings)
    yield from oidc.check(settings)
    yield from channels.check(settings)
    url = options.url or settings.server.public_url
    if url:
        yield from public.check(url)
    else:
        yield Finding("public_url", "", "skip", "not tested: none is set, and no --url given")
    if options.frontend:
        yield from frontend.check(options.frontend)


def _private() -> Finding:
    try:
        path = find_mosquitto()
    except NoBroker as why:
        return Finding("broker", "private", "fail", str(why))
    return Finding("broker", "private", "ok", f"no broker is set: a private {path} will be run")
