"""Find mosquitto, write its configuration, and tie its life to ours."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Sequence
from pathlib import Path

from sightline.mqtt.robots import RobotsListener

HOST = "127.0.0.1"
# Debian keeps it where ordinary users do not look; Homebrew has a place of its own.
_ALSO_IN = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


class NoBroker(Exception):
    """Our own broker cannot be started; the text says why and what to type."""


def find_mosquitto() -> str:
    """Return the path of mosquitto. Raise `NoBroker` with the line that installs it without one."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=_ALSO_IN)
    if not found:
        raise NoBroker(
            "mosquitto is not installed. Type: sudo apt-get install mosquitto"
            " (or name a broker of yours in the settings)"
        )
    return found


def configuration(
    folder: Path, port: int, extra: Sequence[str] = (), robots: RobotsListener | None = None
) -> str:
    """Return the text of mosquitto.conf. ``extra`` lines come last. Raises `NoInterface`."""
    return "\n".join(
        (
            "# Written anew by Sightline at each start: changes here are lost.",
            # Only heeded when started by root, and then it keeps access to our state folder.
            f"user {pwd.getpwuid(os.getuid()).pw_name}",
            f"per_listener_settings {'false' if robots is None else 'true'}",
            f"listener {port} {HOST}",
            "socket_domain ipv4",
            "allow_anonymous true",
            *([] if robots is None else robots.lines(folder)),
            "set_tcp_nodelay true",
            # With the defaults a burst of QoS 1 loses what was acknowledged, and so does a crash.
            # autosave_on_changes would lose nothing at all, but saves everything for each message:
            # with 5,000 queued messages the broker is down to 280 a second.
            "persistence true",
            f"persistence_location {folder}",
            "persistence_file mosquitto.db",
            "autosave_interval 1",
            "persistent_client_expiration 14d",
            "max_queued_messages 100000",
            "max_inflight_messages 1000",
            "message_size_limit 262144",
            # The console shows these: who comes and goes, and how much is going on.
            "sys_interval 2",
            "connection_messages true",
            "log_timestamp true",
            "log_dest topic",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "log_type notice",
            "log_type information",
            "log_type subscribe",
            "log_type unsubscribe",
            *extra,
            "",
        )
    )


def child_guard() -> list[str]:
    """Tell what to put before the command, as far as this machine has it (Linux).

    A session of its own: Ctrl-C ends us first, and our last words still find a broker. A death
    signal: it ends when we are gone, whatever we died of.
    """
    setsid, setpriv = shutil.which("setsid"), shutil.which("setpriv")
    return [
        *([setsid] if setsid else []),
        *([setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []),
    ]
