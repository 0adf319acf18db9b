"""Run `sightline <subcommand>`: read the command line and hand over; each subcommand is a
module.
"""

from __future__ import annotations

import argparse
import signal
from collections.abc import Sequence

from sightline import __version__
from sightline.cli import (
    audit,
    backup,
    device,
    exporting,
    guard,
    importing,
    judging,
    lifecycle,
    map,
    replay,
    state,
    store,
    token,
    user,
)
from sightline.cli.check import command as check
from sightline.cli.mosquitto import command as mosquitto
from sightline.cli.simulate import command as simulate


def parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    parser = argparse.ArgumentParser(
        prog="sightline",
        description="Friends, robots and the MQTT broker itself, live in every browser."
        " The server itself is started by scripts/run_server.sh or `twistd sightline`.",
    )
    parser.add_argument("--version", action="version", version=f"sightline {__version__}")
    subcommands = parser.add_subparsers(title="subcommands", required=True, metavar="subcommand")
    for subcommand in (
        check,
        mosquitto,
        simulate,
        replay,
        importing,
        exporting,
        judging,
        backup,
        state,
        store,
        user,
        token,
        device,
        audit,
        map,
        guard,
    ):
        subcommand.add_to(subcommands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the subcommand named in ``argv``; the exit status."""
    options = parser().parse_args(argv)
    run = options.run
    if run is guard.run:  # it has robots to stop on its way out; the reactor replaces this only
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return int(run(options))
    return lifecycle.run(lambda: int(run(options)), whole_process=argv is None)


if __name__ == "__main__":
    raise SystemExit(main())
