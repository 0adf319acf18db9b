"""Check HTTPS by ourselves: the certificate's files, whose it is, and the plain port."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sightline.cli.check import judge
from sightline.cli.check.findings import Finding
from sightline.settings import Settings
from sightline.web.certificate import BadCertificate, read
from sightline.web.expiry import days_left

TIMEOUT = 5.0
_WHERE = "https"
_PORT = re.compile(r"tcp6?:(?:port=)?([0-9]+)(?::.*)?")


def check(settings: Settings) -> Iterator[Finding]:
    """Return everything about [https]."""
    https, public = settings.https, urlsplit(settings.server.public_url)
    if "credential:" in https.certificate + https.key:
        yield Finding(
            _WHERE, "files", "skip", "credentials of systemd's: only the service has them"
        )
        if https.redirect:
            yield _plain(public.hostname or "127.0.0.1", https.redirect)
        return
    try:
        served = read(Path(https.certificate), Path(https.key))
    except BadCertificate as why:
        todo = "look at https.certificate and https.key"
        if https.acme_webroot and not Path(https.certificate).exists():
            todo = "certbot has to bring it first: server/docs/operators/https.md"
        yield Finding(_WHERE, "files", "fail", str(why), todo)
    else:
        names = ", ".join(served.names) or "nobody"
        yield Finding(_WHERE, "files", "ok", f"certificate and key fit; they are for {names}")
        if public.hostname and not any(_covers(name, public.hostname) for name in served.names):
            said = f"the certificate is not for {public.hostname}, the name in server.public_url"
            yield Finding(_WHERE, "name", "fail", said, "get one for this name, too")
        left = days_left(served.expires, time.time())
        yield judge.expiry(_WHERE, "certificate", "our", left)
    if https.redirect:
        yield _plain(public.hostname or "127.0.0.1", https.redirect)


def _covers(name: str, host: str) -> bool:
    """Match a host with a name of a certificate (RFC 6125 §6.4.3): a star stands for one whole
    label.
    """
    if name.startswith("*."):
        return host.partition(".")[2].lower() == name[2:].lower()
    return name.lower() == host.lower()


def _plain(host: str, endpoint: str) -> Finding:
    """Check that pages are sent on, and that whatever carries a secret is refused."""
    step, port = "redirect", _PORT.fullmatch(endpoint)
    number = int(port[1]) if port else 80
    try:
        page, where = _ask(host, number, "/")
        api, _ = _ask(host, number, "/api/1/session")
    except (OSError, http.client.HTTPException) as error:
        todo = "does the server run, and does the firewall let port 80 through?"
        return Finding(_WHERE, step, "warn", f"no answer at {host}:{number}: {error}", todo)
    if page in (301, 308) and where.startswith("https://") and api == 403:
        return Finding(_WHERE, step, "ok", "plain HTTP leads to HTTPS, and carries no secrets")
    said = f"plain HTTP at {host}:{number} answers {page} for the page and {api} for the API"
    return Finding(_WHERE, step, "fail", said, "somebody else answers there: a proxy, an Apache?")


def _ask(host: str, port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("location") or ""
    finally:
        connection.close()
