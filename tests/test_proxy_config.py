"""config/proxy, with a real nginx and a real Caddy where they are installed."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from broker import free_port
from browser import Browser
from certificates import Authority
from sightline.cli.check import frontend as owntracks_frontend
from sightline.cli.check import public
from sightline_process import SightlineProcess
from waits import DEADLINE, until, wait_until

CONFIG = Path(__file__).parents[1] / "config" / "proxy"
AUTHORITY = Authority()
LIAR = "203.0.113.9"


def program(name: str) -> str:
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


ONE_NGINX = {"server 127.0.0.1:8080": "server {}"}
SEVERAL_NGINX = {"server 10.0.0.11:8080": "server {}", "server 10.0.0.12:8080": "server {}"}
ONE_CADDY = {"unix//run/sightline/http.sock {": "unix/{} {{"}
SEVERAL_CADDY = {"10.0.0.11:8080 10.0.0.12:8080 {": "{} {} {{"}


def behind(places: dict[str, str], servers: Sequence[str]) -> list[tuple[str, str]]:
    """What stands in the file for the servers, and these in its place."""
    left = iter(servers)
    return [
        (shipped, here.format(*itertools.islice(left, here.count("{}"))))
        for shipped, here in places.items()
    ]


def frontend(folder: Path, name: str, place: str) -> Path:
    """What we ship for a Frontend beside us, with some files in its place."""
    files = folder / "www" / "owntracks"
    (files / "config").mkdir(parents=True, exist_ok=True)
    (files / "index.html").write_text("<title>a Frontend</title>")
    shutil.copy(CONFIG / "owntracks-frontend.js", files / "config" / "config.js")
    text = (CONFIG / name).read_text()
    assert place in text
    (folder / name).write_text(text.replace(place, place.replace("/var/www", f"{folder}/www")))
    return folder / name


# As the Frontend's own container has it: another name than the one in the browser.
CONTAINER = """
upstream otrecorder {{
    server {server};
}}
server {{
    listen 127.0.0.1:{port};
    location /api/ {{
        proxy_pass http://otrecorder/api/;
    }}
    location /ws/ {{
        proxy_pass http://otrecorder/ws/;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
    }}
}}
"""


def nginx(folder: Path, port: int, *servers: str, more: str = "") -> list[str]:
    several = len(servers) > 1
    text = (CONFIG / ("nginx-several.conf" if several else "nginx.conf")).read_text()
    for shipped, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80", f"listen 127.0.0.1:{free_port()}"),
        ("/etc/letsencrypt/live/map.example.org/fullchain.pem", f"{folder}/cert.pem"),
        ("/etc/letsencrypt/live/map.example.org/privkey.pem", f"{folder}/key.pem"),
        *behind(SEVERAL_NGINX if several else ONE_NGINX, servers),
        ("map.example.org", "127.0.0.1"),
        (
            "# include /etc/nginx/snippets/owntracks-frontend.conf",
            f"include {frontend(folder, 'nginx-frontend.conf', '/var/www;')}",
        ),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    text += more
    text = "\n".join(line for line in text.splitlines() if "listen [::]" not in line)
    temporary = "".join(
        f"{what}_temp_path {folder}/{what};\n"
        for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/pid;\nerror_log stderr;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}\n}}\n"
    )
    return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, *servers: str) -> list[str]:
    several = len(servers) > 1
    text = (CONFIG / ("Caddyfile-several" if several else "Caddyfile")).read_text()
    for shipped, here in (
        (
            "map.example.org {",
            f"https://127.0.0.1:{port} {{\n\ttls {folder}/cert.pem {folder}/key.pem",
        ),
        *behind(SEVERAL_CADDY if several else ONE_CADDY, servers),
        (
            "# import /etc/caddy/owntracks-frontend",
            f"import {frontend(folder, 'Caddyfile-frontend', '/var/www/owntracks')}",
        ),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    head = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
    (folder / "Caddyfile").write_text(head + text)
    return [
        program("caddy"),
        "run",
        "--config",
        str(folder / "Caddyfile"),
        "--adapter",
        "caddyfile",
    ]


@contextlib.contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | {"HOME": str(folder)}
        )
    try:

        def answers() -> bool:
            assert process.poll() is None, (folder / "proxy.log").read_text()
            with contextlib.suppress(OSError), contextlib.closing(shakes(port)):
                return True
            return False

        wait_until(answers, lambda: (folder / "proxy.log").read_text())
        yield
    finally:
        process.terminate()
        process.wait(DEADLINE)


def trust() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=AUTHORITY.pem.decode())


def shakes(port: int) -> http.client.HTTPSConnection:
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=trust())
    connection.connect()
    return connection


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    with contextlib.closing(shakes(port)) as connection:
        headers |= {"Origin": f"https://127.0.0.1:{port}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        found: dict[str, Any] = json.loads(connection.getresponse().read())
        return found


@dataclass
class Scene:
    port: int
    folder: Path
    container: int
    """The port of a Frontend's container; 0: there is none."""
    sightline: SightlineProcess


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """Of a proxy as shipped, with a Sightline behind it: nginx by TCP, Caddy by a socket file."""
    program(request.param)
    tmp_path = tmp_path_factory.mktemp(request.param)
    AUTHORITY.issue(tmp_path)
    port, behind, container = free_port(), free_port(), 0
    if request.param == "nginx":
        listen, proxies = f"tcp:{behind}:interface=127.0.0.1", "127.0.0.1"
        server, container = f"127.0.0.1:{behind}", free_port()
        more = CONTAINER.format(server=server, port=container)
        command = nginx(tmp_path, port, server, more=more)
    else:
        listen, proxies = f"unix:{tmp_path}/http.sock:mode=666", "local"
        command = caddy(tmp_path, port, f"{tmp_path}/http.sock")
    settings = f"""
        [server]
        listen = "{listen}"
        public_url = "https://127.0.0.1:{port}"
        proxies = ["{proxies}"]
        origins = ["http://127.0.0.1:{container or 1}"]
        [accounts]
        guest = "admin"
        guest_anywhere = true
    """
    with (
        SightlineProcess(settings, as_set=True) as sightline,
        running(command, tmp_path, port),
    ):
        yield Scene(port, sightline.folder, container, sightline)


def get(port: int, path: str) -> tuple[int, str, str]:
    """Status, place it leads to, and text."""
    with contextlib.closing(shakes(port)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()


def test_a_frontend_is_served_beside_us_and_what_it_asks_for_is_answered_by_us(scene):
    status, place, _ = get(scene.port, "/owntracks")
    assert (status, place.endswith("/owntracks/")) == (301, True)
    for path in ("/owntracks/", "/owntracks/?start=2026-10-29T00%3A00%3A00&layers=last,line"):
        assert get(scene.port, path)[2] == "<title>a Frontend</title>"
    config = get(scene.port, "/owntracks/config/config.js")[2]
    assert config == (CONFIG / "owntracks-frontend.js").read_text()
    found = list(owntracks_frontend.check(f"https://127.0.0.1:{scene.port}", trust()))
    assert {one.step: one.level for one in found} == {"api": "ok", "ws/last": "ok"}


def test_a_frontends_own_container_is_let_in_where_the_settings_name_its_origin(scene):
    if not scene.container:
        pytest.skip("its proxy is nginx")
    found = list(owntracks_frontend.check(f"http://127.0.0.1:{scene.container}"))
    assert {one.step: one.level for one in found} == {"api": "ok", "ws/last": "ok"}
    unnamed = f"http://localhost:{scene.container}"
    (socket,) = [one for one in owntracks_frontend.check(unnamed) if one.level == "fail"]
    assert (socket.step, socket.todo) == ("ws/last", f'set server.origins = ["{unnamed}"]')
    wait_until(lambda: f'server.origins = ["{unnamed}"]' in scene.sightline.logged)


@pytest_twisted.ensureDeferred
async def test_the_page_and_its_news_come_through_and_nobody_lies_about_where_he_is(scene):
    port = scene.port
    found = {
        finding.step: finding.level
        for finding in await deferToThread(
            lambda: list(public.check(f"https://127.0.0.1:{port}", trust()))
        )
    }
    assert (found["page"], found["websocket"]) == ("ok", "ok")
    browser = await Browser(port, AUTHORITY.pem).enters()
    assert (await browser.asks("ping"))["ok"]
    await browser.leaves()
    said = await deferToThread(
        ask,
        port,
        "POST",
        "/api/1/session",
        {"name": "x", "password": "y"},
        **{"X-Forwarded-For": LIAR},
    )
    assert said["code"] == "wrong"
    log = sqlite3.connect(f"file:{scene.folder}/state/accounts.db?mode=ro", uri=True)
    with contextlib.closing(log):
        addresses = {address for (address,) in log.execute("SELECT address FROM audit")}
    assert addresses == {"127.0.0.1"}


@dataclass
class Several:
    port: int
    servers: dict[int, SightlineProcess]
    """By the ports they listen on."""

    def started(self, at: int) -> float:
        """When the server behind this port was started: which of them it is."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", at, timeout=60)) as asked:
            asked.request("GET", "/api/1/things/server/sightline")
            return float(json.loads(asked.getresponse().read())["thing"]["started"])


@pytest.fixture(params=["nginx", "caddy"])
def several(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Several]:
    """Of a proxy as shipped, with two Sightlines behind it."""
    program(request.param)
    AUTHORITY.issue(tmp_path)
    port, places = free_port(), [free_port(), free_port()]
    addresses = [f"127.0.0.1:{each}" for each in places]
    command = {"nginx": nginx, "caddy": caddy}[request.param](tmp_path, port, *addresses)
    with contextlib.ExitStack() as stack:
        servers = {}
        for place in places:
            settings = f"""
                [server]
                listen = "tcp:{place}:interface=127.0.0.1"
                public_url = "https://127.0.0.1:{port}"
                proxies = ["127.0.0.1"]
                [accounts]
                guest = "admin"
                guest_anywhere = true
            """
            servers[place] = stack.enter_context(SightlineProcess(settings, as_set=True))
        stack.enter_context(running(command, tmp_path, port))
        yield Several(port, servers)


async def enters(scene: Several) -> tuple[Browser, int]:
    """A browser, and the port of the server that it met."""

    async def tried() -> Browser | None:
        with contextlib.suppress(Exception):  # the proxy has not noticed yet
            return await Browser(scene.port, AUTHORITY.pem).enters()
        return None

    browser = await until(tried, "the WebSocket to come back")
    await browser.sees(lambda things: "server/sightline" in things, "the server")
    met = browser.picture.things["server/sightline"]["started"]
    for place, server in scene.servers.items():
        if server.runs and await deferToThread(scene.started, place) == met:
            return browser, place
    raise AssertionError("it met nobody we know")


def status(port: int, path: str) -> int:
    with contextlib.closing(shakes(port)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


@pytest_twisted.ensureDeferred
async def test_a_browser_stays_with_its_server_and_comes_back_through_the_other_when_that_is_gone(
    several,
):
    browser, first = await enters(several)
    for _ in range(5):
        another, same = await enters(several)
        assert same == first
        await another.leaves()
    (other,) = set(several.servers) - {first}
    await deferToThread(several.servers[first].end)
    await browser.is_closed()
    assert await deferToThread(status, several.port, "/") == 200
    browser, met = await enters(several)
    assert met == other
    await deferToThread(several.servers[first].start)
    await deferToThread(several.servers[other].end)
    await browser.is_closed()
    browser, met = await enters(several)
    assert met == first
    await browser.leaves()
