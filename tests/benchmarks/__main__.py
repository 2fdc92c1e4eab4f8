"""Measure everything that promises a speed, and write it down.

    python -m tests.benchmarks              all of it, about fifty minutes
    python -m tests.benchmarks calls quitting   some sections; the others keep their figures
    python -m tests.benchmarks write        nothing anew: the pages and the pictures only

The figures go to results.json beside this file, from there into BENCHMARKS.md, the pages of
docs/figures and the pictures. A new section needs a line in tables.py and a page with its words.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import environment
import page
import pictures
from sections import SECTIONS

RESULTS = environment.HERE / "results.json"


def machine() -> str:
    """What the figures were measured on."""
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{os.cpu_count()} processors, {system}, CPython {platform.python_version()}"


def main(names: list[str]) -> int:
    """Run sections and write everything."""
    unknown = set(names) - SECTIONS.keys() - {"write"}
    if unknown:
        print(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if names != ["write"]:
        environment.prepare()
    for name in [name for name in SECTIONS if name in names or not names]:
        begun = time.monotonic()
        print(f"{name} ... ", end="", flush=True)
        figures = SECTIONS[name]()
        results[name] = {"at": time.strftime("%Y-%m-%d %H:%M"), "figures": figures}
        results["machine"] = machine()
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        print(f"{time.monotonic() - begun:.0f} s")
    page.write(results, environment.ROOT)
    pictures.write(results, environment.ROOT / "assets" / "pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
