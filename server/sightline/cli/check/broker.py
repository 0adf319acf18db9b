"""Check one broker, step by step: each needs the one before."""

from __future__ import annotations

import secrets
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography import x509

from sightline.cli.check import aws_words, awsiot, judge
from sightline.cli.check.findings import Finding
from sightline.cli.check.probe import Probe
from sightline.console.broker_monitor import why_no_figures
from sightline.model.link import Link
from sightline.mqtt import reasons
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.profile import ANY
from sightline.mqtt.tls import tls_context

TIMEOUT = 5.0
_DAY = 86_400
BURST = 3_000
_PLACE_SECONDS = 0.5
_SYS_SECONDS, _LOG_SECONDS, _TRIP_SECONDS = 3.0, 2.0, 3.0


def check(
    where: str, options: BrokerOptions, filters: Sequence[tuple[str, int]], *, burst: bool = True
) -> Iterator[Finding]:
    """Return everything about one broker; ends with the first step that the others need."""
    if options.aws_iot and (unfit := aws_words.unfit(where, options)):
        yield unfit
        return
    yield (found := _name(where, options))
    if found.level == "fail":
        return
    yield (found := _tcp(where, options))
    if found.level == "fail":
        return
    if options.tls is not None:
        for found in _tls(where, options):
            yield found
            if found.level == "fail" and found.step == "tls":
                return
    taken = [each for each in filters if not options.profile.filter_fault(each[0])]
    if options.aws_iot:
        yield from awsiot.check(where, options, taken)
        return
    with Probe(options) as probe:
        yield (found := _sign_in(where, options, probe))
        if found.level == "fail":
            return
        yield _place(where, options, probe)
        if not probe.alive:
            return
        yield judge.subscribed(where, probe.subscribe([(name, min(qos, 1)) for name, qos in taken]))
        if options.profile.sys_topics:
            yield _figures(where, options, probe)
            yield _log(where, options, probe)
        else:
            yield Finding(where, "$SYS", "skip", f"{options.profile.name} has no $SYS topics")
        yield from _messages(where, options, probe, burst=burst)
    yield from _strangers(where, options)


def _name(where: str, options: BrokerOptions) -> Finding:
    try:
        found = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return judge.no_name(where, options.host, error)
    addresses = dict.fromkeys(str(one[4][0]) for one in found)
    return Finding(where, "name", "ok", f"{options.host} is {', '.join(addresses)}")


def _tcp(where: str, options: BrokerOptions) -> Finding:
    began = time.monotonic()
    try:
        socket.create_connection((options.host, options.port), TIMEOUT).close()
    except OSError as error:
        return judge.no_tcp(where, options.address, error)
    took = (time.monotonic() - began) * 1000
    return Finding(where, "tcp", "ok", f"{options.address} answers in {took:.1f} ms")


def _tls(where: str, options: BrokerOptions) -> Iterator[Finding]:
    assert options.tls is not None
    try:
        context = tls_context(options)
        with (
            closing(socket.create_connection((options.host, options.port), TIMEOUT)) as plain,
            context.wrap_socket(plain, server_hostname=options.host) as wrapped,
        ):
            certificate = wrapped.getpeercert() or {}
            version = wrapped.version()
    except (OSError, reasons.CannotConnect) as error:
        if options.aws_iot and aws_words.is_about_us(error):
            yield aws_words.no_handshake(where)
        else:
            yield judge.no_tls(where, options.host, error, options.tls.ca)
        return
    yield Finding(where, "tls", "ok", f"{version}, the certificate is trusted")
    if options.tls.insecure:
        todo = f"remove {where}.tls_insecure and name the authority in tls_ca"
        yield Finding(where, "tls", "warn", "the certificate is NOT checked", todo)
    if until := certificate.get("notAfter"):
        left = (ssl.cert_time_to_seconds(str(until)) - time.time()) / _DAY
        yield judge.expiry(where, "certificate", "its", left)
    if options.tls.cert:
        ours = x509.load_pem_x509_certificate(Path(options.tls.cert).read_bytes())
        left = (ours.not_valid_after_utc - datetime.now(UTC)).total_seconds() / _DAY
        yield judge.expiry(where, "our certificate", "our", left)


def _sign_in(where: str, options: BrokerOptions, probe: Probe) -> Finding:
    try:
        accepted = probe.connect()
    except (OSError, ValueError) as error:
        return Finding(where, "sign-in", "fail", reasons.cannot_connect(error, options))
    if accepted:
        who = f"as {options.user}" if options.user else "without a user"
        return Finding(where, "sign-in", "ok", f"accepted {who}, MQTT {options.protocol}")
    if probe.refused is not None:
        return judge.refusal(where, options, probe.refused)
    return judge.no_answer(where, options, closed=not probe.alive)


def _place(where: str, options: BrokerOptions, probe: Probe) -> Finding:
    """Tell whether two connections of our user stand side by side, as the server's do."""
    with Probe(options) as other:
        try:
            stands = other.connect() and not probe.until(lambda: not probe.alive, _PLACE_SECONDS)
        except OSError:
            stands = probe.alive
    return judge.place(where, stands=stands)


def _figures(where: str, options: BrokerOptions, probe: Probe) -> Finding:
    def uptime() -> str | None:
        found = (text for topic, text, _ in probe.messages if topic == "$SYS/broker/uptime")
        return next((text.decode("utf-8", "replace") for text in found), None)

    probe.until(lambda: uptime() is not None, _SYS_SECONDS)
    link = Link(state="connected", since=0.0, address=options.address)
    return judge.figures(where, uptime(), why_no_figures(link))


def _log(where: str, options: BrokerOptions, probe: Probe) -> Finding:
    with Probe(options) as other:  # somebody comes: that is worth a line
        other.connect()
    receives = probe.until(
        lambda: any(topic.startswith("$SYS/broker/log/") for topic, _, _ in probe.messages),
        _LOG_SECONDS,
    )
    return judge.log(where, receives)


def _messages(
    where: str, options: BrokerOptions, probe: Probe, *, burst: bool
) -> Iterator[Finding]:
    """Return messages to ourselves, below ``sightline/check/``; nothing is left behind."""
    base = f"sightline/check/{secrets.token_hex(4)}"
    topic = f"{base}/trip"
    probe.subscribe([(topic, 1)])
    took: dict[int, float | None] = {}
    for qos in (0, 1):
        began = time.monotonic()
        probe.publish(topic, b"%d" % qos, qos)
        back = probe.until(partial(probe.got, topic, b"%d" % qos), _TRIP_SECONDS)
        took[qos] = time.monotonic() - began if back else None
    yield judge.round_trip(where, topic, took)
    if None in took.values():
        yield Finding(where, "retained", "skip", "not tested: no message came back")
        return
    if options.profile.retains:
        yield _retained(where, options, probe, base)
    else:
        yield Finding(where, "retained", "skip", "not tested: nothing is retained there by us")
    if burst and options.profile is ANY:
        yield _queue(where, options, probe, base)
    yield judge.acl(where, everything=_may_all(probe))


def _retained(where: str, options: BrokerOptions, probe: Probe, base: str) -> Finding:
    topic, text = f"{base}/kept", b"kept"
    mid = probe.publish(topic, text, 1, True)
    probe.until(lambda: probe.acknowledged({mid}), _TRIP_SECONDS)
    came = {}
    for name in (topic, f"{base}/+"):
        with Probe(options) as reader:
            reader.connect()
            reader.subscribe([(name, 1)])
            came[name] = reader.until(partial(reader.got, topic, text), 1.0)
    mid = probe.publish(topic, b"", 1, True)
    probe.until(lambda: probe.acknowledged({mid}), _TRIP_SECONDS)
    return judge.retained(where, exact=came[topic], wildcard=came[f"{base}/+"])


def _queue(where: str, options: BrokerOptions, probe: Probe, base: str) -> Finding:
    """Find how much the broker keeps for a reader that acknowledges nothing.

    The broker holds what it has sent (max_inflight_messages) and what waits (max_queued_messages).
    The reader takes the rest when it is gone and comes again, as Sightline after a restart.
    """
    topic = f"{base}/burst"
    with Probe(options, acknowledges=False) as reader:
        reader.connect()
        reader.subscribe([(topic, 1)])
        mids = {probe.publish(topic, b"%d" % n, 1) for n in range(BURST)}
        # A broker that writes each change to its disk takes its time.
        probe.until(lambda: probe.acknowledged(mids), 30.0)
        came = reader.drain(BURST, 60.0)
    return judge.queue(where, BURST, came)


def _may_all(probe: Probe) -> bool:
    """Tell whether we may use a topic that is nobody's, which our ACL grants to nobody."""
    topic = f"nobody/{secrets.token_hex(4)}"
    if probe.subscribe([(topic, 0)]):
        return False
    probe.publish(topic, b"?", 0)
    return probe.until(lambda: probe.got(topic, b"?"), 0.7)


def _strangers(where: str, options: BrokerOptions) -> Iterator[Finding]:
    """Tell whether somebody without a password gets in."""
    if options.tls is not None and options.tls.cert:
        yield Finding(where, "anonymous", "skip", "not tested: our certificate signs us in")
        return
    try:
        with Probe(options, anonymous=True) as stranger:
            accepted = stranger.connect()
    except OSError:
        accepted = False
    yield judge.anonymous(where, options, accepted=accepted)
