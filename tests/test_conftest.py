"""In CI no test is passed over because something is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

def test_that_is_skipped():
    pytest.skip("there is no browser")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot have everything")
@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_skip_is_a_failure_in_ci_and_says_what_is_missing(
    tmp_path: Path, ci: str, status: int
) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(Path(__file__).parent)}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-r", "sf", tmp_path],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == status
    assert "there is no browser" in done.stdout
