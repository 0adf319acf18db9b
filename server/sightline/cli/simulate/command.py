"""Run `sightline simulate` on the command line: options in, a running stage out."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time

from sightline.cli.accounts_db import add_folder
from sightline.cli.mqtt_options import add_broker
from sightline.cli.mqtt_options import password as password_of
from sightline.cli.simulate import past
from sightline.cli.simulate.actor import Actor
from sightline.cli.simulate.faults import FAULTS, GRAMMAR, BadFault, parse
from sightline.cli.simulate.friend import SimulatedFriend
from sightline.cli.simulate.line import BrokerAddress
from sightline.cli.simulate.people import NAMED, cast, walking_near
from sightline.cli.simulate.probot import SimulatedProBot
from sightline.cli.simulate.stage import SimulationStage
from sightline.cli.simulate.travel import RoutePoint
from sightline.kinds.probots.bases import base_fault, base_of

_USUALLY = {
    "all": (len(NAMED), 3),
    "people": (len(NAMED), 0),
    "friend": (1, 0),
    "probot": (0, 1),
}


def add_to(subcommands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Give the `sightline` command its `simulate`."""
    faults = "\n".join(f"  {name:8}{who:9} {what}" for name, (who, what) in FAULTS.items())
    parser = subcommands.add_parser(
        "simulate",
        help="publish simulated friends and robots to a broker",
        description="Simulated friends (OwnTracks) and robots (ProBot) on the real topics and"
        " payloads,\neach with its own MQTT connection and will.",
        epilog=f"faults, as {GRAMMAR}, times in seconds (cut:ProBot2@30+20):\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "who",
        nargs="?",
        choices=[*_USUALLY, "past"],
        default="all",
        help="all: 8 friends and 3 robots; people: the friends alone; friend: one friend;"
        " probot: one robot;"
        " past: a week of the friends into the history of a state folder, and nothing to a broker",
    )
    add_folder(parser)
    add_broker(parser)
    parser.add_argument("--friends", type=_count, metavar="N", help="how many friends")
    parser.add_argument("--robots", type=_count, metavar="N", help="how many robots")
    parser.add_argument(
        "--rate",
        type=_rate,
        default=10.0,
        metavar="R",
        help="telemetry of a robot per second (10); 0: without a pause, as the original, about 25",
    )
    parser.add_argument(
        "--robot-base",
        type=_base,
        default="",
        metavar="TOPIC",
        help="a base before the robots' topics, such as site/berlin/ (default: none)",
    )
    parser.add_argument(
        "--near",
        type=_place,
        metavar="LAT,LON",
        help="friends walk around this place; of the south, as --near=-33.86,151.21",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same play")
    parser.add_argument("--seconds", type=_seconds, metavar="T", help="stop after this long")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="FAULT", help="see below; repeatable"
    )
    parser.set_defaults(run=run)


def actors_for(options: argparse.Namespace, wall: float) -> list[Actor]:
    """Return everybody the options ask for; ``wall`` is the time of day."""
    friends, robots = _USUALLY[options.who]
    friends = friends if options.friends is None else options.friends
    robots = robots if options.robots is None else options.robots
    rng = random.Random(options.seed)
    people = cast(friends, rng)
    if options.near is not None:
        people = walking_near(people, options.near, rng)
    return [
        *(SimulatedFriend(p, random.Random(rng.random()), wall) for p in people),
        *(
            SimulatedProBot(number, random.Random(rng.random()), options.rate, options.robot_base)
            for number in range(1, robots + 1)
        ),
    ]


def run(options: argparse.Namespace) -> int:
    """Play until told to stop; return the exit status."""
    if options.who == "past":
        return past.run(options)
    actors = actors_for(options, time.time())
    friends = [actor.name for actor in actors if isinstance(actor, SimulatedFriend)]
    robots = [actor.name for actor in actors if isinstance(actor, SimulatedProBot)]
    try:
        faults = [parse(spec, friends, robots) for spec in options.fault]
        password = password_of(options.password_env)
    except (BadFault, KeyError) as why:
        print(f"sightline simulate: {why.args[0]}", file=sys.stderr)
        return 2
    host, port = options.broker
    stage = SimulationStage(
        actors,
        faults,
        BrokerAddress(host, port, options.user, password),
        monotonic=time.monotonic,
        wall=time.time,
        say=_say,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stage.stop())
    _say(f"Simulating {len(friends)} friends and {len(robots)} robots at {host}:{port}.")
    stage.run(options.seconds)
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")  # in one piece, for who reads it through a pipe
    sys.stderr.flush()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 100_000:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 (is {text!r})")
    return int(text)


def _base(text: str) -> str:
    if fault := base_fault(text):
        raise argparse.ArgumentTypeError(f"{fault} (is {text!r})")
    return base_of(text)


def _place(text: str) -> RoutePoint:
    try:
        lat, lon = (float(part) for part in text.split(","))
        if not (abs(lat) <= 85 and abs(lon) <= 180):
            raise ValueError
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a latitude and a longitude, such as 60.1699,24.9384 (is {text!r})"
        ) from None
    return RoutePoint(lat, lon)


def _rate(text: str) -> float:
    return 0.0 if text == "0" else _between(text, 0.01, 1000.0)


def _seconds(text: str) -> float:
    return _between(text, 0.0, 1e9)


def _between(text: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = low - 1.0
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"must be a number from {low:g} to {high:g} (is {text!r})")
    return number
