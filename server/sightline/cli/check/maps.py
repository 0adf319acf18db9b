"""Check the maps at addresses that are set: there, and of use to browsers."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from sightline.cli.check.findings import Finding
from sightline.cli.check.public import connect
from sightline.kinds.maps.remote import RemoteMap, origin_of
from sightline.maps.remote_check import Examined, Fetched, Unreachable, examine
from sightline.settings import Settings, remote_map

_SOMEWHERE = "http://127.0.0.1:8080"  # where pages come from when no public_url is set


def check(settings: Settings, context: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """Try each map as a browser would. ``context``: whom to trust, by default the system's."""
    origin = origin_of(settings.server.public_url or _SOMEWHERE)
    for name, each in settings.map.items():
        map = remote_map(name, each)
        found = _now(examine(map, _Fetch(context), origin))
        yield _finding(f"map.{name}", map, found)


def _finding(where: str, map: RemoteMap, found: Examined) -> Finding:
    if found.fault:
        todo = "open the address in a browser; the page shows its other maps meanwhile"
        return Finding(where, map.type, "fail", found.fault, todo)
    missing = [host for host in found.hosts if host not in map.all_hosts]
    if missing:
        listed = ", ".join(f'"{host}"' for host in missing)
        said = f"its style has browsers ask {', '.join(missing)}, too, which the page forbids"
        return Finding(where, map.type, "fail", said, f"if you agree to that: hosts = [{listed}]")
    return Finding(where, map.type, "ok", found.words)


def _now(work: Coroutine[Any, Any, Examined]) -> Examined:
    """Run a coroutine that never waits for the reactor: all it asks blocks."""
    try:
        work.send(None)
    except StopIteration as done:
        found: Examined = done.value
        return found
    raise RuntimeError("the trial of a map waits for something")


class _Fetch:
    """Asks an address and waits for the answer."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context

    async def __call__(self, url: str, headers: Mapping[str, str], most: int) -> Fetched:
        parts = urlsplit(url)
        connection = connect(parts, self._context)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("GET", path, headers={**headers, "user-agent": "Sightline"})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Fetched(answer.status, found, answer.read(most))
        except (OSError, http.client.HTTPException) as why:
            raise Unreachable(_plain(why)) from why
        finally:
            connection.close()


def _plain(why: Exception) -> str:
    if isinstance(why, socket.gaierror):
        return "there is no host of that name"
    if isinstance(why, ssl.SSLCertVerificationError):
        return f"its certificate is not one that browsers trust ({why.verify_message})"
    if isinstance(why, TimeoutError):
        return "it does not answer in time"
    if isinstance(why, ConnectionRefusedError):
        return "nobody listens there"
    return str(why) or type(why).__name__
