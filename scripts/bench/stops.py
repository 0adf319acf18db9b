"""How long it takes to stop a robot, by what goes wrong (the table in explain/safety.md).

    .venv/bin/python scripts/bench/stops.py [RUNS [TESTS…]]

Runs the drive tests (real mosquitto, real processes) so many times and prints the least, the
middle and the greatest time from the fault to the stop on keys/ProBot1, in ms. Ends with 1 when
what is promised of a stop under attack is not held.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
TESTS = (
    "tests/driving/test_stops.py",
    "tests/driving/test_stops_attacked.py",
    "tests/test_replicas_driving.py",
)
PROMISED = {
    "stop button, a visitor floods pings": 150,
    "stop button, a visitor floods requests": 150,
    "stop button, foreign commands 2,000/s": 150,
    "stop button, 3000 viewers": 150,
}
"""The most a stop may take under attack, ms."""


def main(runs: int, *only: str) -> int:
    figures: dict[str, list[float]] = defaultdict(list)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stops"
        for _ in range(runs):
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *(only or TESTS)],
                cwd=ROOT,
                env={**os.environ, "SIGHTLINE_STOPS": str(path)},
                stdout=sys.stderr,
                check=False,
            )
            failed += done.returncode != 0
        for line in path.read_text().splitlines():
            name, seconds = json.loads(line)
            figures[name].append(1000 * seconds)
    print("| what goes wrong | least | middle | most | promised |")
    print("|---|---|---|---|---|")
    for name, times in figures.items():
        most = PROMISED.get(name)
        failed += most is not None and max(times) > most
        print(
            f"| {name} | {min(times):.0f} | {median(times):.0f} | {max(times):.0f} | {most or ''} |"
        )
    return min(failed, 1)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, *sys.argv[2:]))
