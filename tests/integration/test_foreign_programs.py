"""Programs of other people are what they are by themselves, and their sessions are told.

Each is started twice, with us and without, on a desktop of its own, and closed as by a click after
a second: with the same output and the same exit status. The examples of arcade are in its package,
those of pyglet in its source distribution.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.desktop import Desktop
from support.fakes import journaled

ARCADE = """
happy_face drawing_primitives drawing_text gradients shapes resizable_window view_pause_screen
view_instructions_and_game_over sprite_collect_coins sprite_bullets sprite_move_walls tetris
sprite_rooms sections_demo_1 particle_fireworks asteroid_smasher snow timer starting_template
sprite_minimal
"""
PYGLET = """
hello_world.py timer.py shapes.py gui/widgets.py opengl/opengl_scissor.py opengl/torus.py
programming_guide/window_subclass.py sprite/sprite_batching.py text/text_input.py
text/html_label.py window/multiple_windows.py
"""
QUICK = {"happy_face", "view_pause_screen"}
"""Those of arcade's that are run each time: pyglet's have to be fetched first."""
CLOSES = '''
import sys, threading, time

def close():
    """Click the windows' close buttons, a second after the first one has opened."""
    while not getattr(sys.modules.get("pyglet.app"), "windows", None):
        time.sleep(0.05)
    time.sleep(1.0)
    app = sys.modules["pyglet.app"]
    for window in list(app.windows):
        app.platform_event_loop.post_event(window, "on_close")

threading.Thread(target=close, daemon=True).start()
'''
PASSING = re.compile(
    r"^(?:(?:ALSA|AL) lib|events wait on this machine: ).*\n|^.* PerformanceWarning: .*\n  .*\n",
    re.MULTILINE,
)
"""What a machine without sound says at any moment, what we say to developers, and what arcade says
of a text that a game of chance draws in its first second, or later."""
NUMBERS = re.compile(r"0x[0-9a-f]+|\d+")


def play(desktop: Desktop, folder: Path, *words: str | Path) -> list[tuple[int, str, str]]:
    """Run a program without us and with us: the status and what was printed, but for numbers."""
    (folder / "sitecustomize.py").write_text(CLOSES)
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    places = {"PYTHONPATH": path, "EXPONEA_GAME_HOME": str(folder / "home")}
    mine = {name: text for name, text in desktop.environment.items() if "EXPONEA" not in name}
    programs = [
        subprocess.Popen(
            [sys.executable, *ours, *words],
            cwd=words[0].parent if isinstance(words[0], Path) else folder,
            env={**mine, **places},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for ours in ([], ["-m", "exponea_game", "run"])
    ]
    said = [program.communicate(timeout=120) for program in programs]
    return [
        (program.returncode, NUMBERS.sub("0", out), NUMBERS.sub("0", PASSING.sub("", errors)))
        for program, (out, errors) in zip(programs, said, strict=True)
    ]


def check(desktop: Desktop, folder: Path, *words: str | Path) -> None:
    alone, tracked = play(desktop, folder, *words)

    assert tracked == alone
    told = [command["data"] for command in journaled(folder / "home")]
    assert [event["event_type"] for event in told] == [
        "installation",
        "session_start",
        "session_end",
    ]
    assert told[-1]["properties"]["reason"] == "quit"
    assert 0 < told[-1]["properties"]["duration"] < 100


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in ARCADE.split()
    ],
)
def test_a_program_of_arcades_is_what_it_is_by_itself(
    desktop: Desktop, tmp_path: Path, example: str
) -> None:
    check(desktop, tmp_path, "-m", f"arcade.examples.{example}")


@pytest.mark.slow
@pytest.mark.parametrize("example", PYGLET.split())
def test_a_program_of_pyglets_is_what_it_is_by_itself(
    desktop: Desktop, tmp_path: Path, pyglets_examples: Path, example: str
) -> None:
    check(desktop, tmp_path, pyglets_examples / example)
