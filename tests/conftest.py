"""Fixtures that several test files share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from desktop import Desktop, missing_tools


@pytest.fixture(scope="session")
def desktop() -> Iterator[Desktop]:
    """An X display with a window manager, for tests with real windows (see desktop.py)."""
    if missing := missing_tools():
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse(f"a desktop needs {', '.join(missing)}")
    with Desktop() as desktop:
        yield desktop
