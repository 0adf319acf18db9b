"""A server with the page, one friend in a town, and a map of it if wanted: for browser tests."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from broker import Broker
from sightline_process import ROOT, SightlineProcess


@contextmanager
def server_of_a_town(
    broker: Broker, place: Mapping[str, float], begin: Callable[[Path], object] | None = None
) -> Iterator[SightlineProcess]:
    """Start a server that knows Jane's phone at this place; ``begin`` first fills its state."""
    settings = f"""
        [server]
        web_root = "{ROOT / "web" / "dist"}"
        [broker.main]
        host = "127.0.0.1"
        port = {broker.port}
    """
    about = {"_type": "location", **place, "acc": 5, "tst": int(time.time())}
    send = ["mosquitto_pub", "-p", str(broker.port), "-r", "-t", "owntracks/jane/phone"]
    subprocess.run([*send, "-m", json.dumps(about)], check=True, timeout=60)
    process = SightlineProcess(settings)
    if begin is not None:
        (process.folder / "state").mkdir(mode=0o700)
        begin(process.folder / "state")
    with process:
        yield process
