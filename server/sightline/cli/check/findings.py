"""The findings of a check: plain values, how they are shown, and what they come to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail", "skip"]
_SIGN: dict[Level, str] = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL", "skip": "-   "}


@dataclass(frozen=True, slots=True)
class Finding:
    """One step: how it went, in words, and what to do where if it did not go well."""

    where: str
    step: str
    level: Level
    said: str
    todo: str = ""


def verdict(findings: Iterable[Finding]) -> int:
    """Return the exit status: 1 when anything failed. Warnings alone are no failure."""
    return int(any(finding.level == "fail" for finding in findings))


def as_text(finding: Finding) -> str:
    """Write findings for people."""
    todo = f"\n       {' ' * 22}-> {finding.todo}" if finding.todo else ""
    return f"{_SIGN[finding.level]}   {finding.where + ' ' + finding.step:<22}{finding.said}{todo}"


def as_json(findings: list[Finding]) -> str:
    """Write findings for programs."""
    told = [{k: v for k, v in asdict(finding).items() if v} for finding in findings]
    return json.dumps({"ok": not verdict(findings), "findings": told}, indent=2)
