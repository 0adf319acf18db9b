"""The `sightline` command line: what it takes, what it says to a slip of the pen."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from broker import Broker
from sightline import __version__
from sightline.cli.main import main, parser
from sightline.cli.simulate.command import actors_for


def simulate(*arguments: str):
    return parser().parse_args(["simulate", *arguments])


def names(*arguments: str) -> list[str]:
    return [actor.name for actor in actors_for(simulate(*arguments), 0.0)]


def test_it_says_its_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"sightline {__version__}\n"


def test_by_default_eight_friends_and_three_robots_are_simulated():
    assert names() == [
        *("amara", "jonas", "mei", "noah", "sofia", "liam", "ingrid", "tomas"),
        *("ProBot1", "ProBot2", "ProBot3"),
    ]


def test_the_narrow_forms_simulate_one_of_a_kind():
    assert names("friend") == ["amara"]
    assert names("probot") == ["ProBot1"]
    assert names("probot", "--robots", "2", "--friends", "1") == ["amara", "ProBot1", "ProBot2"]


def test_the_same_seed_gives_the_same_play():
    def lines(seed: str) -> list[object]:
        actors = actors_for(simulate("--seed", seed, "--friends", "12"), 0.0)
        return [actor.step(1.0, 1.0, frozenset()) for actor in actors]

    assert lines("5") == lines("5")
    assert lines("5") != lines("6")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("example.org", ("example.org", 1883)),
        ("example.org:1884", ("example.org", 1884)),
        ("[::1]:1884", ("::1", 1884)),
        ("[::1]", ("::1", 1883)),
    ],
)
def test_a_broker_is_a_host_with_or_without_a_port(text, address):
    assert simulate("--broker", text).broker == address


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--broker", "a:b"], "must be HOST or HOST:PORT (is 'a:b')"),
        (["--broker", ":1883"], "must be HOST or HOST:PORT (is ':1883')"),
        (["--broker", "a:70000"], "must be HOST or HOST:PORT (is 'a:70000')"),
        (["--friends", "-1"], "--friends"),
        (["--robots", "many"], "must be a whole number from 0 (is 'many')"),
        (["--rate", "-1"], "must be a number from 0.01 to 1000 (is '-1')"),
        (["--rate", "nan"], "must be a number from 0.01 to 1000 (is 'nan')"),
        (["--seconds", "long"], "must be a number from 0 to 1e+09 (is 'long')"),
        (["nobody"], "invalid choice: 'nobody'"),
    ],
)
def test_a_wrong_option_is_refused_with_what_is_allowed(arguments, complaint, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["simulate", *arguments])
    assert complaint in capsys.readouterr().err


def test_a_wrong_fault_is_refused(capsys):
    assert main(["simulate", "--fault", "cut:nobody"]) == 2
    assert "nobody called 'nobody' can" in capsys.readouterr().err


def test_a_password_comes_from_the_environment_only(capsys):
    assert main(["simulate", "--user", "u", "--password-env", "NO_SUCH_VARIABLE"]) == 2
    assert "the environment variable NO_SUCH_VARIABLE is not set" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_and_cleanly_when_told_to(number):
    with Broker("log_type all") as broker:
        command = [sys.executable, "-m", "sightline.cli.main", "simulate", "probot"]
        process = subprocess.Popen(
            [*command, "--broker", f"127.0.0.1:{broker.port}"],
            stderr=subprocess.PIPE,
        )
        try:
            assert process.stderr is not None
            assert b"Simulating 0 friends and 1 robots" in process.stderr.readline()
            process.send_signal(number)
            assert process.wait(60) == 0
            process.stderr.close()
        finally:
            process.kill()
            process.wait()


def test_user_and_password_reach_the_broker(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PW", "s3cret")
    with Broker() as broker:
        address = f"127.0.0.1:{broker.port}"
        options = ["--user", "u", "--password-env", "PW", "--seconds", "0"]
        assert main(["simulate", "probot", "--broker", address, *options]) == 0
    assert "s3cret" not in capsys.readouterr().err


def test_friends_walk_around_a_place():
    people = actors_for(simulate("people", "--near", "60.17,24.94"), 0.0)
    assert len(people) == 8
    spots = [
        json.loads(message.payload)
        for actor in people
        for dt in (1.0, 600.0)
        for message in actor.step(dt, 1_800_000_000.0 + dt, frozenset())
        if b'"location"' in message.payload
    ]
    assert len(spots) > 8
    assert all(
        abs(spot["lat"] - 60.17) < 0.03 and abs(spot["lon"] - 24.94) < 0.06 for spot in spots
    )


@pytest.mark.parametrize("place", ["60.17", "north,east", "91,0", "60,500", "nan,nan"])
def test_a_place_that_is_none_is_refused(place, capsys):
    with pytest.raises(SystemExit, match="2"):
        simulate("--near", place)
    assert "must be a latitude and a longitude" in capsys.readouterr().err
