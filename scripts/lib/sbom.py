"""What is installed beside this Python, as a CycloneDX 1.5 bill of materials on standard output."""

from __future__ import annotations

import json
import sys
from importlib.metadata import Distribution, distributions

OWN = "sightline"
TOOLS = {"pip", "setuptools", "wheel"}


def component(found: Distribution) -> dict[str, object]:
    """Return one package: name, version, licence as it says."""
    name, said = found.metadata["Name"], found.metadata
    licence = said.get("License-Expression") or (said.get("License") or "").partition("\n")[0]
    told: dict[str, object] = {
        "type": "library",
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{found.version}",
    }
    if licence:
        told["licenses"] = [{"license": {"name": licence}}]
    return told


def main() -> None:
    """Print the list as JSON."""
    found = {each.metadata["Name"]: each for each in distributions()}
    own = found.pop(OWN)
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": {"component": {"type": "application", "name": OWN, "version": own.version}},
        "components": [
            component(found[name]) for name in sorted(found, key=str.lower) if name not in TOOLS
        ],
    }
    json.dump(told, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
