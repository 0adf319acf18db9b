"""Every question says that the database is away, when it is, and is answered when it is back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from postgres import needs_postgres
from postgres_scene import JANE, T0, fix
from sightline.history.store import Span
from sightline.model.faults import Unavailable
from waits import until

pytestmark = needs_postgres


async def answered(ask: Callable[[], Deferred[Any]]) -> Any:
    """What it says once it is back."""

    async def answers() -> list[Any]:
        with suppress(Unavailable):
            return [await ask()]
        return []

    (answer,) = await until(answers, "an answer", every=0.05)
    return answer


@pytest_twisted.ensureDeferred
async def test_questions_while_it_is_away(servers, harmed):
    with harmed.database() as url:
        store = await servers(url)
        await store.write([fix(T0)], [])
        asks = (
            lambda: store.page(Span(JANE, "fix")),
            lambda: store.scene("fix", T0),
            lambda: store.events(["crossing"]),
            lambda: store.counts(JANE, "fix", [T0, T0 + 1]),
            lambda: store.around([JANE], "fix", T0, 1, 1),
            lambda: store.things(),
            lambda: store.acts(JANE),
            lambda: store.last_states(),
            lambda: store.figures(),
        )
        before = [await ask() for ask in asks]
        harmed.kill()
        for ask in asks:
            with pytest.raises(Unavailable, match="PostgreSQL"):
                await ask()
        harmed.start()
        assert [await answered(ask) for ask in asks][:-1] == before[:-1]
        await store.close()
