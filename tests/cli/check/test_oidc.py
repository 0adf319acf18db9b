"""`sightline check` of providers, against a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broker import free_port
from oidc_provider import OidcProvider
from sightline.cli.check.findings import Finding
from sightline.cli.check.oidc import check
from sightline.settings import load


@pytest.fixture(scope="module")
def one() -> Iterator[OidcProvider]:
    with OidcProvider() as provider:
        yield provider


@pytest.fixture
def found(tmp_path: Path, one: OidcProvider) -> Any:
    def found(issuer: str = "", public: str = "") -> list[Finding]:
        path = tmp_path / "x.toml"
        path.write_text(
            f'[server]\npublic_url = "{public}"\n[oidc.home]\nissuer = "{issuer or one.issuer}"\n'
            'client_id = "sightline"\nprivate = true\n'
        )
        return list(check(load(path, {})))

    one.truth()
    return found


def test_a_provider_that_is_there_is_said_with_the_address_that_it_must_know(found):
    provider, redirect = found(public="https://map.example.org/")
    assert (provider.level, provider.said) == ("ok", "it answers, with 1 keys")
    assert redirect.level == "ok"
    assert "https://map.example.org/oidc/home" in redirect.said


def test_without_an_address_of_our_own_that_is_said(found):
    assert found()[1].level == "warn"


def test_a_provider_that_is_away_or_another_is_said_with_what_to_do(found, one):
    away = found(f"http://127.0.0.1:{free_port()}")[0]
    assert (away.level, away.said) == ("fail", "it cannot be asked: nobody listens there")
    one.lies.metadata = {"issuer": "https://evil.example.org"}
    other = found()[0]
    assert other.level == "fail"
    assert "calls itself https://evil.example.org" in other.said
    one.truth()
    one.lies.status = {"/jwks": 500}
    assert "answers with 500" in found()[0].said
    one.truth()
    one.lies.metadata = {"end_session_endpoint": None}
    assert "no sign-out of its own" in found()[0].said
