"""The program that sends to addresses reaches no private network and reads no file."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted

from channels.scene import ChannelScene, Ntfy, notification


@pytest.fixture
def ntfy() -> Any:
    with Ntfy() as server:
        yield server


@pytest_twisted.ensureDeferred
async def test_an_address_reads_no_file_and_reaches_no_private_network(ntfy, tmp_path):
    scene = await ChannelScene(tmp_path, private=False).opens()
    hook = "4" * 18 + "/" + "a" * 64
    secret = tmp_path / "secret"
    secret.write_text('{"content": "read from the file of the server"}')
    hostile = [
        (ntfy.url(), "private"),
        (f"ntfy://localhost:{ntfy.port}/topic", "private"),
        (f"json://127.0.0.1:{ntfy.port}/", "private"),
        ("mailto://127.0.0.1:25?from=a@example.org&to=a@example.org", "private"),
        ("ntfy://169.254.169.254/latest/meta-data", "private"),
        (f"discord://{hook}?template={secret}", ""),
    ]
    for n, (address, why) in enumerate(hostile):
        channel = await scene.has_address(address, f"h{n}")
        sealed = await scene.reads(lambda store, id=channel.id: store.get(id)[1])
        outcome = await scene.service.try_now(channel, sealed, notification(f"n{n}", f"h{n}"))
        assert outcome.result != "done", address
        assert why in outcome.why, outcome
        assert "read from the file" not in outcome.why
    assert ntfy.seen == 0
    await scene.closes()
