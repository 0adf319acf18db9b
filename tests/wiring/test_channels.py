"""Channels live as long as their account."""

from __future__ import annotations

import pytest_twisted

from web_scene import WebScene

ADDRESS = "ntfys://tk_verysecret@ntfy.example.org/hush-topic"


@pytest_twisted.ensureDeferred
async def test_with_an_account_go_its_channels(tmp_path):
    scene = await WebScene(tmp_path).opens()
    jane = await scene.knows("jane")
    asked = {"type": "address", "name": "ntfy", "address": ADDRESS}
    await scene.asks("POST", "/channels", asked, cookie=jane)
    channels = scene.parts.features.channels
    await scene.until(lambda: channels.service.figures().channels == 1)
    await scene.account_service.change(lambda database: database.remove_account("jane"))
    await scene.until(lambda: channels.service.figures().channels == 0)
    await scene.closes()
