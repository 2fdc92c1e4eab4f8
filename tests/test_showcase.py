"""The demo's own judgement: it is content with one whole session and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from support import showcase
from support.desktop import Desktop

WHOLE = ["installation", "session_start", "level_start", "level_start", "session_end"]
SESSION = [{"start": 10.0, "end": 30.0}]


def judged(received: Sequence[str], sessions: list[dict[str, Any]] = SESSION) -> list[str]:
    events = [{"event_type": kind} for kind in received]
    return showcase.faults(["level_start", "level_start"], events, sessions)


def test_all_that_was_tracked_in_one_session_is_right() -> None:
    assert judged(WHOLE) == []


@pytest.mark.parametrize("kind", WHOLE)
def test_any_event_that_is_missing_is_a_fault(kind: str) -> None:
    received = list(WHOLE)
    received.remove(kind)

    assert judged(received) == [f"1 {kind} lost"]


@pytest.mark.parametrize("kind", WHOLE)
def test_any_event_that_came_twice_is_a_fault(kind: str) -> None:
    assert judged([*WHOLE, kind]) == [f"1 {kind} too many"]


def test_an_end_of_another_session_is_a_fault() -> None:
    unpaired = [{"start": 10.0, "end": None}, {"start": None, "end": 30.0}]

    assert judged(WHOLE, unpaired) == ["the session_end is not that of the session_start"]


def test_what_comes_with_every_event_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    common = {"sdk": "exponea_game", "session_id": "s-1"}
    kinds = enumerate(["session_start", "level_start", "level_start"])
    showcase.show(
        [
            {"event_type": kind, "timestamp": 10.0 + n, "properties": {**common, "level": 7}}
            for n, kind in kinds
        ],
        [],
    )

    shown = capsys.readouterr().out
    assert [shown.count(text) for text in ("session_id s-1", "sdk ", "level 7")] == [1, 1, 3]


def test_a_played_game_arrives_whole(desktop: Desktop, tmp_path: Path) -> None:
    picture = tmp_path / "demo.png"

    words = ["-m", "tests.support.showcase", "--seconds", "6", "--picture", picture]
    done = subprocess.run([sys.executable, *words], cwd=showcase.ROOT, timeout=120)

    assert done.returncode == 0
    assert picture.stat().st_size > 10_000
