"""What we promise in the documents is what the program does: config/sightline.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from sightline.settings import BrokerSettings, ProbotSettings, Settings, WebhookSettings, load

SHIPPED = Path(__file__).parents[1] / "config" / "sightline.toml"
# "#key = value" and "#[table]" are settings; "# words" are words.
SETTING = re.compile(r"#(?=[a-z_]+ = |\[)")


def shipped_lines() -> list[str]:
    return SHIPPED.read_text().splitlines()


def uncommented() -> dict[str, object]:
    return tomllib.loads("\n".join(SETTING.sub("", line) for line in shipped_lines()))


def documented_defaults() -> dict[str, object]:
    sections = msgspec.to_builtins(Settings(), builtin_types=())
    broker = msgspec.to_builtins(BrokerSettings(host="localhost"))
    del broker["password"], broker["named"], sections["friends"]["keys"]  # never in this file
    robot = msgspec.to_builtins(ProbotSettings())
    hook = msgspec.to_builtins(WebhookSettings(url="https://house.example.org/crossings"))
    del hook["secret"]
    named = {"broker": {"main": broker}, "probot": {"ProBot1": robot}, "webhook": {"house": hook}}
    return sections | named


def as_lists(value: object) -> object:
    return (
        {k: as_lists(v) for k, v in value.items()}
        if isinstance(value, dict)
        else (list(value) if isinstance(value, tuple) else value)
    )


def test_the_shipped_settings_are_the_defaults():
    assert load(SHIPPED, {}) == Settings()


def test_every_setting_is_in_the_shipped_file_with_its_default_and_no_other():
    assert uncommented() == as_lists(documented_defaults())


def test_the_shipped_file_is_still_loadable_when_all_of_it_is_uncommented(tmp_path: Path):
    whole = tmp_path / "whole.toml"
    whole.write_text("\n".join(SETTING.sub("", line) for line in shipped_lines()))
    settings = load(whole, {})
    assert msgspec.structs.replace(settings, broker={}, probot={}, webhook={}) == Settings()
    assert settings.broker["main"].host == "localhost"


@pytest.mark.parametrize(
    "number", [n for n, line in enumerate(shipped_lines()) if SETTING.match(line)]
)
def test_every_setting_has_words_above_it(number: int):
    lines = shipped_lines()
    while SETTING.match(lines[number]):  # a pair shares its words
        number -= 1
    assert re.match(r"# \S", lines[number]), f"no comment above line {number + 2}"
