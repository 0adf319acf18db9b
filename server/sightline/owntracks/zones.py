"""Tell the time zone of a place, and the local time there, as the Recorder's API has them.

The zones' borders come with tzfpy (server/docs/decisions); what a zone's clocks show comes from
the system's own time zone files. Both are asked for answers of the API only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

Find = Callable[[float, float], str]
"""Names the zone of a longitude and a latitude; empty: none is known."""

_log = Logger()


def _load() -> Find:
    """Load the borders: 35 MB, and some 30 ms of work."""
    from tzfpy import get_tz

    get_tz(0.0, 0.0)  # which is when they are loaded
    return get_tz


def _nowhere(lon: float, lat: float) -> str:
    return ""


class TimeZones:
    """The zones, loaded by a thread when they are wanted first. ``load`` makes what finds one."""

    def __init__(self, load: Callable[[], Find] = _load) -> None:
        self._load = load
        self._find: Find | None = None
        self._loading: Deferred[None] | None = None

    def ready(self) -> Deferred[None]:
        """Fire when zones can be told, or it is clear that they cannot."""
        if self._find is not None:
            return succeed(None)
        if self._loading is None:
            self._loading = deferToThread(self._loaded)
        ready: Deferred[None] = Deferred()
        self._loading.addCallback(lambda _: ready.callback(None))
        return ready

    def _loaded(self) -> None:
        try:
            self._find = self._load()
        except ImportError as why:
            _log.warn("No time zones are told in /api/0: {why}", why=why)
            self._find = _nowhere

    def at(self, lat: float, lon: float, tst: float) -> dict[str, str]:
        """Return ``tzname`` and ``isolocal`` of a place and a time (epoch s), as far as known."""
        name = "" if self._find is None else self._find(lon, lat)
        if not name:
            return {}
        try:
            local = datetime.fromtimestamp(int(tst), ZoneInfo(name)).isoformat()
        except (OSError, ValueError, OverflowError, LookupError):
            return {"tzname": name}  # this system has no file of that zone
        # As strftime's %z: +0100. Offsets with seconds, of long ago, lose them.
        return {"tzname": name, "isolocal": f"{local[:22]}{local[23:25]}"}


class NoTimeZones:
    """Tell no zone of any place."""

    def ready(self) -> Deferred[None]:
        return succeed(None)

    def at(self, lat: float, lon: float, tst: float) -> dict[str, str]:
        return {}
