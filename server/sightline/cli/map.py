"""Run `sightline map`: maps of the server from the command line; add, list, show, remove."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sightline.cli.accounts_db import (
    CANNOT,
    CommandFailed,
    add_folder,
    check_folder,
    settings_of,
    when,
    words,
)
from sightline.cli.progress import ProgressBar, lasting
from sightline.maps import adding
from sightline.maps.build.pipeline import BuildLimits
from sightline.maps.catalogue import BadCatalogue, Catalogue, MapEntry, problem
from sightline.settings import Settings
from sightline.wiring.feature_parts import MAPS
from sightline.wiring.state_folder import is_running

_MB = 1_000_000
_LEAST, _MOST = 200, 2_000
"""MB of memory: the least that makes sense, and what is taken if nothing is said."""
_Work = Callable[[Catalogue, Settings, argparse.Namespace], int]
_SCHEMAS = {
    "protomaps": "Protomaps",
    "shortbread": "Shortbread",
    "openmaptiles": "OpenMapTiles",
    "": "pictures",
}


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its actions."""
    maps = subcommands.add_parser("map", help="maps with streets: add, list, show, remove")
    actions = maps.add_subparsers(title="actions", required=True, metavar="action")

    def action(name: str, work: _Work, about: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(name, help=about, description=about)
        add_folder(parser)
        parser.set_defaults(run=_guarded(work))
        return parser

    adds = action("add", _add, "Add a map, or replace one; open pages draw it at once.")
    adds.add_argument("file", type=Path, help="an extract (.osm.pbf) or an archive (.pmtiles)")
    adds.add_argument("--name", default="", help="what it is called here (default: as the file)")
    adds.add_argument("--title", default="", help="what people read (default: as the file)")
    adds.add_argument(
        "--role",
        choices=("base", "layer"),
        help="base: drawn by itself where it has the most detail; layer: chosen on the map"
        " (default: pictures are a layer, all else is base)",
    )
    adds.add_argument(
        "--tile-size",
        type=int,
        choices=(256, 512),
        default=256,
        help="of pictures, in pixels (default: 256)",
    )
    adds.add_argument(
        "--memory",
        type=_memory,
        metavar="MB",
        help="what each of the two processes may take that read an extract and cut its tiles"
        f" (default: {_MOST}, or half of what the machine has)",
    )
    action("list", _list, "Show all maps, and what is wrong with them.")
    for name, work, about in (
        ("show", _show, "Show what a map covers, and what it was made of."),
        ("remove", _remove, "Remove a map and its file; open pages go on without it."),
    ):
        action(name, work, about).add_argument("name", help="as the list shows it")


def _memory(text: str) -> int:
    try:
        megabytes = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a whole number of MB") from None
    if megabytes < _LEAST:
        raise argparse.ArgumentTypeError(f"must be {_LEAST} MB or more")
    return megabytes * _MB


def _usual_memory() -> int:
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(_LEAST * _MB, min(_MOST * _MB, there // 2))


def _guarded(work: _Work) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        try:
            settings, state = settings_of(options)
            if not state.exists() and state.parent.is_dir():
                state.mkdir(mode=0o700)
            check_folder(state)
            return work(Catalogue(state / MAPS), settings, options)
        except (adding.CannotAdd, BadCatalogue) as why:
            print(f"sightline: {why}", file=sys.stderr)
        except CANNOT as why:
            print(f"sightline: {words(why)}", file=sys.stderr)
        return 1

    return run


def _add(catalogue: Catalogue, settings: Settings, options: argparse.Namespace) -> int:
    limits = BuildLimits(options.memory or _usual_memory(), settings.limits.disk_floor_mb * _MB)
    wanted = adding.WantedMap(
        options.file.absolute(), options.name, options.title, options.role, options.tile_size
    )
    bar = ProgressBar(1.0)
    began = time.monotonic()
    try:
        name, entry = adding.add(catalogue, wanted, limits, bar.at, bar.say)
    finally:
        bar.end()
    took = lasting(time.monotonic() - began)
    print(f"The map {name} was added: {entry.size / _MB:.1f} MB, after {took}.")
    for line in _about(entry):
        print(line)
    if is_running(catalogue.folder.parent):
        print("The server shows it on all open pages within seconds.")
    return 0


def _list(catalogue: Catalogue, settings: Settings, options: argparse.Namespace) -> int:
    maps = catalogue.read().maps
    bad = 0
    for name, entry in sorted(maps.items()):
        kind = _SCHEMAS[entry.schema]
        print(f"{name}  {entry.title}, {entry.role}, {kind}, {entry.size / _MB:.1f} MB")
        if (why := problem(catalogue.folder / entry.file, entry.size)) is not None:
            print(f"    is not shown: {why}")
            bad += 1
    if not maps:
        print("There is no map yet: sightline map add FILE")
    return 1 if bad else 0


def _show(catalogue: Catalogue, settings: Settings, options: argparse.Namespace) -> int:
    entry = catalogue.read().maps.get(options.name)
    if entry is None:
        raise CommandFailed(_no_map(catalogue, options.name))
    path = catalogue.folder / entry.file
    print(f"{options.name}  {entry.title}")
    for line in (*_about(entry), f"    file    {path}"):
        print(line)
    if (why := problem(path, entry.size)) is not None:
        print(f"    is not shown: {why}")
        return 1
    return 0


def _about(entry: MapEntry) -> list[str]:
    west, south, east, north = entry.bounds
    said = {
        "covers": f"{south:.4f},{west:.4f} to {north:.4f},{east:.4f} (latitude, longitude)",
        "zooms": f"{entry.min_zoom} to {entry.max_zoom}",
        "layers": f"{_SCHEMAS[entry.schema]}, drawn as {entry.role}",
        "size": f"{entry.size / _MB:.1f} MB",
        "from": f"{entry.source}, added {when(entry.updated)}",
        "places": "can be looked up and found" if entry.places else "cannot be looked up",
        "credit": ", ".join(each.text for each in entry.attribution) or "none",
    }
    return [f"    {name:8}{text}" for name, text in said.items()]


def _remove(catalogue: Catalogue, settings: Settings, options: argparse.Namespace) -> int:
    if not catalogue.remove(options.name, time.time()):
        raise CommandFailed(_no_map(catalogue, options.name))
    print(f"The map {options.name} was removed.")
    return 0


def _no_map(catalogue: Catalogue, name: str) -> str:
    names = ", ".join(sorted(catalogue.read().maps))
    return f"there is no map {name}; there are: {names}" if names else f"there is no map {name}"
