"""A kind is a folder and a line: a copy of the server gets another kind and is run as it is."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

import sightline
from broker import Broker
from browser import Browser
from sightline_process import SightlineProcess
from test_accounts_journey import GOOD, SETTINGS, call
from test_accounts_journey import sightline as command
from waits import wait_until

ROOF = "weather/roof"
LINE = '    "server",\n'
TOY = Path(__file__).parent / "kinds" / "toy"
JANE, JOHN = ({"name": name, "password": GOOD} for name in ("jane", "john"))


def with_another_kind(folder: Path) -> Path:
    """A copy of the server that has one folder more, and one line."""
    package = folder / "sightline"
    leave_out = shutil.ignore_patterns("__pycache__", "dist")
    shutil.copytree(Path(sightline.__file__).parent, package, ignore=leave_out)
    shutil.copytree(TOY / "weather", package / "kinds" / "weather", ignore=leave_out)
    registry = package / "kinds" / "__init__.py"
    text = registry.read_text()
    assert text.count(LINE) == 1
    registry.write_text(text.replace(LINE, f'{LINE}    "weather",\n'))
    return folder


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture
def server(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SightlineProcess]:
    monkeypatch.setenv("PYTHONPATH", str(with_another_kind(tmp_path)))
    where = f'[broker.main]\nhost = "127.0.0.1"\nport = {broker.port}\n'
    with SightlineProcess(SETTINGS + where) as server:
        command(server, "user", "add", "jane", "--see", "weather")
        command(server, "user", "add", "john", "--see", "friend")
        yield server


def tells(broker: Broker, station: str, said: str) -> None:
    publish = ["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", f"weather/{station}"]
    subprocess.run([*publish, "-m", said], check=True, timeout=60)


async def asked(server: SightlineProcess, path: str, cookie: str) -> tuple[int, Any]:
    status, said, _ = await deferToThread(call, server, f"api/1/{path}", None, cookie)
    return status, said


async def enters(server: SightlineProcess, who: dict[str, str]) -> tuple[Browser, str]:
    status, _, cookie = await deferToThread(call, server, "api/1/session", who)
    assert status == 200
    return await Browser(server.port).enters(headers={"Cookie": cookie}), cookie


def connected(things: dict[str, Any]) -> bool:
    state: str = things.get("broker/main", {}).get("link", {}).get("state", "")
    return state == "connected"


def key(thing: dict[str, Any]) -> str:
    return f"{thing['k']}/{thing['id']}"


@pytest_twisted.ensureDeferred
async def test_another_kind_is_a_folder_and_a_line(broker, server):
    jane, cookie = await enters(server, JANE)
    john, others = await enters(server, JOHN)
    await jane.sees(connected, "the broker connection")

    # Live, to whom it was granted.
    tells(broker, "roof", json.dumps({"temperature": 21.5}))
    await jane.sees(lambda things: ROOF in things)
    station = jane.picture.things[ROOF]
    assert (station["temperature"], station["presence"]) == (21.5, "live")
    tells(broker, "roof", "warm")
    await jane.sees(lambda things: things["server/sightline"]["rejected"] == {"not_json": 1})
    assert ROOF not in john.picture.things

    # Listed, to whom it was granted.
    status, said = await asked(server, "things?kind=weather", cookie)
    assert (status, [key(thing) for thing in said["things"]]) == (200, [ROOF])
    assert (await asked(server, f"things/{ROOF}", cookie))[0] == 200
    assert (await asked(server, f"things/{ROOF}", others))[0] == 404
    assert (await asked(server, "things?kind=weather", others))[1]["things"] == []

    # Kept in history, and as it was then.
    await kept(server, cookie, [21.5])
    tells(broker, "roof", json.dumps({"temperature": 22}))
    await kept(server, cookie, [21.5, 22])
    status, said = await asked(server, f"scene?at={time.time() + 1}", cookie)
    assert [one["temperature"] for one in said["things"] if key(one) == ROOF] == [22]
    assert (await asked(server, f"history/{ROOF}", others))[0] == 404

    # Restored, whatever ended the server.
    await deferToThread(server.restart, signal.SIGKILL)
    jane, _ = await enters(server, JANE)
    await jane.sees(lambda things: things.get(ROOF, {}).get("temperature") == 22)
    john, _ = await enters(server, JOHN)
    await john.sees(lambda things: "server/sightline" in things)
    assert ROOF not in john.picture.things
    await jane.leaves()
    await john.leaves()


async def kept(server: SightlineProcess, cookie: str, degrees: list[float]) -> None:
    """Wait until history has these temperatures of the roof."""

    def found() -> list[float]:
        status, said, _ = call(server, f"api/1/history/{ROOF}", None, cookie)
        assert status == 200
        return [each["temperature"] for each in said["data"]]

    await deferToThread(wait_until, lambda: found() == degrees, lambda: str(found()))
