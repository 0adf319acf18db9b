"""The child that checks the set-up: to its end, or to the deadline."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor

from sightline.console.checkup import CannotCheck
from sightline.settings import load
from sightline.wiring.checking import CheckChild, build_checkup, secrets_of
from sightline.wiring.part_groups import Start

reactor: Any = _reactor


def child(program: str, deadline: float = 60.0) -> CheckChild:
    return CheckChild(reactor, [sys.executable, "-c", program], os.environ, deadline=deadline)


@pytest_twisted.ensureDeferred
async def test_what_it_prints_is_the_answer_also_when_something_is_wrong() -> None:
    assert await child("import sys; print('found'); sys.exit(1)").run() == b"found\n"


@pytest_twisted.ensureDeferred
async def test_a_child_that_does_not_end_is_ended() -> None:
    with pytest.raises(CannotCheck, match="not done within"):
        await child("import signal; signal.pause()", deadline=0.3).run()


@pytest_twisted.ensureDeferred
async def test_settings_that_cannot_be_used_are_named() -> None:
    with pytest.raises(CannotCheck, match="did not run: no such thing"):
        await child("import sys; sys.exit('sightline: no such thing')").run()


@pytest_twisted.ensureDeferred
async def test_a_program_that_is_not_there_is_no_crash() -> None:
    with pytest.raises(CannotCheck):
        await CheckChild(reactor, ["/nowhere/python"], {}).run()


@pytest_twisted.ensureDeferred
async def test_the_real_check_looks_at_the_servers_own_settings(tmp_path: Path) -> None:
    config = tmp_path / "sightline.toml"
    # Nobody listens at this port.
    config.write_text('[broker.main]\nhost = "127.0.0.1"\nport = 9\nuser = "ann"\n')
    start = Start(load(config, {}), tmp_path, "", config=str(config))
    checked = await build_checkup(start).check()
    assert checked.trouble == ""
    found = {(each.where, each.step): each for each in checked.findings}
    tcp = found["broker.main", "tcp"]
    assert (tcp.level, tcp.said) == ("fail", "nothing listens at 127.0.0.1:9")
    assert "mosquitto" in tcp.todo


def test_passwords_of_brokers_are_known_as_secrets(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame")
    (tmp_path / "secret").chmod(0o600)
    config = tmp_path / "sightline.toml"
    config.write_text('[broker.main]\nhost = "b"\nuser = "ann"\npassword_file = "secret"\n')
    assert secrets_of(load(config, {})) == ["sesame"]
