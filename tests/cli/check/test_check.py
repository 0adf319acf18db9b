"""`sightline check` against set-ups that are right and wrong, for real."""

from __future__ import annotations

import datetime
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from broker import Broker, ShippedBroker, free_port
from sightline.cli.check import broker as steps
from sightline.cli.check import unfollowed_topics
from sightline.cli.main import main
from sightline_process import SightlineProcess


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(steps, "_SYS_SECONDS", 0.5)
    monkeypatch.setattr(steps, "_LOG_SECONDS", 0.5)
    monkeypatch.setattr(steps, "_TRIP_SECONDS", 0.5)
    monkeypatch.setattr(steps, "BURST", 1500)
    monkeypatch.setattr(unfollowed_topics, "_SECONDS", 0.3)


class Doctor:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys
        self.status = 0

    def looks(self, settings: str = "", *options: str) -> dict[str, dict[str, str]]:
        """What it found, by step."""
        config = self._folder / "sightline.toml"
        config.write_text(settings)
        self.status = main(["check", "--config", str(config), "--json", *options])
        said = json.loads(self._capsys.readouterr().out)
        assert said["ok"] == (self.status == 0)
        return {one.get("step", ""): one for one in said["findings"]}


@pytest.fixture
def doctor(tmp_path, capsys) -> Doctor:
    return Doctor(tmp_path, capsys)


def at(port: int, more: str = "", host: str = "127.0.0.1") -> str:
    return f'[broker.main]\nhost = "{host}"\nport = {port}\n{more}\n'


def levels(found: dict[str, dict[str, str]], *but: str) -> dict[str, str]:
    return {step: one["level"] for step, one in found.items() if step and step not in but}


def secret(folder: Path, password: str) -> str:
    (folder / "password").write_text(password)
    (folder / "password").chmod(0o600)
    return 'user = "sightline"\npassword_file = "password"'


def test_the_configuration_we_ship_is_found_right(doctor, tmp_path):
    with ShippedBroker({"sightline": "pw"}) as broker:
        found = doctor.looks(at(broker.port, secret(tmp_path, "pw")))
    assert set(levels(found).values()) == {"ok"}, found
    assert set(found) == {
        *("", "name", "tcp", "sign-in", "subscribe", "$SYS", "log", "round trip", "retained"),
        *("place", "queue", "acl", "anonymous", "phones"),
    }
    assert doctor.status == 0


def test_phones_on_topics_that_are_not_followed_are_found(doctor):
    with Broker() as broker:
        said = '{"_type":"location","lat":52.1,"lon":5.1,"tst":1795239000}'
        for topic in ("home/jane/phone", "owntracks/jane/phone"):
            subprocess.run(
                ["mosquitto_pub", "-p", str(broker.port), "-t", topic, "-m", said, "-r"],
                check=True,
                timeout=60,
            )
        found = doctor.looks(at(broker.port))["phones"]
        assert found["level"] == "warn"
        assert found["said"].endswith("home/jane/phone, which is not followed")
        assert found["todo"] == "add home/+/+ to friends.topics"
        topics = '[friends]\ntopics = ["owntracks/+/+", "home/+/+"]\n'
        assert doctor.looks(at(broker.port) + topics)["phones"]["level"] == "ok"


def test_an_open_broker_with_its_defaults_is_warned_of(doctor):
    with Broker() as broker:
        found = doctor.looks(at(broker.port))
    assert levels(found) == {
        "name": "ok",
        "tcp": "ok",
        "sign-in": "ok",
        "place": "ok",
        "subscribe": "ok",
        "$SYS": "ok",
        "log": "warn",
        "round trip": "ok",
        "retained": "ok",
        "queue": "warn",
        "acl": "warn",
        "anonymous": "warn",
        "phones": "ok",
    }
    assert "log_dest topic" in found["log"]["todo"]
    assert "max_queued_messages 100000" in found["queue"]["todo"]
    assert "1,020" in found["queue"]["said"]
    assert doctor.status == 0


def test_a_closed_port(doctor):
    found = doctor.looks(at(free_port()))
    assert levels(found) == {"name": "ok", "tcp": "fail"}
    assert "listener 1883" in found["tcp"]["todo"]
    assert doctor.status == 1


def test_a_name_nobody_knows(doctor):
    found = doctor.looks(at(1883, host="nowhere.invalid"))
    assert levels(found) == {"name": "fail"}


def test_a_wrong_password(doctor, tmp_path):
    with ShippedBroker({"sightline": "pw"}) as broker:
        found = doctor.looks(at(broker.port, secret(tmp_path, "wrong")))
    assert found["sign-in"]["level"] == "fail"
    assert "sightline mosquitto user add" in found["sign-in"]["todo"]


def test_nobody_without_a_password_is_let_in(doctor):
    with ShippedBroker({"sightline": "pw"}) as broker:
        found = doctor.looks(at(broker.port))
    assert "refuses clients without a user: not authorized" in found["sign-in"]["said"]


def test_an_acl_that_hides_the_figures(doctor, tmp_path):
    with ShippedBroker({"sightline": "pw"}) as broker:
        acl = broker.folder / "acl"
        acl.write_text(acl.read_text().replace("topic read $SYS/#\n", ""))
        broker.restart()
        found = doctor.looks(at(broker.port, secret(tmp_path, "pw")))
    assert (found["$SYS"]["level"], found["log"]["level"]) == ("warn", "warn")
    assert "topic read $SYS/#" in found["$SYS"]["todo"]


def test_an_acl_that_forbids_the_test_itself_is_no_failure(doctor, tmp_path):
    with ShippedBroker({"sightline": "pw"}) as broker:
        acl = broker.folder / "acl"
        acl.write_text(acl.read_text().replace("topic readwrite sightline/#\n", ""))
        broker.restart()
        found = doctor.looks(at(broker.port, secret(tmp_path, "pw")))
    assert (found["round trip"]["level"], found["retained"]["level"]) == ("warn", "skip")
    assert doctor.status == 0


def tls_broker(folder: Path, authority: trustme.CA, **certificate: Any) -> Broker:
    issued = authority.issue_cert("127.0.0.1", "localhost", **certificate)
    issued.private_key_pem.write_to_path(folder / "server.key")
    (folder / "server.pem").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return Broker(
        f"cafile {folder / 'ca.pem'}",
        f"certfile {folder / 'server.pem'}",
        f"keyfile {folder / 'server.key'}",
    )


TLS = 'tls = true\ntls_ca = "ca.pem"'


def days(number: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=number)


def test_tls_and_how_long_the_certificate_lasts(doctor, tmp_path):
    with tls_broker(tmp_path, trustme.CA(), not_after=days(10)) as broker:
        found = doctor.looks(at(broker.port, TLS), "--no-burst")
    assert (found["tls"]["level"], found["certificate"]["level"]) == ("ok", "warn")
    assert found["round trip"]["level"] == "ok"


@pytest.mark.parametrize(
    ("what", "said"),
    [("ca", "not trusted"), ("expired", "has expired"), ("host", "is not for localhost")],
)
def test_a_certificate_that_is_not_right(doctor, tmp_path, what, said):
    authority = trustme.CA()
    more = {"not_before": days(-9), "not_after": days(-1)} if what == "expired" else {}
    with tls_broker(tmp_path, authority, **more) as broker:
        if what == "ca":
            trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
        if what == "host":
            issued = authority.issue_cert("elsewhere.example")
            issued.private_key_pem.write_to_path(tmp_path / "server.key")
            issued.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
            broker.restart()
        found = doctor.looks(
            at(broker.port, TLS, host="localhost" if what == "host" else "127.0.0.1")
        )
    assert found["tls"]["level"] == "fail"
    assert said in found["tls"]["said"]
    assert "sign-in" not in found


def test_tls_where_there_is_none(doctor, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    with Broker() as broker:
        found = doctor.looks(at(broker.port, TLS))
    assert "does not speak TLS" in found["tls"]["said"]


@contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """Somebody on a port who gives each connection the next of these answers, then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with closing(connection):
                    connection.settimeout(5)
                    if answer:
                        connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]


def http(status: str, body: bytes = b"") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def test_a_port_where_something_else_speaks(doctor):
    with answering(b"", b"SSH-2.0-x\r\n") as port:
        found = doctor.looks(at(port))
    assert found["sign-in"]["level"] == "fail"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("426 Upgrade Required", "not passed on"),
        ("200 OK", "not passed on"),
        ("400 Bad Request", "not passed on"),
        ("404 Not Found", "there is no /ws"),
        ("403 Forbidden", "refuses pages of this address"),
    ],
)
def test_a_proxy_that_does_not_upgrade(doctor, status, said):
    with answering(b"", http("200 OK"), http(status)) as port:
        found = doctor.looks("", "--url", f"http://127.0.0.1:{port}")
    assert found["page"]["level"] == "ok"
    assert found["websocket"]["level"] == "fail"
    assert said in found["websocket"]["said"]
    assert found["websocket"]["todo"]


def test_a_proxy_that_reaches_nobody(doctor):
    with answering(b"", http("502 Bad Gateway"), http("502 Bad Gateway")) as port:
        found = doctor.looks("", "--url", f"http://127.0.0.1:{port}")
    assert "does not reach Sightline" in found["page"]["todo"]


def test_a_running_server_is_found_right_and_the_private_broker_too(doctor):
    with SightlineProcess() as sightline:
        found = doctor.looks("", "--url", sightline.url, "--frontend", sightline.url)
    right = {"private": "ok", "page": "ok", "websocket": "ok", "api": "ok", "ws/last": "ok"}
    assert levels(found) == right
    assert doctor.status == 0


@pytest.mark.parametrize(
    ("version", "upgrade", "api", "socket", "todo"),
    [
        (http("200 OK", b'{"version":"1.0.1"}'), "101 x", "ok", "ok", ""),
        (http("401 Unauthorized"), "401 Unauthorized", "ok", "ok", ""),
        (http("401 Unauthorized"), "403 Forbidden", "ok", "fail", "set server.origins"),
        (http("404 Not Found"), "404 Not Found", "fail", "fail", "pass /ws/ on to Sightline"),
        (http("200 OK", b"<html>"), "200 OK", "fail", "fail", "pass /ws/ on to Sightline"),
    ],
)
def test_a_frontend_with_an_address_of_its_own(doctor, version, upgrade, api, socket, todo):
    with answering(version, http(upgrade)) as port:
        found = doctor.looks("", "--frontend", f"http://127.0.0.1:{port}")
    assert (found["api"]["level"], found["ws/last"]["level"]) == (api, socket)
    assert todo in found["ws/last"].get("todo", "")
    if "server.origins" in todo:
        assert f'["http://127.0.0.1:{port}"]' in found["ws/last"]["todo"]


def test_settings_that_cannot_be_used_are_an_error_of_their_own(tmp_path, capsys):
    config = tmp_path / "sightline.toml"
    config.write_text("[brocker.main]")
    assert main(["check", "--config", str(config)]) == 2
    assert "brocker" in capsys.readouterr().err
    assert main(["check", "--broker", "host:port"]) == 2


def test_for_people_each_step_is_a_line_and_what_to_do_another(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--broker", f"127.0.0.1:{free_port()}"]) == 1
    said = capsys.readouterr().out
    assert "FAIL   --broker tcp" in said
    assert "-> is mosquitto running" in said


@pytest.mark.parametrize("protocol", ["3.1", "3.1.1", "5"])
def test_every_protocol_is_checked_alike(doctor, tmp_path, protocol):
    with ShippedBroker({"sightline": "pw"}) as broker:
        settings = at(broker.port, f'protocol = "{protocol}"\n' + secret(tmp_path, "pw"))
        found = doctor.looks(settings, "--no-burst")
    assert set(levels(found).values()) == {"ok"}, found


def test_over_websockets_too(doctor, tmp_path):
    with ShippedBroker({"sightline": "pw"}) as broker:
        settings = at(broker.websockets, 'transport = "websockets"\n' + secret(tmp_path, "pw"))
        found = doctor.looks(settings, "--no-burst")
    assert set(levels(found).values()) == {"ok"}, found


def test_the_listener_for_robots_that_we_ship_is_found_right(doctor, tmp_path):
    with ShippedBroker({"sightline": "pw"}, robots=True) as broker:
        settings = at(broker.port, secret(tmp_path, "pw"))
        robots = f'[probots]\nlisten = "lo"\nport = {broker.robots_port}\n'
        found = doctor.looks(settings + robots, "--no-burst")
        assert found["listener"]["level"] == "ok"
        assert f"127.0.0.1:{broker.robots_port}" in found["listener"]["said"]
        assert found["place"]["level"] == "ok"
        # The other listener asks for a password, as every broker did that we shipped before.
        found = doctor.looks(settings + robots.replace(str(broker.robots_port), str(broker.port)))
        assert doctor.status == 1
        assert "refused" in found["listener"]["said"]
        assert "robots.conf" in found["listener"]["todo"]


def test_a_listener_for_robots_that_allows_everything_fails(doctor):
    with Broker() as broker:
        robots = f'[probots]\nlisten = "127.0.0.1"\nport = {broker.port}\n'
        found = doctor.looks(at(broker.port) + robots, "--no-burst")
    assert found["listener"]["level"] == "fail"
    assert "write other topics and read other topics" in found["listener"]["said"]


@pytest.mark.parametrize(
    ("listen", "step", "said"),
    [("wlan99", "interface", "not there"), ("127.0.0.1", "listener", "nothing listens")],
)
def test_a_listener_for_robots_that_is_not_there_fails(doctor, listen, step, said):
    robots = f'[probots]\nlisten = "{listen}"\nport = {free_port()}\n'
    found = doctor.looks(robots)
    assert found[step]["level"] == "fail"
    assert said in found[step]["said"]


def test_a_broker_that_gives_all_our_connections_one_id_fails(doctor, tmp_path):
    password = secret(tmp_path, "pw")
    with ShippedBroker({"sightline": "pw"}) as before:
        lines = ("allow_anonymous false", f"password_file {before.folder}/passwd")
        with Broker(*lines, "use_username_as_clientid true") as broker:
            found = doctor.looks(at(broker.port, password))
    assert found["place"]["level"] == "fail"
    assert "use_username_as_clientid" in found["place"]["todo"]
