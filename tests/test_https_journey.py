"""HTTPS, end to end and for real: one server, its certificate changing under open connections.

Covers web/https_redirect.py.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from OpenSSL import SSL
from twisted.internet.threads import deferToThread

from broker import free_port
from browser import Browser
from certificates import Authority, replace
from sightline.cli.main import main
from sightline_process import SightlineProcess
from waits import wait_until

AUTHORITY = Authority()
SERVER = "server/sightline"
DEADLINE = 60.0


class Scene:
    """A server with HTTPS on ``port`` and plain HTTP on ``plain``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plain = free_port()
        self.webroot = folder / "acme"
        (self.webroot / ".well-known" / "acme-challenge").mkdir(parents=True)
        AUTHORITY.issue(folder, days=80)
        self.process = SightlineProcess(
            f"""
            [https]
            certificate = "{folder}/cert.pem"
            key = "{folder}/key.pem"
            redirect = "tcp:{self.plain}:interface=127.0.0.1"
            acme_webroot = "{self.webroot}"
            """
        )

    @property
    def port(self) -> int:
        return self.process.port

    def serial(self) -> str:
        """Of the certificate that a new handshake gets."""
        with self.shakes() as secured:
            found: Any = secured.getpeercert()
        return str(found["serialNumber"])

    def shakes(self, **versions: ssl.TLSVersion) -> ssl.SSLSocket:
        context = ssl.create_default_context(cadata=AUTHORITY.pem.decode())
        for name, version in versions.items():
            setattr(context, name, version)
        plain = socket.create_connection(("127.0.0.1", self.port), DEADLINE)
        return context.wrap_socket(plain, server_hostname="127.0.0.1")

    def get(
        self, path: str, *, plain: bool = False, method: str = "GET", **headers: str
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=DEADLINE)
        if not plain:
            connection = http.client.HTTPSConnection(
                "127.0.0.1",
                self.port,
                timeout=DEADLINE,
                context=ssl.create_default_context(cadata=AUTHORITY.pem.decode()),
            )
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        answer.data = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def until(self, fact: Callable[[], Any], name: str) -> Any:
        return wait_until(fact, lambda: f"{name}\n{self.process.logged[-2000:]}")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    scene = Scene(tmp_path_factory.mktemp("https"))
    with scene.process:
        yield scene


@pytest_twisted.ensureDeferred
async def test_a_new_certificate_is_for_new_handshakes_while_an_open_page_stays(scene):
    browser = await Browser(scene.port, AUTHORITY.pem).enters()
    before = await deferToThread(scene.serial)
    ends = browser.picture.things[SERVER]["https"]["expires"]
    AUTHORITY.issue(scene.folder, days=85)
    await browser.sees(lambda things: things[SERVER]["https"]["expires"] > ends, "the new one")
    assert await deferToThread(scene.serial) != before
    assert (await browser.asks("ping"))["ok"]
    assert browser.closed is None
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_bad_file_keeps_the_old_certificate_and_every_page_says_so(scene):
    browser = await Browser(scene.port, AUTHORITY.pem).enters()
    before = await deferToThread(scene.serial)
    good = (scene.folder / "cert.pem").read_bytes()
    replace(scene.folder / "cert.pem", good[:300])
    await browser.sees(lambda things: "fault" in things[SERVER]["https"], "the fault")
    assert browser.picture.things[SERVER]["https"]["fault"] == (
        "the certificate's file ends in the middle"
    )
    assert await deferToThread(scene.serial) == before
    figures = (await deferToThread(scene.get, "/metrics")).data.decode()
    assert "sightline_certificate_fault 1.0" in figures
    replace(scene.folder / "cert.pem", good)
    await browser.sees(lambda things: "fault" not in things[SERVER]["https"], "all well again")
    assert await deferToThread(scene.serial) == before
    await browser.leaves()


def test_the_page_comes_over_https_and_wants_to_stay_there(scene):
    answer = scene.get("/")
    assert answer.status == 200
    assert answer.getheader("strict-transport-security") == "max-age=31536000"
    figures = scene.get("/metrics").data.decode()
    line = next(
        line
        for line in figures.splitlines()
        if line.startswith("sightline_certificate_expires_timestamp_seconds ")
    )
    assert 79 < (float(line.split()[1]) - time.time()) / 86_400 < 86


def test_nothing_older_than_tls_1_2_is_spoken(scene):
    with scene.shakes(maximum_version=ssl.TLSVersion.TLSv1_2) as secured:
        assert secured.version() == "TLSv1.2"
        cipher: Any = secured.cipher()
        assert "GCM" in cipher[0] or "CHACHA20" in cipher[0]
    with scene.shakes() as secured:
        assert secured.version() == "TLSv1.3"
    old = SSL.Context(SSL.TLS_CLIENT_METHOD)
    old.set_min_proto_version(SSL.TLS1_VERSION)
    old.set_max_proto_version(SSL.TLS1_1_VERSION)
    old.set_cipher_list(b"ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", scene.port), DEADLINE) as plain:
        plain.setblocking(True)
        client = SSL.Connection(old, plain)
        client.set_connect_state()
        with pytest.raises(SSL.Error) as refused:
            client.do_handshake()
    assert "protocol version" in str(refused.value)


@pytest.mark.parametrize("path", ["/", "/index.html?a=b", "//evil.example/x", "/assets/none.js"])
def test_plain_http_leads_pages_to_https(scene, path):
    answer = scene.get(path, plain=True)
    assert answer.status == 301
    assert answer.getheader("location") == f"https://127.0.0.1:{scene.port}{path}"
    assert answer.getheader("strict-transport-security") is None


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/api/1/session", "GET", {}),
        ("/api/1/session", "POST", {}),
        ("/metrics", "GET", {"Authorization": "Bearer sl_x_y"}),
        ("/ws", "GET", {}),
        ("/", "GET", {"Upgrade": "websocket", "Connection": "Upgrade"}),
        ("/", "POST", {}),
    ],
)
def test_plain_http_refuses_what_would_carry_a_secret(scene, path, method, headers):
    answer = scene.get(path, plain=True, method=method, **headers)
    assert answer.status == 403
    assert answer.getheader("location") is None


@pytest.mark.parametrize("host", ["", "a b", "x/y", "x@y", "[::1"])
def test_plain_http_leads_nowhere_when_the_host_is_none(scene, host):
    answer = scene.get("/", plain=True, Host=host)
    assert answer.status == 400


def test_certbots_answers_are_served_and_nothing_else_of_its_folder(scene):
    challenges = scene.webroot / ".well-known" / "acme-challenge"
    (challenges / "to-ken_1").write_text("to-ken_1.thumb")
    (challenges / "link").symlink_to(scene.folder / "key.pem")
    (challenges / "folder").mkdir()
    (challenges / "huge").write_bytes(bytes(5000))
    answer = scene.get("/.well-known/acme-challenge/to-ken_1", plain=True)
    assert (answer.status, answer.data) == (200, b"to-ken_1.thumb")
    for name in ("none", "link", "folder", "huge", "../acme-challenge/to-ken_1", "%2e%2e", ""):
        refused = scene.get(f"/.well-known/acme-challenge/{name}", plain=True)
        assert (name, refused.status) == (name, 404)


def test_the_log_names_the_certificate_and_no_browser(scene):
    assert "Sightline is at https://127.0.0.1" in scene.process.logged
    assert "New connections get the certificate for" in scene.process.logged
    assert "Timing out" not in scene.process.logged


def checked(
    scene: Scene, capsys: pytest.CaptureFixture[str], settings: str
) -> dict[str, tuple[str, str]]:
    config = scene.folder / "check.toml"
    config.write_text(settings)
    main(["check", "--config", str(config), "--json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    return {one["step"]: (one["level"], one["said"]) for one in found if one["where"] == "https"}


def test_the_check_finds_it_right(scene, capsys):
    settings = (scene.process.folder / "sightline.toml").read_text()
    found = checked(scene, capsys, settings)
    assert {step: level for step, (level, _) in found.items()} == {
        "files": "ok",
        "certificate": "ok",
        "redirect": "ok",
    }


def test_the_check_says_what_is_wrong(scene, capsys, tmp_path):
    AUTHORITY.issue(tmp_path, days=10)
    text = f"""
        [server]
        public_url = "https://map.example.org"
        [https]
        certificate = "{tmp_path}/cert.pem"
        key = "{tmp_path}/key.pem"
        redirect = "tcp:{free_port()}"
    """
    found = checked(scene, capsys, text)
    assert found["certificate"] == ("warn", "our certificate is valid for 10 more days")
    assert found["name"][0] == "fail"
    assert "is not for map.example.org" in found["name"][1]
    assert found["redirect"][0] == "warn"
    replace(tmp_path / "key.pem", (scene.folder / "key.pem").read_bytes())
    found = checked(scene, capsys, text)
    assert found["files"] == ("fail", "the key does not belong to the certificate")
