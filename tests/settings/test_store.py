"""The settings of the common database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sightline.settings import BadSettings, load


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Writes a settings file."""

    def write(text: str) -> Path:
        path = tmp_path / "x.toml"
        path.write_text(text)
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(BadSettings) as caught:
        load(path, {})
    return str(caught.value)


def test_the_common_database_and_its_password(write, tmp_path):
    url = "postgresql://sightline@db.example.org/sightline"
    (tmp_path / "password").write_text("from-a-file\n")
    (tmp_path / "password").chmod(0o600)
    text = f'[store]\nurl = "{url}"\npassword_file = "password"'
    store = load(write(text), {}).store
    assert (store.url, store.password.reveal()) == (url, "from-a-file")
    store = load(write(text), {"SIGHTLINE_STORE_PASSWORD": "said"}).store
    assert store.password.reveal() == "said"
    assert load(write(""), {}).store.url == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('url = "mysql://db/x"', "store.url: must be an address such as postgresql://"),
        ('url = "postgresql://db"', "store.url: must be an address such as postgresql://"),
        ('url = "postgresql://a:b@db/x"', "store.url: a password is not written here"),
        ('url = "postgresql://db/x?password=y"', "store.url: a password is not written here"),
        ('password_env = "X"', "store.password_env: the environment variable X is not set"),
    ],
)
def test_a_wrong_place_of_the_common_database_is_refused(write, text, message):
    assert message in refusal(write(f"[store]\n{text}"))


@pytest.mark.parametrize(
    ("query", "warned"),
    [("", False), ("?sslmode=verify-ca", False), ("?sslmode=require", True)],
)
def test_a_certificate_that_is_not_checked_is_said_at_each_start(write, query, warned):
    for host, said in (("db.example.org", warned), ("localhost", False)):
        text = f'[store]\nurl = "postgresql://{host}/x{query}"'
        warnings = load(write(text), {}).warnings()
        assert any("NOT checked" in each for each in warnings) is said
