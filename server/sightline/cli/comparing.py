"""Run `sightline import --compare URL`: ask a Recorder and us the same, list what differs.

Both are asked over HTTP for `/api/0/list`, `/api/0/last` and, day by day, `/api/0/locations`. Names
are compared in small letters, as a Recorder keeps them; fixes by time and place, each once.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from sightline.cli.accounts_db import CANNOT, CommandFailed, settings_of, words
from sightline.history.importing import folder_of
from sightline.settings import Settings

_DAYS = 31
_TIMEOUT = 30.0  # s
_AGAIN = 5  # attempts where too much is asked at once
_SHOWN = 3  # fixes named of a day
_LAST = ("tst", "lat", "lon", "acc", "alt", "vel", "cog", "batt", "tid", "name")
_SAME = 1e-6
_LOGIN = "SIGHTLINE_LOGIN"

Where = tuple[int, float, float]


class RecorderLike(Protocol):
    """A server with the Recorder's API."""

    name: str

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON that it answers. Raises `CommandFailed`."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the comparison."""
    parser.add_argument(
        "--compare",
        metavar="URL",
        help="bring nothing in, but ask this Recorder and ourselves the same and list what differs"
        " (exit status 1 if anything does); name:password@ in a URL signs in there",
    )
    parser.add_argument(
        "--with",
        dest="own",
        metavar="URL",
        help=f"our own address for --compare (default: of the settings); the login, an account's"
        f" name and a token with the scope see, is name:token in {_LOGIN}, or in the URL",
    )
    parser.add_argument(
        "--days", type=int, default=_DAYS, help=f"days to compare, back from now (default {_DAYS})"
    )


def run(options: argparse.Namespace) -> int:
    """Compare; return 1 if anything differs."""
    try:
        settings, _ = settings_of(options)
        theirs = ComparedServer("the Recorder", options.compare)
        own = ComparedServer(
            "here", options.own or _our_address(settings), os.environ.get(_LOGIN, "")
        )
        today = datetime.now(UTC).date()
        days = [today - timedelta(days=n) for n in range(max(1, options.days))]
        count = 0
        for line in differences(theirs, own, sorted(days)):
            print(line)
            count += 1
    except CANNOT as why:
        print(f"sightline: {words(why)}", file=sys.stderr)
        return 1
    print(f"{count} differences" if count else "no differences", file=sys.stderr)
    return 1 if count else 0


def _our_address(settings: Settings) -> str:
    if settings.server.public_url:
        return settings.server.public_url
    port = settings.server.listen.split(":")[1:2]
    return f"http://127.0.0.1:{port[0] if port else 8080}"


class ComparedServer:
    """A server that is asked over HTTP. A login in the URL goes before the ``login``."""

    def __init__(self, name: str, url: str, login: str = "") -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CommandFailed(f"{url}: not an address such as https://host:8083")
        if parts.username is not None:
            login = f"{parts.username}:{parts.password or ''}"
            login = urllib.parse.unquote(login)
        host = parts.netloc.rpartition("@")[2]
        self.name = name
        self._base = f"{parts.scheme}://{host}{parts.path.rstrip('/')}/api/0"
        self._headers = {"Accept": "application/json"}
        if login:
            self._headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON that it answers. Raises `CommandFailed`."""
        url = f"{self._base}/{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query)
        asked = urllib.request.Request(url, headers=self._headers)
        for attempt in range(_AGAIN):
            try:
                with urllib.request.urlopen(asked, timeout=_TIMEOUT) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as why:
                why.close()
                if why.code not in (429, 503) or attempt == _AGAIN - 1:
                    raise CommandFailed(f"{self.name}: {url}: {why.code} {why.reason}") from why
                time.sleep(min(5.0, float(why.headers.get("retry-after") or 1)))
            except (OSError, ValueError) as why:
                raise CommandFailed(f"{self.name}: {url}: {why}") from why
        raise AssertionError


def differences(theirs: RecorderLike, own: RecorderLike, days: list[date]) -> Iterator[str]:
    """Tell what differs, a line for each."""
    have, want = devices(own), devices(theirs)
    for device in sorted(want.keys() - have.keys()):
        yield f"{device}: only at {theirs.name}"
    for device in sorted(have.keys() - want.keys()):
        yield f"{device}: only {own.name}"
    there, here = last(theirs), last(own)
    for device in sorted(want.keys() & have.keys()):
        yield from _last(device, there.get(device), here.get(device), theirs, own)
        for day in days:
            yield from _day(device, day, (theirs, want[device]), (own, have[device]))


def devices(server: RecorderLike) -> dict[str, tuple[str, str]]:
    """Return users and devices as the server calls them, by the names a Recorder would have."""
    found = {}
    for user in _results(server.get("list")):
        for device in _results(server.get("list", user=user)):
            found[folder_of(f"{user}/{device}")] = (user, device)
    return found


def last(server: RecorderLike) -> dict[str, Mapping[str, Any]]:
    """Return the last position of each device, likewise."""
    answer = server.get("last")
    found: dict[str, Mapping[str, Any]] = {}
    for one in answer if isinstance(answer, list) else []:
        if isinstance(one, dict):
            found[folder_of(f"{one.get('username')}/{one.get('device')}")] = one
    return found


def fixes(server: RecorderLike, user: str, device: str, day: date) -> set[Where]:
    """Return time and place of each fix of a day (UTC)."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    # A Recorder leaves out what is right at the bounds, so they are a second further apart.
    bounds = {
        name: datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        for name, at in (("from", start - 1), ("to", start + 86_400))
    }
    answer = server.get("locations", user=user, device=device, format="json", **bounds)
    found = answer.get("data") if isinstance(answer, dict) else None
    fixes = set()
    for one in found or []:
        try:
            where = int(one["tst"]), round(float(one["lat"]), 6), round(float(one["lon"]), 6)
        except (KeyError, TypeError, ValueError):
            continue  # a Recorder's file has more than positions in it
        if start <= where[0] < start + 86_400:
            fixes.add(where)
    return fixes


def _results(answer: Any) -> list[str]:
    found = answer.get("results") if isinstance(answer, dict) else None
    return [name for name in found or [] if isinstance(name, str)]


def _last(
    device: str,
    their: Mapping[str, Any] | None,
    our: Mapping[str, Any] | None,
    theirs: RecorderLike,
    own: RecorderLike,
) -> Iterator[str]:
    if their is None and our is None:
        return
    if their is None or our is None:
        where = theirs.name if our is None else own.name
        yield f"{device}: last position only {'at ' if our is None else ''}{where}"
        return
    for field in _LAST:
        one, other = their.get(field), our.get(field)
        if not _is_same(one, other):
            yield f"{device}: last {field} is {one!r} at {theirs.name}, {other!r} {own.name}"


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _SAME
    return bool(one == other)


def _day(
    device: str,
    day: date,
    theirs: tuple[RecorderLike, tuple[str, str]],
    own: tuple[RecorderLike, tuple[str, str]],
) -> Iterator[str]:
    there = fixes(theirs[0], *theirs[1], day)
    here = fixes(own[0], *own[1], day)
    if there == here:
        return
    yield (
        f"{device}: {day} has {len(there)} fixes at {theirs[0].name}, {len(here)} {own[0].name}"
        f"{_few(there - here, f'; only at {theirs[0].name}')}"
        f"{_few(here - there, f'; only {own[0].name}')}"
    )


def _few(found: set[Where], what: str) -> str:
    if not found:
        return ""
    times = [datetime.fromtimestamp(tst, UTC).strftime("%H:%M:%S") for tst, _, _ in sorted(found)]
    more = f" and {len(times) - _SHOWN} more" if len(times) > _SHOWN else ""
    return f"{what}: {', '.join(times[:_SHOWN])}{more}"
