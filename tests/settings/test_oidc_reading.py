"""The settings of a sign-in elsewhere: what they say, and what they are refused for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sightline.settings import BadSettings, Secret, load

LEAST = '[oidc.home]\nissuer = "https://auth.example.org"\nclient_id = "sightline"\n'


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "x.toml"
        path.write_text(text)
        return path

    return write


def refusal(path: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(BadSettings) as caught:
        load(path, environ or {})
    return str(caught.value).replace(str(path), "x.toml")


def test_a_provider_and_its_secret(write, tmp_path):
    (tmp_path / "secret").write_text("from-a-file\n")
    (tmp_path / "secret").chmod(0o600)
    found = load(write(LEAST + 'client_secret_file = "secret"'), {}).oidc["home"]
    assert (found.issuer, found.secret) == ("https://auth.example.org", Secret("from-a-file"))
    found = load(write(LEAST + 'client_secret_env = "THERE"'), {"THERE": "said"}).oidc["home"]
    assert found.secret == Secret("said")
    assert load(write(LEAST), {}).oidc["home"].secret is None
    assert "from-a-file" not in repr(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[oidc]\nx = 1", "oidc.x: must be a table"),
        ("oidc = 1", "oidc: must be tables, one per provider"),
        (LEAST.replace("home", "Ho me").replace("[oidc.Ho me]", '[oidc."Ho me"]'), "1 to 32 of"),
        ("[oidc.home]\nclient_id = 'x'", "oidc.home.issuer: is missing"),
        ("[oidc.home]\nissuer = 'https://a.org'", "oidc.home.client_id: is missing"),
        (LEAST.replace("https", "http"), "issuer: must begin with https:// (http:// needs"),
        (LEAST.replace("https", "ftp"), "issuer: must begin with https://"),
        (LEAST.replace("example.org", "example.org?x"), "issuer: must be an address"),
        (LEAST.replace("https://auth", "auth"), "issuer: must be an address"),
        (LEAST + 'client_secret = "x"', "no such setting; did you mean client_secret_"),
        (LEAST + 'client_secret_env = "NOT"', "the environment variable NOT is not set"),
        (LEAST + 'client_secret_env = "A"\nclient_secret_file = "b"', "only one is allowed"),
        (LEAST + 'client_secret_file = "none"', "cannot be read"),
        (LEAST + 'create = "admin"', "create: must be one of no, operator, viewer"),
        (LEAST + 'admin = ["x"]', "admin: has no effect without roles_claim"),
        (LEAST + 'roles_claim = "groups"', "roles_claim: has no effect without groups"),
        (LEAST + 'scopes = ["a b"]', "scopes: each must be one word"),
    ],
)
def test_what_makes_no_sense_is_refused(write, text, message):
    assert message in refusal(write(text))


def test_a_secret_that_everybody_can_read_is_refused(write, tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0o644)
    assert "chmod 600" in refusal(write(LEAST + 'client_secret_file = "secret"'))


def test_an_issuer_without_tls_is_said_at_every_start(write):
    settings = load(write(LEAST.replace("https", "http") + "private = true"), {})
    assert any("oidc.home.issuer" in said for said in settings.warnings())
