"""Serve HTTPS ourselves: watch the certificate's files, and tell what becomes of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sightline.live.periodic import Periodic
from sightline.model.server import Https
from sightline.web.certificate import BadCertificate, Handshakes, Served, read
from sightline.web.expiry import days_left, urgency
from sightline.wiring.errors import CannotStart

EVERY = 1.0  # s between two looks

# Of each file: when it was written, how long it is, which one it is; None: there is none.
_Stamp = tuple[tuple[int, int, int] | None, ...]


class Certificate(Service):
    """The certificate that is served, as new as its files. ``wall`` gives epoch s."""

    name = "certificate"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        certificate: Path,
        key: Path,
        *,
        every: float = EVERY,
        on_thread: Callable[..., Deferred[Any]] = deferToThread,
    ) -> None:
        self.handshakes = Handshakes()
        self._wall = wall
        self._files = (certificate, key)
        self._on_thread = on_thread
        self._served: Served | None = None
        self._fault: str | None = None
        self._seen: _Stamp | None = None  # at the last look
        self._tried: _Stamp | None = None  # when they were read
        self._logged = ""
        self._loop = Periodic(clock, every, self.look, "the watch over the certificate")

    def privilegedStartService(self) -> None:
        """Read the files before anybody can connect, and while we may still read everything."""
        super().privilegedStartService()
        stamp = _stamp(self._files)
        self._seen = stamp
        self._take(stamp, _read(self._files))

    def startService(self) -> None:
        super().startService()
        self._loop.start(now=False)

    def stopService(self) -> None:
        super().stopService()
        self._loop.stop()

    def look(self, *, settled: bool = False) -> Deferred[None]:
        """Look at the files. ``settled``: nobody is writing them any more, take them at once."""
        return self._on_thread(self._look_at_files, settled).addCallback(self._looked)

    @property
    def state(self) -> Https:
        """Return the certificate's state, for people."""
        served = self._served
        if served is None:
            return Https(fault=self._fault or "there is no certificate yet")
        return Https(
            names=served.names,
            issuer=served.issuer,
            expires=round(served.expires),
            standing=urgency(served.expires, self._wall()),
            fault=self._fault,
        )

    # -- on a thread

    def _look_at_files(self, settled: bool) -> tuple[_Stamp, Served | BadCertificate | None]:
        stamp = _stamp(self._files)
        if stamp == self._tried or (stamp != self._seen and not settled):
            return stamp, None
        return stamp, _read(self._files)

    # -- on the reactor

    def _looked(self, found: tuple[_Stamp, Served | BadCertificate | None]) -> None:
        stamp, read = found
        self._seen = stamp
        if read is not None:
            self._take(stamp, read)
        self._tell_how_long()

    def _take(self, stamp: _Stamp, found: Served | BadCertificate) -> None:
        self._tried = stamp
        now, served = self._wall(), self._served
        if isinstance(found, Served) and served is not None and found.expires <= now:
            found = BadCertificate("the new certificate is past its end already")
        if isinstance(found, BadCertificate):
            self._fault = str(found)
            kept = "; the one before stays in use" if served else "; HTTPS does not work"
            self._log.error("The certificate: {why}{kept}", why=self._fault, kept=kept)
            return
        self._fault = None
        self._served = found
        self.handshakes.use(found)
        self._log.info(
            "New connections get the certificate for {names}, good for {days} days",
            names=", ".join(found.names) or "nobody",
            days=int(days_left(found.expires, now)),
        )
        self._tell_how_long()

    def _tell_how_long(self) -> None:
        """Warn once a day, from three weeks before the end."""
        if self._served is None:
            return
        now, expires = self._wall(), self._served.expires
        stands = urgency(expires, now)
        days = int(days_left(expires, now))
        said = "" if stands == "good" else f"{stands} {days} {expires}"
        if said and said != self._logged:
            how = self._log.warn if stands == "soon" else self._log.error
            if stands == "expired":
                how("The certificate is past its end: browsers refuse us. Renew it")
            else:
                how("The certificate ends in {days} days: renew it", days=days)
        self._logged = said


def must_be_there(certificate: Path, key: Path, *, later: bool) -> None:
    """Raise `CannotStart` for a slip that is no accident: a wrong path, a key for everybody.

    ``later``: the files may still be to come. What is wrong *in* them keeps nobody from starting:
    robots are watched and messages are kept without HTTPS, too.
    """
    for name, path in (("certificate", certificate), ("key", key)):
        try:
            mode = path.stat().st_mode
        except OSError as why:
            if later and isinstance(why, FileNotFoundError):
                continue
            raise CannotStart(f"https.{name}: {path} cannot be read: {why.strerror}") from None
        if path == key and mode & stat.S_IROTH:
            raise CannotStart(
                f"https.key: {path} can be read by everybody on this machine;"
                f" type: chmod 600 {path}"
            )


def _read(files: tuple[Path, Path]) -> Served | BadCertificate:
    try:
        return read(*files)
    except BadCertificate as why:
        return why


def _stamp(files: tuple[Path, ...]) -> _Stamp:
    found: list[tuple[int, int, int] | None] = []
    for path in files:
        try:
            said = os.stat(path)
        except OSError:
            found.append(None)
        else:
            found.append((said.st_mtime_ns, said.st_size, said.st_ino))
    return tuple(found)
