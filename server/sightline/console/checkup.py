"""The question "is it set up right?", asked from the page: one check at a time, with a deadline.

What is looked at, and every word about it, is that of `sightline check`, which runs as a program of
its own: it waits for sockets, and the reactor must not. Here is only what came of it last.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import msgspec

from sightline.contract.errors import Refused
from sightline.contract.fields import Answer

Level = Literal["ok", "warn", "fail", "skip"]
HIDDEN = "•••"


class CheckedStep(msgspec.Struct, frozen=True):
    """One step: what was looked at, how it went, and what to do if it did not go well."""

    level: Level
    said: str
    where: str = ""
    step: str = ""
    todo: str = ""


class SetupCheck(Answer, frozen=True):
    """The last check of the set-up. ``began`` and ``ended`` in epoch s; null: it never did.

    ``trouble`` says why there are no findings, or not all.
    """

    running: bool
    began: float | None
    ended: float | None
    trouble: str
    findings: list[CheckedStep]


class CannotCheck(Exception):
    """The check itself did not come to its end; the text is for people."""


class Checkup:
    """``run`` runs the check and returns its findings as JSON; raises `CannotCheck`.

    ``secrets`` are passwords of the settings: should a message of somebody else repeat one, it is
    hidden. ``wall`` gives epoch s.
    """

    def __init__(
        self,
        run: Callable[[], Awaitable[bytes]],
        wall: Callable[[], float],
        secrets: Sequence[str] = (),
    ) -> None:
        self._run = run
        self._wall = wall
        self._secrets = [each for each in secrets if each]
        self._last = SetupCheck(running=False, began=None, ended=None, trouble="", findings=[])

    @property
    def last(self) -> SetupCheck:
        """Return the check that runs, or the last one."""
        return self._last

    async def check(self) -> SetupCheck:
        """Run it. Raises `Refused` while another runs."""
        if self._last.running:
            raise Refused("busy", "The checks are running already.")
        began = self._wall()
        self._last = SetupCheck(running=True, began=began, ended=None, trouble="", findings=[])
        trouble, findings = "The checks did not come to their end.", list[CheckedStep]()
        try:
            findings, trouble = self._read(await self._run()), ""
        except CannotCheck as why:
            trouble = self._hidden(str(why))
        finally:
            self._last = SetupCheck(
                running=False,
                began=began,
                ended=self._wall(),
                trouble=trouble,
                findings=findings,
            )
        return self._last

    def _read(self, said: bytes) -> list[CheckedStep]:
        try:
            findings = msgspec.convert(json.loads(said)["findings"], list[CheckedStep])
        except (ValueError, KeyError, TypeError) as why:
            raise CannotCheck("The checks said something unreadable.") from why
        return [
            msgspec.structs.replace(
                each,
                where=self._hidden(each.where),
                said=self._hidden(each.said),
                todo=self._hidden(each.todo),
            )
            for each in findings
        ]

    def _hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text
