"""The HTTP API does what its OpenAPI document says, whatever is asked of it (schemathesis).

Covers contract/schemas.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from broker import Broker, publish
from sightline_process import SightlineProcess
from test_accounts_journey import GOOD, call, sightline
from waits import wait_until

WHOLE = 250.0  # for all that schemathesis asks, on a busy machine
JANE = "api/1/history/friend/jane/phone"
ENDS = (
    "delete_session",
    "delete_sessions",
    "delete_sessions_id",
    "delete_users_name_sessions",
    "delete_users_name_sessions_id",
)
"""The operations that may sign out who asks: schemathesis takes ids from other answers."""


def walks(broker: Broker) -> None:
    fix = {"_type": "location", "lat": 52.0, "lon": 5.0, "tst": int(time.time())}
    publish(broker, "owntracks/jane/phone", json.dumps(fix), "-q", "1")


def asks(server: SightlineProcess, cookie: str, some: list[str]) -> None:
    """Ask for some operations in every way that the document allows, and in wrong ones."""
    schemathesis = Path(sys.executable).with_name("schemathesis")
    command = [schemathesis, "run", server.url + "api/1/openapi.json", *some]
    command += ["--header", f"Cookie: {cookie}", "--header", "Sec-Fetch-Site: same-origin"]
    command += ["--phases", "examples,fuzzing", "--max-examples", "5", "--request-timeout", "90"]
    # Who is let in is for test_matrix.py. Times out of all reason and boxes upside down are refused
    # although the schema cannot say so.
    command += ["--exclude-checks", "ignored_auth,positive_data_acceptance"]
    command += ["--generation-with-security-parameters", "false"]
    command += ["--generation-deterministic", "--no-color"]
    ran = subprocess.run(
        command, cwd=server.folder, capture_output=True, text=True, timeout=WHOLE, check=False
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]


def test_every_answer_is_as_the_document_says():
    with Broker() as broker:
        settings = f"""
            [accounts]
            hash_memory = 1024
            hash_passes = 1
            [limits]
            requests_per_second = 1000
            [broker.main]
            host = "127.0.0.1"
            port = {broker.port}
        """
        with SightlineProcess(settings) as server:
            sightline(server, "user", "add", "jane", "--role", "admin")
            _, _, cookie = call(server, "api/1/session", {"name": "jane", "password": GOOD})
            wait_until(
                lambda: call(server, JANE, None, cookie)[1].get("data"),
                "a fix that is kept",
                90,
                pause=lambda: walks(broker),
            )
            # What ends the session comes last: else nobody were signed in for the rest.
            last = [f"--include-operation-id={name}" for name in ENDS]
            first = [each.replace("include", "exclude") for each in last]
            asks(server, cookie, first)
            status, said, _ = call(server, "api/1/me", None, cookie)
            assert (status, said["user"]["name"]) == (200, "jane")
            asks(server, cookie, last)
            assert call(server, "api/1/me", None, cookie)[0] == 401
    assert "Traceback" not in server.logged
