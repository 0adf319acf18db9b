"""Tell what of a fix in history is judged (`sightline.kinds.friends.plausibility`).

The verdict is found when a track is read, from the fix and both its neighbours, and kept nowhere:
so a past that was written before there were verdicts has them, too, and a better rule needs no
change of what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sightline.history.formats.fix import number, position
from sightline.kinds.friends.plausibility import Judge, Spot


class Verdicts:
    """Let through the fixes of one device that are used; with ``doubtful`` all, and why not.

    For fixes that come from elsewhere than a store; of one: `sightline.history.judged_fixes`.
    """

    def __init__(self, *, doubtful: bool) -> None:
        self._doubtful = doubtful
        self._judge: Judge[dict[str, object]] = Judge(spot_of)

    def take(self, fixes: Iterable[dict[str, object]]) -> list[dict[str, object]]:
        """Return what is settled by these further fixes, in order of time."""
        return self._shown(self._judge.take(fixes))

    def end(self) -> list[dict[str, object]]:
        """Return what waited for a next fix."""
        return self._shown(self._judge.end())

    def _shown(
        self, judged: Iterable[tuple[dict[str, object], str | None]]
    ) -> list[dict[str, object]]:
        if not self._doubtful:
            return [fix for fix, why in judged if why is None]
        return [fix if why is None else {**fix, "doubt": why} for fix, why in judged]


def spot_of(fix: Mapping[str, object]) -> Spot | None:
    """Return what of a fix is judged; None when it has no position or time."""
    where, tst = position(fix), number(fix.get("tst"))
    if where is None or tst is None:
        return None
    acc, at, vel = (number(fix.get(name)) for name in ("acc", "at", "vel"))
    regions, wifi = fix.get("inregions"), fix.get("BSSID")
    return Spot(
        *where,
        tst,
        None if acc == -1 else acc,  # which says "unknown"
        0.0 if at is None else tst - at,
        max(0.0, vel or 0.0) / 3.6,
        [each for each in regions if isinstance(each, str)] if isinstance(regions, list) else (),
        wifi if isinstance(wifi, str) else None,
        fix.get("conn") in ("w", "m"),
        fix.get("believed") is True,
    )
