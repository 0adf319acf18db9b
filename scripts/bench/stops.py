"""How long it takes to stop a robot, by what goes wrong: the table of server/README.md.

    .venv/bin/python scripts/bench/stops.py [RUNS]

Runs the drive tests (real mosquitto, real processes) so many times and prints the least, the
middle and the greatest time from the fault to the stop on keys/ProBot1, in ms.
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
TESTS = ("tests/driving/test_stops.py", "tests/test_replicas_driving.py")


def main(runs: int) -> int:
    figures: dict[str, list[float]] = defaultdict(list)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stops"
        for _ in range(runs):
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *TESTS],
                cwd=ROOT,
                env={**os.environ, "SIGHTLINE_STOPS": str(path)},
                stdout=sys.stderr,
                check=False,
            )
            failed += done.returncode != 0
        for line in path.read_text().splitlines():
            name, seconds = json.loads(line)
            figures[name].append(1000 * seconds)
    print("| what goes wrong | least | middle | most |")
    print("|---|---|---|---|")
    for name, times in figures.items():
        print(f"| {name} | {min(times):.0f} | {median(times):.0f} | {max(times):.0f} |")
    return failed


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
