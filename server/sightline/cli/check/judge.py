"""Judge what a step saw: pure, no network.

Everything that can be said about a set-up is said here, so that the words can be read, and tested,
in one place.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping

from sightline.cli.check.findings import Finding, Level
from sightline.mqtt import reasons
from sightline.mqtt.options import BrokerOptions
from sightline.web.expiry import SOON, URGENT

# X509_V_ERR_… of OpenSSL.
_EXPIRED, _NOT_YET, _WRONG_HOST, _WRONG_ADDRESS = 10, 9, 62, 64


def is_here(host: str) -> bool:
    """Tell whether this host is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def no_name(where: str, host: str, error: Exception) -> Finding:
    """Return the name could not be resolved."""
    again = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
    todo = (
        "no name server answers: look at this machine's network (/etc/resolv.conf)"
        if again
        else f"correct the host in the settings ({where}.host), or its entry in the DNS"
    )
    return Finding(where, "name", "fail", f"the name {host} is not found", todo)


def no_tcp(where: str, address: str, error: OSError) -> Finding:
    """Explain that there was no TCP connection."""
    if isinstance(error, ConnectionRefusedError):
        said = f"nothing listens at {address}"
        todo = (
            "is mosquitto running (systemctl status mosquitto)? mosquitto 2 listens on loopback"
            " only until its configuration has a line: listener 1883"
        )
    elif isinstance(error, TimeoutError):
        said = f"no answer from {address}"
        todo = "a firewall on the way, or the wrong address: open the port for this machine"
    else:
        said = f"cannot reach {address}: {error.strerror or error}"
        todo = "look at the network between this machine and the broker"
    return Finding(where, "tcp", "fail", said, todo)


def no_tls(where: str, host: str, error: Exception, ca: str | None) -> Finding:
    """Judge a TLS handshake that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        if code == _EXPIRED:
            said = "the certificate has expired"
            todo = "renew it on the other side and have it read anew (systemctl reload …)"
        elif code == _NOT_YET:
            said = "the certificate is not valid yet"
            todo = "is the clock of this machine right (timedatectl)?"
        elif code in (_WRONG_HOST, _WRONG_ADDRESS):
            said = f"the certificate is not for {host}"
            todo = f"name the host as the certificate does, or have one made for {host}"
        else:
            said = f"the certificate is not trusted: {error.verify_message}"
            todo = (
                f"the authority in {ca} did not sign it: name the right one in {where}.tls_ca"
                if ca
                else f"it is not signed by a public authority: name its own in {where}.tls_ca"
            )
        return Finding(where, "tls", "fail", said, todo)
    if isinstance(error, reasons.CannotConnect):
        return Finding(where, "tls", "fail", str(error), "correct the file, or its name")
    # mosquitto hangs up on what it does not understand.
    if isinstance(error, ConnectionError) or "WRONG_VERSION_NUMBER" in str(error):
        return Finding(
            where,
            "tls",
            "fail",
            "the other side does not speak TLS on this port",
            f"use its TLS port (8883 for brokers), or set {where}.tls = false if that is meant",
        )
    return Finding(
        where,
        "tls",
        "fail",
        f"no TLS: {error}",
        "does it ask for a client certificate (tls_cert, tls_key), or an older TLS than 1.2?",
    )


def expiry(where: str, step: str, whose: str, days: float) -> Finding:
    """Judge how long a certificate is valid."""
    level: Level = "ok" if days > SOON else "warn" if days > URGENT else "fail"
    said = f"{whose} certificate is valid for {days:.0f} more days"
    if days <= 0:
        said = f"{whose} certificate has expired"
    return Finding(where, step, level, said, "" if level == "ok" else "renew it")


def refusal(where: str, options: BrokerOptions, reason: str) -> Finding:
    """Explain a CONNACK with a refusal; ``reason`` is the name of its code."""
    said = reasons.refused(reason, options)
    match reason:
        case "Bad user name or password" | "Not authorized":
            todo = (
                f"check {where}.user and its password; at the broker: sightline mosquitto user add"
                f" /etc/mosquitto/passwd {options.user or 'sightline'}, then systemctl reload"
                " mosquitto"
            )
        case "Unsupported protocol version":
            todo = f'set {where}.protocol = "3.1" for old brokers, or "3.1.1"'
        case "Client identifier not valid":
            todo = "the broker wants other client ids (MQTT 3.1: at most 23 characters)"
        case _:
            todo = "look into the broker's log: it says more there"
    return Finding(where, "sign-in", "fail", said, todo)


def no_answer(where: str, options: BrokerOptions, *, closed: bool) -> Finding:
    """Explain that the connection stands, but no CONNACK comes."""
    if closed and options.tls is not None:
        todo = "does it ask for a client certificate? Set tls_cert and tls_key"
    elif closed:
        todo = "is this its MQTT port? With TLS set tls = true"
    else:
        todo = "is this its MQTT port, and not one for websockets (transport)?"
    said = reasons.speaks_not(options)
    if closed:
        said = "the broker closed the connection without an answer"
    return Finding(where, "sign-in", "fail", said, todo)


def place(where: str, *, stands: bool) -> Finding:
    """Tell whether the broker leaves us our client ids."""
    if stands:
        return Finding(where, "place", "ok", "several connections of our user stand side by side")
    return Finding(
        where,
        "place",
        "fail",
        "our own connections throw each other out: the broker gives all of a user one client id",
        "in mosquitto.conf: no use_username_as_clientid at the listener Sightline uses; it is for"
        " listeners of phones (config/mosquitto/conf.d/tls.conf.example)",
    )


def robots(where: str, address: str, answer: str, more: list[str]) -> Finding:
    """Return the listener for robots: how it answers one without a password, and what else it
    allows.
    """
    shipped = "config/mosquitto/conf.d/robots.conf.example has the lines"
    if answer == "nobody":
        said = f"nothing listens for robots at {address}"
        todo = f"does the broker run, and does it listen there? {shipped}"
        return Finding(where, "listener", "fail", said, todo)
    if answer:
        said = f"a robot as it comes is refused at {address}: {answer}"
        todo = f"let in clients without a password there, with acl.robots: {shipped}"
        return Finding(where, "listener", "fail", said, todo)
    if more:
        said = f"who needs no password at {address} may also {' and '.join(more)}"
        todo = "in mosquitto.conf: acl_file /etc/mosquitto/acl.robots at that listener"
        return Finding(where, "listener", "fail", said, todo)
    said = f"robots get in at {address} without a password, and may do nothing else there"
    return Finding(where, "listener", "ok", said)


def subscribed(where: str, refused: list[str]) -> Finding:
    """Tell what the broker answered to our subscriptions."""
    if not refused:
        return Finding(where, "subscribe", "ok", "all our subscriptions are granted")
    return Finding(
        where,
        "subscribe",
        "fail",
        reasons.not_subscribed(refused),
        "allow our user to read these (config/mosquitto/acl shows the lines)",
    )


def figures(where: str, uptime: str | None, why: tuple[str, ...]) -> Finding:
    """Tell whether ``$SYS`` comes."""
    if uptime is not None:
        return Finding(where, "$SYS", "ok", f"the broker tells of itself; it has run {uptime}")
    return Finding(
        where, "$SYS", "warn", "the broker tells nothing of itself ($SYS)", "; or ".join(why)
    )


def log(where: str, receives: bool) -> Finding:
    """Tell whether the log comes as messages."""
    if receives:
        return Finding(where, "log", "ok", "the broker's log comes as messages: clients are shown")
    return Finding(
        where,
        "log",
        "warn",
        "no log comes: who is connected cannot be shown",
        "in mosquitto.conf: log_dest topic, log_type notice, connection_messages true; and our"
        " user must be allowed to read $SYS/#",
    )


def round_trip(where: str, topic: str, seconds: Mapping[int, float | None]) -> Finding:
    """Return a message to ourselves and back, by QoS."""
    lost = [qos for qos, took in seconds.items() if took is None]
    if lost:
        return Finding(
            where,
            "round trip",
            "warn",
            f"a message of ours (QoS {lost[0]}) did not come back",
            f"the broker's ACL forbids {topic} to our user, silently: topic readwrite"
            " sightline/#. Without it this test, not the map, is missing",
        )
    told = ", ".join(f"QoS {qos} {(took or 0) * 1000:.1f} ms" for qos, took in seconds.items())
    slow = any((took or 0) > 0.5 for took in seconds.values())
    return Finding(
        where,
        "round trip",
        "warn" if slow else "ok",
        f"there and back: {told}",
        "too slow to drive a robot by: use a broker nearer by" if slow else "",
    )


def retained(where: str, *, exact: bool, wildcard: bool) -> Finding:
    """Tell whether retained messages are kept, and delivered to wildcards."""
    if exact and wildcard:
        return Finding(where, "retained", "ok", "retained messages are kept and delivered")
    if exact:
        return Finding(
            where,
            "retained",
            "warn",
            "retained messages do not come to wildcard subscriptions",
            "so it is with AWS IoT: after a restart friends appear with their next report only",
        )
    return Finding(
        where,
        "retained",
        "warn",
        "retained messages are not kept",
        "in mosquitto.conf: retain_available true; otherwise friends appear with their next report",
    )


def queue(where: str, sent: int, came: int) -> Finding:
    """Tell how many of a burst reached a subscriber that was slow for a moment."""
    if came >= sent:
        return Finding(
            where, "queue", "ok", f"a burst of {sent:,} messages reached a slow reader whole"
        )
    return Finding(
        where,
        "queue",
        "warn",
        f"of {sent:,} acknowledged messages a slow reader got {came:,}: the others are lost",
        "in mosquitto.conf: max_queued_messages 100000 (the default is 1000)",
    )


def anonymous(where: str, options: BrokerOptions, *, accepted: bool) -> Finding:
    """Tell whether anybody gets in."""
    if not accepted:
        return Finding(where, "anonymous", "ok", "nobody gets in without a password")
    here = is_here(options.host)
    return Finding(
        where,
        "anonymous",
        "warn" if here else "fail",
        "the broker lets in anybody, without a password"
        + (": anybody on this machine" if here else ""),
        "in mosquitto.conf: allow_anonymous false, password_file, acl_file (config/mosquitto)",
    )


def acl(where: str, *, everything: bool) -> Finding:
    """Tell whether the broker limits what a user may do."""
    if not everything:
        return Finding(where, "acl", "ok", "the broker limits what a user may write and read")
    return Finding(
        where,
        "acl",
        "warn",
        "a user may write and read any topic: every phone may drive every robot",
        "in mosquitto.conf: acl_file /etc/mosquitto/acl (config/mosquitto/acl)",
    )


def page(where: str, status: int) -> Finding:
    """Tell what ``/healthz`` answers through the proxy."""
    if status == 200:
        return Finding(where, "page", "ok", "the server answers")
    said = f"/healthz is answered by {status}"
    if status in (502, 503, 504):
        todo = "the proxy does not reach Sightline: does it run, and is server.listen its address?"
    elif status in (301, 302, 307, 308):
        todo = "it is sent elsewhere: name that address in server.public_url"
    else:
        todo = "does the proxy pass this host's whole path on to Sightline?"
    return Finding(where, "page", "fail", said, todo)


_UPGRADE = (
    "let the proxy pass the upgrade: nginx: proxy_http_version 1.1; proxy_set_header Upgrade"
    " $http_upgrade; proxy_set_header Connection upgrade; Apache: mod_proxy_wstunnel"
)


def upgrade(where: str, status: int | None, *, hello: bool = False) -> Finding:
    """Tell what ``/ws`` answers to a WebSocket handshake; ``hello``: our first frame came, too."""
    step = "websocket"
    match status:
        case 101 if hello:
            return Finding(where, step, "ok", "the WebSocket stands and speaks")
        case 101:
            todo = "the proxy holds frames back: switch its buffering off for /ws"
            return Finding(where, step, "fail", "the WebSocket stands but stays silent", todo)
        case 401:
            return Finding(where, step, "ok", "the WebSocket is there (it wants a sign-in first)")
        case 403:
            todo = "server.public_url must be the address in the browser, or server.origins name it"
            return Finding(where, step, "fail", "the WebSocket refuses pages of this address", todo)
        case 404:
            todo = "let the proxy pass /ws to Sightline, too"
            return Finding(where, step, "fail", "there is no /ws at this address", todo)
        case None:
            return Finding(where, step, "fail", "no answer to a WebSocket handshake", _UPGRADE)
    said = f"the WebSocket is not passed on (answer {status} instead of 101)"
    return Finding(where, step, "fail", said, _UPGRADE)
