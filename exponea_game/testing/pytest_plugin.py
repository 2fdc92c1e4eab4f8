"""A pytest plugin: the fixture ``exponea`` for a game's own tests (see testing).

    def test_a_lost_level_is_tracked(exponea):
        ...

    @pytest.mark.exponea(session_timeout=5.0)        # settings that the game does not set itself

A test that used the fixture and fails shows the timeline. Everything is imported when a test asks
for the fixture, so that the plugin costs a test run nothing else.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from exponea_game.testing import Playthrough


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "exponea(**settings): settings of the fixture exponea")


@pytest.fixture
def exponea(request: pytest.FixtureRequest) -> Iterator[Playthrough]:
    """A player who plays the game, without disk, network or waiting."""
    from exponea_game.testing import Playthrough

    marker = request.node.get_closest_marker("exponea")
    if marker is not None and marker.args:
        raise pytest.UsageError("the mark exponea takes settings by their names")
    with Playthrough(**(marker.kwargs if marker else {})) as playthrough:
        yield playthrough


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the timeline of a test that failed."""
    report = yield
    playthrough: Any = getattr(item, "funcargs", {}).get("exponea")
    if report.when == "call" and report.failed and hasattr(playthrough, "timeline"):
        report.sections.append(("exponea_game", playthrough.timeline()))
    return report
