"""Open the ports for browsers: one; or with a certificate one for HTTPS, and one that leads there.

A client that is counted at one is counted at the other.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.web.resource import Resource

from sightline.settings import Settings
from sightline.web.certificate import Encrypted
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.content_policy import ContentPolicy
from sightline.web.https_redirect import PlainHttp
from sightline.web.proxies import Proxies
from sightline.web.request_context import RequestContext
from sightline.web.site import QuietSite
from sightline.wiring.browsers import Listening
from sightline.wiring.https import Certificate, must_be_there

reactor: Any = _reactor

_MANY = 1_000_000  # where nothing limits us
_RESERVE = 100  # file descriptors for all that is no browser: database, log, brokers, children


class Ports(MultiService):
    """All ports. ``listen`` is the endpoint for ``tree``; ``gate`` is what all of them share.

    Pages are served once ``ready`` has fired.
    """

    _log = Logger()

    def __init__(
        self,
        settings: Settings,
        listen: str,
        tree: Resource,
        context: RequestContext,
        wall: Callable[[], float],
        gate: ConnectionLimits,
        announce: Callable[[str], None],
        ready: Deferred[None],
        *,
        policy: ContentPolicy | None = None,
    ) -> None:
        super().__init__()
        https = settings.https
        self.gate = gate
        self._warn_of_few(settings.limits.connections)
        pages = _site(settings, tree, context, gate, policy)
        self._certificate: Certificate | None = None
        if not https.certificate:
            Listening(listen, pages, announce, ready=ready).setServiceParent(self)
            return
        files = Path(https.certificate), Path(https.key)
        must_be_there(*files, later=bool(https.acme_webroot))
        self._certificate = certificate = Certificate(reactor, wall, *files)
        certificate.setServiceParent(self)
        encrypted = Encrypted(certificate.handshakes, False, pages)
        listening = Listening(listen, encrypted, announce, secure=True, ready=ready)
        listening.setServiceParent(self)
        if https.redirect:
            webroot = Path(https.acme_webroot) if https.acme_webroot else None
            plain = PlainHttp(_public(settings), lambda: listening.port, webroot)
            site = _site(settings, plain, None, gate, policy)
            redirect = Listening(https.redirect, site, None, setting="https.redirect")
            redirect.setServiceParent(self)

    def _warn_of_few(self, wanted: int) -> None:
        if self.gate.most < wanted:
            self._log.warn(
                "There are file descriptors for {most} connections only, not for"
                " limits.connections = {wanted}; raise the limit (ulimit -n, LimitNOFILE)",
                most=self.gate.most,
                wanted=wanted,
            )

    def gauges(self) -> Mapping[str, Any]:
        """Return further fields of ``server/sightline``."""
        found: dict[str, Any] = {"turned_away": sum(self.gate.refused.values())}
        if self._certificate is not None:
            found["https"] = self._certificate.state
        return found

    def look(self) -> Deferred[None] | None:
        """Look at the certificate's files now."""
        return None if self._certificate is None else self._certificate.look(settled=True)


def _site(
    settings: Settings,
    pages: Resource,
    context: RequestContext | None,
    gate: ConnectionLimits,
    policy: ContentPolicy | None,
) -> QuietSite:
    return QuietSite(
        pages,
        reactor,
        context,
        request_seconds=settings.limits.handshake_seconds,
        limits=gate,
        stall_timeout=settings.limits.behind_seconds,
        policy=policy,
    )


def make_gate(settings: Settings) -> ConnectionLimits:
    """Make the limits of one client and of all: by the settings and our file descriptors."""
    limits = settings.limits
    return ConnectionLimits(
        reactor,
        most=_room(),
        per_client=limits.http_per_address,
        proxies=Proxies(settings.server.proxies),
        unsent=limits.unsent_bytes,
    )


def _public(settings: Settings) -> str | None:
    url = urlsplit(settings.server.public_url)
    return f"https://{url.netloc}" if url.netloc else None


def _room() -> int:
    """Tell how many connections there may be at once; takes all file descriptors we may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MANY if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
        except (OSError, ValueError):
            pass  # as a hardened unit, which has them already (LimitNOFILE)
    return _MANY if soft == resource.RLIM_INFINITY else max(20, soft - _RESERVE)
