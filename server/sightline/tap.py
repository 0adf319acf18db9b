"""Take the options of ``twistd sightline`` and make its service. Imported by no other module."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.logger import Logger
from twisted.python import usage

from sightline import __version__
from sightline.settings import BadSettings, is_private, load
from sightline.wiring.build import build
from sightline.wiring.errors import CannotStart
from sightline.wiring.part_groups import Start

reactor: Any = _reactor
_log = Logger()


class Options(usage.Options):
    """The command line of `twistd sightline`."""

    longdesc = "Serves the map, follows the MQTT brokers, tells every browser."
    optFlags = (["demo", None, "Simulated friends and robots on the private broker."],)
    optParameters = (
        ["config", "c", None, "The settings file (see config/sightline.toml)."],
        ["port", "p", None, "Listen on this port of 127.0.0.1 instead of server.listen.", int],
        ["near", None, "", "With --demo: the friends walk around this place (LAT,LON)."],
        ["state", None, None, "Keep the state in this folder instead of server.state."],
    )

    def opt_version(self) -> None:
        """Show the version and exit."""
        print(f"sightline {__version__}")
        sys.exit(0)


def makeService(options: Options) -> MultiService:
    """Read the settings and make the whole server, ready to start."""
    # Twisted's timers follow the wall clock, and would freeze or fire early when it is stepped
    # (twisted#2424). Nothing has set a timer yet.
    reactor.seconds = time.monotonic
    try:
        settings = load(options["config"], os.environ)
    except BadSettings as why:
        raise CannotStart(why) from None
    for warning in settings.warnings():
        _log.warn("{warning}", warning=warning)
    state = Path(options["state"] or settings.server.state).absolute()
    listen = settings.server.listen
    if options["port"] is not None:
        listen = f"tcp:{options['port']}:interface=127.0.0.1"
    if options["demo"] and settings.broker:
        raise CannotStart("--demo is for the private broker; the settings name brokers of yours")
    private = is_private(listen, settings.server)
    if settings.accounts.guest != "none" and not private and not settings.accounts.guest_anywhere:
        raise CannotStart(
            f'accounts.guest = "{settings.accounts.guest}" would let in everybody who can reach'
            f" {listen}; listen on 127.0.0.1 only, without a proxy, or say guest_anywhere = true"
        )
    config = str(Path(options["config"]).absolute()) if options["config"] else ""
    return build(
        Start(settings, state, listen, bool(options["demo"]), config, near=options["near"])
    )
