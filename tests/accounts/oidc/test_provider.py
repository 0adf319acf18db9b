"""One provider, by a double of its answers: what is kept for how long, and who waits for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_twisted
from joserfc.jwk import ECKey
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from sightline.accounts.oidc.errors import ProviderAway, Untrusted
from sightline.accounts.oidc.options import ProviderOptions
from sightline.accounts.oidc.provider import AGAIN, METADATA_LASTS, STALE, Provider

ISSUER = "https://auth.example.org"
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}
KEYS = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}


@dataclass
class ProviderAnswer:
    status: int
    body: bytes


class Answers:
    """Answers what it was told to; None: nobody answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.document: Any = DOCUMENT
        self.waiting: Deferred[None] | None = None

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], most: int, body: bytes | None
    ) -> ProviderAnswer:
        self.asked.append(url)
        if self.waiting is not None:
            await self.waiting
        if self.document is None:
            raise ProviderAway("nobody listens there")
        return ProviderAnswer(
            200, json.dumps(KEYS if url.endswith("/jwks") else self.document).encode()
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def provider(clock: Clock, answers: Answers) -> Provider:
    return Provider("home", ProviderOptions(ISSUER, "x"), answers, clock, clock.seconds)


@pytest_twisted.ensureDeferred
async def test_what_it_says_of_itself_is_kept_for_an_hour(provider, answers, clock):
    for _ in range(3):
        assert (await provider.metadata()).issuer == ISSUER
    assert len(answers.asked) == 2
    clock.advance(METADATA_LASTS)
    await provider.metadata()
    assert len(answers.asked) == 4
    assert provider.trouble == ""


@pytest_twisted.ensureDeferred
async def test_while_it_is_away_it_is_asked_now_and_then_and_used_for_a_day(
    provider, answers, clock
):
    await provider.metadata()
    answers.document = None
    clock.advance(METADATA_LASTS)
    for _ in range(3):
        assert (await provider.metadata()).issuer == ISSUER
    assert len(answers.asked) == 3
    assert provider.trouble == "nobody listens there"
    clock.advance(STALE)
    with pytest.raises(ProviderAway, match="nobody listens there"):
        await provider.metadata()
    answers.document = DOCUMENT
    clock.advance(AGAIN)
    await provider.metadata()
    assert provider.trouble == ""


@pytest_twisted.ensureDeferred
async def test_a_document_that_lies_is_said_for_what_it_is(provider, answers):
    answers.document = DOCUMENT | {"issuer": "https://evil.example.org"}
    for _ in range(2):
        with pytest.raises(Untrusted, match="calls itself"):
            await provider.metadata()
    assert len(answers.asked) == 1


@pytest_twisted.ensureDeferred
async def test_many_who_ask_at_the_same_time_are_one_question(provider, answers):
    answers.waiting = Deferred()
    waiting = [Deferred.fromCoroutine(provider.metadata()) for _ in range(5)]
    assert len(answers.asked) == 1
    answers.waiting.callback(None)
    assert {(await each).issuer for each in waiting} == {ISSUER}
    assert len(answers.asked) == 2
