"""mosquitto's password file as the playbook keeps it: right, and left alone while it is right."""

from __future__ import annotations

import threading

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ansible_files import carried
from broker import Broker
from sightline.mqtt.paho_client import stop_loop

passwd = carried("roles/mosquitto/library/mosquitto_passwd.py")


def answer(port: int, user: str, password: str) -> str:
    """What a real mosquitto says to this user."""
    said: list[str] = []
    answered = threading.Event()

    def heard(*arguments: object) -> None:
        said.append(str(arguments[3]))
        answered.set()

    client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    client.username_pw_set(user, password)
    client.on_connect = heard
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert answered.wait(10)
    client.disconnect()
    stop_loop(client)
    return said[0]


def test_mosquitto_takes_the_passwords_and_no_others(tmp_path):
    lines = passwd.renewed([], {"jane": "jäne's pass word", "ProBot1": "p:$7$"})
    (tmp_path / "passwd").write_text("".join(f"{line}\n" for line in lines))
    with Broker("allow_anonymous false", f"password_file {tmp_path}/passwd") as broker:
        assert answer(broker.port, "jane", "jäne's pass word") == "Success"
        assert answer(broker.port, "ProBot1", "p:$7$") == "Success"
        assert answer(broker.port, "jane", "p:$7$") == "Not authorized"


def test_what_fits_stays_to_the_letter():
    lines = passwd.renewed([], {"jane": "a", "joe": "b"})
    assert passwd.renewed(lines, {"joe": "b", "jane": "a"}) == lines


def test_a_new_password_changes_its_own_line_only():
    jane, joe = passwd.renewed([], {"jane": "a", "joe": "b"})
    after = passwd.renewed([jane, joe], {"jane": "a", "joe": "c"})
    assert after[0] == jane
    assert after[1] != joe
    assert passwd.fits(after[1], "c")
    assert not passwd.fits(after[1], "b")


def test_who_is_not_named_is_removed():
    lines = passwd.renewed([], {"jane": "a", "joe": "b"})
    assert [line.partition(":")[0] for line in passwd.renewed(lines, {"joe": "b"})] == ["joe"]


@pytest.mark.parametrize(
    "line",
    [
        "jane:plain",
        "jane:$6$c2FsdA==$aGFzaA==",
        "jane:$7$101$AAAAAAAAAAAAAAAA$AAAA",
        "jane:$7$many$!!$",
        "jane",
        "",
    ],
)
def test_weak_and_broken_lines_are_made_anew(line):
    assert not passwd.fits(line, "a")
    (after,) = passwd.renewed([line], {"jane": "a"})
    assert passwd.fits(after, "a")
