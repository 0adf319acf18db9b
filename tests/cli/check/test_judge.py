"""The doctor's words: each trouble is named, and what to do about it is said."""

from __future__ import annotations

import json
import socket
import ssl

import pytest

from sightline.cli.check import judge
from sightline.cli.check.findings import Finding, as_json, as_text, verdict
from sightline.mqtt.options import BrokerOptions, TlsOptions
from sightline.mqtt.reasons import CannotConnect

PLAIN = BrokerOptions(host="broker.example")
HERE = BrokerOptions(host="localhost", user="jane", password="x")
TLS = BrokerOptions(host="broker.example", tls=TlsOptions())


def untrusted(code: int, message: str = "unable to get local issuer certificate"):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


@pytest.mark.parametrize(
    ("found", "level", "said", "todo"),
    [
        (
            judge.no_name("b", "x", socket.gaierror(socket.EAI_AGAIN, "")),
            "fail",
            "not found",
            "no name server",
        ),
        (
            judge.no_name("b", "x", socket.gaierror(socket.EAI_NONAME, "")),
            "fail",
            "not found",
            "b.host",
        ),
        (judge.no_tcp("b", "x:1", TimeoutError()), "fail", "no answer", "firewall"),
        (
            judge.no_tcp("b", "x:1", ConnectionRefusedError()),
            "fail",
            "nothing listens",
            "mosquitto",
        ),
        (judge.no_tcp("b", "x:1", OSError(101, "Network is unreachable")), "fail", "unreach", ""),
        (judge.no_tls("b", "x", untrusted(10), None), "fail", "has expired", "renew"),
        (judge.no_tls("b", "x", untrusted(9), None), "fail", "not valid yet", "clock"),
        (judge.no_tls("b", "x", untrusted(62), None), "fail", "is not for x", "name the host"),
        (judge.no_tls("b", "x", untrusted(20), None), "fail", "not trusted", "public authority"),
        (judge.no_tls("b", "x", untrusted(20), "ca.pem"), "fail", "not trusted", "ca.pem"),
        (judge.no_tls("b", "x", CannotConnect("k is bad"), None), "fail", "k is bad", "file"),
        (judge.no_tls("b", "x", ssl.SSLError(1, "ALERT"), None), "fail", "no TLS", "certificate"),
        (judge.expiry("b", "certificate", "its", 100), "ok", "100 more days", ""),
        (judge.expiry("b", "certificate", "its", 20), "warn", "20 more days", "renew"),
        (judge.expiry("b", "certificate", "its", 3), "fail", "3 more days", "renew"),
        (judge.expiry("b", "certificate", "its", -3), "fail", "has expired", "renew"),
        (judge.refusal("b", HERE, "Not authorized"), "fail", "jane", "user add"),
        (judge.refusal("b", PLAIN, "Unsupported protocol version"), "fail", "speak", '"3.1"'),
        (judge.refusal("b", PLAIN, "Client identifier not valid"), "fail", "client id", "23"),
        (judge.refusal("b", PLAIN, "Server busy"), "fail", "server busy", "log"),
        (judge.no_answer("b", TLS, closed=True), "fail", "closed", "client certificate"),
        (judge.no_answer("b", PLAIN, closed=True), "fail", "closed", "tls = true"),
        (judge.no_answer("b", PLAIN, closed=False), "fail", "no sensible answer", "websockets"),
        (judge.subscribed("b", []), "ok", "granted", ""),
        (judge.subscribed("b", ["a/#"]), "fail", "a/#", "acl"),
        (judge.figures("b", "9 seconds", ()), "ok", "9 seconds", ""),
        (judge.figures("b", None, ("one", "two")), "warn", "nothing", "one; or two"),
        (judge.log("b", False), "warn", "no log", "log_dest topic"),
        (judge.round_trip("b", "t", {0: 0.001, 1: 0.002}), "ok", "QoS 1 2.0 ms", ""),
        (judge.round_trip("b", "t", {0: 0.9, 1: 0.9}), "warn", "900", "too slow"),
        (judge.round_trip("b", "t", {0: None, 1: 0.9}), "warn", "QoS 0", "ACL"),
        (judge.retained("b", exact=True, wildcard=True), "ok", "kept", ""),
        (judge.retained("b", exact=True, wildcard=False), "warn", "wildcard", "AWS"),
        (judge.retained("b", exact=False, wildcard=False), "warn", "not kept", "retain_available"),
        (judge.queue("b", 10, 10), "ok", "whole", ""),
        (judge.queue("b", 3000, 1020), "warn", "1,020", "max_queued_messages"),
        (judge.anonymous("b", HERE, accepted=False), "ok", "nobody", ""),
        (judge.anonymous("b", HERE, accepted=True), "warn", "this machine", "allow_anonymous"),
        (judge.anonymous("b", PLAIN, accepted=True), "fail", "anybody", "allow_anonymous"),
        (judge.acl("b", everything=True), "warn", "any topic", "acl_file"),
        (judge.page("u", 200), "ok", "answers", ""),
        (judge.page("u", 502), "fail", "502", "does not reach"),
        (judge.page("u", 301), "fail", "301", "public_url"),
        (judge.page("u", 404), "fail", "404", "proxy"),
        (judge.upgrade("u", 101, hello=True), "ok", "speaks", ""),
        (judge.upgrade("u", 101), "fail", "silent", "buffering"),
        (judge.upgrade("u", 401), "ok", "sign-in", ""),
        (judge.upgrade("u", None), "fail", "no answer", "Upgrade"),
        (judge.upgrade("u", 426), "fail", "426", "Upgrade"),
    ],
)
def test_each_trouble_is_named_with_what_to_do(found, level, said, todo):
    assert found.level == level
    assert said in found.said
    assert bool(found.todo) == (level != "ok")
    assert todo in found.todo


def test_only_failures_make_a_failure():
    ok, warn, fail = (Finding("b", "s", level, "x") for level in ("ok", "warn", "fail"))
    assert (verdict([ok, warn]), verdict([ok, fail])) == (0, 1)
    assert json.loads(as_json([ok, fail]))["ok"] is False


def test_a_finding_reads_well():
    said = as_text(Finding("broker.main", "tcp", "fail", "nothing listens", "start it"))
    assert said.splitlines()[0] == "FAIL   broker.main tcp       nothing listens"
    assert said.splitlines()[1].endswith("-> start it")
