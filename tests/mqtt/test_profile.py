"""AWS IoT's profile, against a mosquitto as strict: certificates, an ACL, nothing retained."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
import trustme

from broker import Broker
from mqtt.scene import Scene
from sightline.cli.check.broker import check
from sightline.mqtt.options import BrokerOptions, TlsOptions
from sightline.mqtt.profile import ANY, AWS
from sightline.settings import BadSettings, load
from sightline.wiring.options import broker_options, no_driving

ACL = "user sightline\n" + "".join(
    f"topic readwrite {name}/#\n" for name in ("owntracks", "test", "sightline")
)


class Papers:
    """Certificates of a small authority."""

    def __init__(self, folder: Path) -> None:
        self.ca = trustme.CA()
        self.folder = folder
        self.ca.cert_pem.write_to_path(str(folder / "ca.pem"))
        self.server = self.issue("server", self.ca.issue_cert("localhost"))
        self.ours = self.issue("ours", self.ca.issue_cert("us@x", common_name="sightline"))
        stranger = trustme.CA()
        self.foreign = self.issue("foreign", stranger.issue_cert("x@x", common_name="sightline"))

    def issue(self, name: str, made: Any) -> tuple[str, str]:
        cert, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        cert.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        made.private_key_pem.write_to_path(str(key))
        key.chmod(0o600)
        return str(cert), str(key)

    def tls(self, pair: tuple[str, str] | None, **more: Any) -> TlsOptions:
        cert, key = pair or (None, None)
        return TlsOptions(ca=str(self.folder / "ca.pem"), cert=cert, key=key, **more)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return Papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def strict(papers: Papers) -> Iterator[Broker]:
    acl = papers.folder / "acl"
    acl.write_text(ACL)
    acl.chmod(0o600)
    with Broker(
        "allow_anonymous false",
        f"cafile {papers.folder}/ca.pem",
        f"certfile {papers.server[0]}",
        f"keyfile {papers.server[1]}",
        "require_certificate true",
        "use_identity_as_username true",
        f"acl_file {acl}",
        "retain_available false",
        "max_qos 1",
        "max_packet_size 140000",
    ) as broker:
        yield broker


@pytest.fixture
def scene(strict: Broker) -> Iterator[Scene]:
    made = Scene()
    yield made
    for bridge in made.bridges:
        pytest_twisted.blockon(bridge.stopService())


FILTERS = ("owntracks/+/+", "owntracks/+/+/+", "$SYS/#", "$SYS/broker/log/#")


@pytest_twisted.ensureDeferred
async def test_with_its_certificate_it_connects_and_subscribes_what_there_is(scene, strict, papers):
    options = {"host": "localhost", "port": strict.port, "client_id": "one", "keepalive": 30}
    bridge = scene.bridge(*FILTERS, qos=1, tls=papers.tls(papers.ours), profile=AWS, **options)
    await scene.connected()
    assert scene.links[-1].why is None  # $SYS was not even asked for
    bridge.publish("owntracks/jane/phone", b"{}", qos=1)
    await scene.until(lambda: scene.arrivals)
    bridge.subscribe([("$SYS/broker/uptime", 0), ("a/" * 8 + "b", 0)])
    assert bridge.rejected == {"$SYS/broker/uptime", "a/a/a/a/a/a/a/a/b"}
    assert "no $SYS" in scene.links[-1].why
    bridge.subscribe([(f"test/{n}", 1) for n in range(60)])
    assert bridge.rejected_subscriptions == 2 + 60 - 48
    bridge.unsubscribe([f"test/{n}" for n in range(60)])
    bridge.unsubscribe(["$SYS/broker/uptime", "a/a/a/a/a/a/a/a/b"])
    assert bridge.rejected == set()
    for topic, payload, retain, word in (
        ("owntracks/jane/phone", b"", True, "retained"),
        ("test/x", b"x" * 131_073, False, "131072 bytes"),
        ("a/b/c/d/e/f/g/h/i", b"", False, "7 slashes"),
        ("t" * 257, b"", False, "256 bytes"),
        ("$aws/things", b"", False, r"\$"),
    ):
        with pytest.raises(ValueError, match=word):
            bridge.publish(topic, payload, retain=retain)
    bridge.publish("test/a/b/c/d/e/f/g", b"x" * 131_072, qos=1)
    scene.arrivals.clear()
    bridge.publish("owntracks/jane/phone", b"{}", qos=1)
    await scene.until(lambda: scene.arrivals)
    assert scene.links[-1].state == "connected"  # through all of this


@pytest_twisted.ensureDeferred
async def test_without_the_profile_such_a_broker_ends_the_connection(scene, strict, papers):
    # Which is what the profile is for: the test above would not mean anything without this one.
    options = {"host": "localhost", "port": strict.port, "client_id": "two", "keepalive": 30}
    bridge = scene.bridge("owntracks/+/+", qos=1, tls=papers.tls(papers.ours), **options)
    await scene.connected()
    scene.links.clear()
    bridge.publish("owntracks/jane/phone", b"", qos=1, retain=True)
    await scene.lost()


@pytest.mark.parametrize("which", ["none", "foreign"])
@pytest_twisted.ensureDeferred
async def test_without_the_right_certificate_it_says_what_is_wrong(scene, strict, papers, which):
    pair = papers.foreign if which == "foreign" else None
    options = {"host": "localhost", "port": strict.port, "client_id": "three", "keepalive": 30}
    scene.bridge("owntracks/+/+", tls=papers.tls(pair), profile=AWS, **options)
    link = await scene.lost()
    assert link.why is not None
    assert "certificate" in link.why or "TLS" in link.why, link.why


@pytest_twisted.ensureDeferred
async def test_it_says_by_which_name_and_for_which_protocol_it_comes(scene, papers):
    """SNI and ALPN, as AWS IoT finds by them the account and, on port 443, MQTT."""
    seen: list[tuple[str | None, str | None]] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*papers.server)
    context.load_verify_locations(str(papers.folder / "ca.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["http/1.1", "x-amzn-mqtt-ca"])
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        plain, _ = listener.accept()
        with context.wrap_socket(plain, server_side=True) as wrapped:
            wrapped.settimeout(60)
            assert wrapped.recv(4)[0] >> 4 == 1  # CONNECT
            seen.append((names[-1], wrapped.selected_alpn_protocol()))

    server = threading.Thread(target=serve)
    server.start()
    tls = papers.tls(papers.ours, alpn=("x-amzn-mqtt-ca",))
    port = listener.getsockname()[1]
    scene.bridge(
        "a",
        host="localhost",
        port=port,
        tls=tls,
        profile=AWS,
        reconnect_min=30.0,
        reconnect_max=30.0,
    )
    await scene.until(lambda: seen)
    server.join(60)
    listener.close()
    assert seen == [("localhost", "x-amzn-mqtt-ca")]


def test_the_doctor_does_nothing_there_that_would_end_the_connection(strict, papers):
    options = BrokerOptions(
        host="localhost",
        port=strict.port,
        client_id="five",
        tls=papers.tls(papers.ours),
        profile=AWS,
    )
    wanted = [(name, 1) for name in FILTERS]
    found = {each.step: each for each in check("broker.aws", options, wanted)}
    assert [each for each in found.values() if each.level == "fail"] == []
    assert found["$SYS"].level == "skip"
    assert found["retained"].level == "skip"
    assert found["subscribe"].level == "ok"


# -- the settings


@pytest.fixture
def settled(tmp_path: Path, papers: Papers) -> Any:
    cert, key = papers.ours

    def settled(*lines: str, host: str = "abc-ats.iot.eu-west-1.amazonaws.com") -> Any:
        given = {
            "host": f'"{host}"',
            "profile": '"aws"',
            "tls_cert": f'"{cert}"',
            "tls_key": f'"{key}"',
        }
        for line in lines:
            name, _, value = line.partition(" = ")
            given[name] = value
        text = "\n".join(f"{name} = {value}" for name, value in given.items() if value)
        path = tmp_path / "aws.toml"
        path.write_text(f"[broker.aws]\n{text}\n")
        return load(path, {}).broker["aws"]

    return settled


def test_the_profile_fills_in_what_aws_needs(settled):
    broker = settled()
    assert (broker.port, broker.tls, broker.keepalive) == (8883, True, 30)
    assert broker.tls_alpn == ()
    assert settled("port = 443").tls_alpn == ("x-amzn-mqtt-ca",)
    assert settled("keepalive = 60").keepalive == 60
    options = broker_options("aws", broker)
    assert options.profile is AWS
    assert options.qos == 1
    assert "AWS IoT" in no_driving("aws", settled(host="mqtt.example.org"))


def test_other_brokers_have_no_profile(settled):
    broker = settled('profile = ""', "tls = true", host="mqtt.example.org")
    assert broker.keepalive == 5
    assert broker_options("aws", broker).profile is ANY


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tls = false", "TLS only"),
        ("tls_insecure = true", "tls_insecure"),
        ('host = "10.0.0.1"', "must be a name"),
        ('user = "me"', "by our certificate"),
        ('transport = "websockets"', '"tcp" only'),
        ('protocol = "3.1"', '"3.1.1" and "5"'),
        ("keepalive = 29", "30 to 1200"),
        ("keepalive = 1201", "30 to 1200"),
        ('tls_alpn = ["x-amzn-mqtt-ca"]', "port 443 only"),
        (f'client_id = "{"x" * 129}"', "128 bytes"),
        ("reconnect_min = 0.5", "one attempt in a second"),
    ],
)
def test_what_aws_would_refuse_without_a_word_is_refused_with_one(settled, line, words):
    with pytest.raises(BadSettings, match=r"broker\.aws") as refusal:
        settled(line)
    assert words in str(refusal.value)


def test_port_443_needs_its_protocol_and_every_port_a_certificate(settled):
    with pytest.raises(BadSettings, match="port 443 needs"):
        settled("port = 443", 'tls_alpn = ["http/1.1"]')
    with pytest.raises(BadSettings, match="tls_cert: is missing"):
        settled("tls_cert = ", "tls_key = ")
