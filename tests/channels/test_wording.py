"""The few sentences that channels say themselves."""

from __future__ import annotations

import msgspec
import pytest

from channels.scene import notification
from sightline.channels import wording
from sightline.channels.records import Channel
from sightline.channels.sentences import SENTENCES
from sightline.rules.sentences import LANGUAGES

CHANNEL = Channel(
    id="c", account="jane", type="push", name="p", host="h", language="de", zone="Europe/Berlin"
)


def test_one_that_waited_is_told_as_it_is_and_many_in_one():
    one = notification("n1", at=0.0)
    assert wording.summary([one], CHANNEL) is one
    many = [notification(f"n{n}", at=60.0 * n) for n in range(20)]
    told = wording.summary(many, CHANNEL)
    title, body = told.texts["de"]
    assert title == "20 Benachrichtigungen während deiner Ruhezeit"
    lines = body.split("\n")
    assert lines[0] == "01:00 Bob ist da (n0)"
    assert lines[-1] == "… und 8 weitere"
    assert len(lines) == 13
    assert (told.tag, told.urgent, told.alert) == ("quiet", False, "")
    other = msgspec.structs.replace(CHANNEL, language="pt-BR", zone="")
    assert wording.summary(many, other).texts["pt-BR"][0].startswith("20 notifications")


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_the_summary_is_in_the_language_of_the_channel(language):
    channel = msgspec.structs.replace(CHANNEL, language=f"{language}-XX")
    many = [notification(f"n{n}") for n in range(20)]
    ((title, body),) = wording.summary(many, channel).texts.values()
    assert title == SENTENCES[language].summary.format(count=20)
    assert body.endswith(SENTENCES[language].more.format(count=8))


def test_the_trial_is_in_every_language_of_the_page():
    told = wording.trial("t1", "jane", 5.0)
    assert set(told.texts) == set(LANGUAGES)
    assert (told.topic, told.account, told.at) == ("test", "jane", 5.0)
