"""How Windows ends programs: with their console, by Ctrl+Break, or with the user's session."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import requests
from games import playing, project
from support.leftovers import send_leftovers
from support.windows_console import (
    CLOSED,
    CTRL_BREAK,
    CTRL_C,
    END_CONSOLE,
    LOGGED_OFF,
    SHUT_DOWN,
    WAIT,
)

from exponea_game.run.endings import STATUS_CONTROL_C_EXIT

GAME = """
import json, sys, threading, exponea_game
from exponea_game.testing import FakeWindow
exponea_game.configure(session_timeout=60.0)
window = FakeWindow()
exponea_game.attach(window)
exponea_game.track_event("jump")
print('"ready"', flush=True)
"""
RAISE = "import signal\nsignal.raise_signal(signal.SIGBREAK)\n"
WITH_A_WINDOW = """
import ctypes, json, threading, pyglet, exponea_game
window = pyglet.window.Window(200, 100, caption="game")
exponea_game.attach(window)
exponea_game.track_event("jump")
send = ctypes.windll.user32.SendMessageW
def log_off(_):
    answers = [send(window._hwnd, 0x11, 0, 0), send(window._hwnd, 0x16, ENDS, 0)]
    print(json.dumps(answers), flush=True)
    threading.Event().wait()  # the system ends it in this moment or a later one
pyglet.clock.schedule_once(log_off, 0)
pyglet.app.run()
"""


def ended(collector):
    return [event["properties"]["reason"] for event in collector.events(type="session_end")]


@pytest.mark.parametrize("event", [CLOSED, LOGGED_OFF, SHUT_DOWN])
def test_the_end_of_the_console_ends_the_session_at_once(collector, tmp_path, event):
    closes = END_CONSOLE.replace("EVENT", str(event)) + WAIT
    with playing(tmp_path, collector.url, GAME + closes) as game:
        game.wait()
    send_leftovers(tmp_path, project(collector.url))

    assert ended(collector) == ["quit"]
    assert len(collector.events(type="jump")) == 1


def test_a_log_off_is_not_vetoed_and_ends_the_session_at_once(collector, tmp_path):
    with playing(tmp_path, collector.url, WITH_A_WINDOW.replace("ENDS", "1")) as game:
        answers = game.wait_for(lambda said: isinstance(said, list))
    send_leftovers(tmp_path, project(collector.url))

    assert answers == [1, 0]
    assert ended(collector) == ["quit"]


def test_a_log_off_that_is_called_off_ends_nothing(collector, tmp_path):
    with playing(tmp_path, collector.url, WITH_A_WINDOW.replace("ENDS", "0")) as game:
        answers = game.wait_for(lambda said: isinstance(said, list))

    assert answers == [1, 0]
    assert ended(collector) == []


def test_the_signal_of_ctrl_break_ends_the_session_and_the_program(collector, tmp_path):
    with playing(tmp_path, collector.url, GAME + RAISE + WAIT) as game:
        status = game.wait()
    send_leftovers(tmp_path, project(collector.url))

    assert status == STATUS_CONTROL_C_EXIT & 0xFFFFFFFF
    assert ended(collector) == ["quit"]


def test_ctrl_break_ends_the_program_as_ever(collector, tmp_path):
    statuses = []
    for code in (GAME, ""):
        code += END_CONSOLE.replace("EVENT", str(CTRL_BREAK)) + WAIT
        with playing(tmp_path, collector.url, code) as game:
            statuses.append(game.wait())

    assert statuses == [STATUS_CONTROL_C_EXIT & 0xFFFFFFFF] * 2


def test_a_second_collector_does_not_get_the_port(collector):
    port = collector.url.rpartition(":")[2]
    command = [sys.executable, "-m", "exponea_game", "collector", "--port", port]

    second = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert second.returncode == 1
    assert second.stderr.startswith(f"No collector on port {port}: ")


@pytest.mark.parametrize("event", [CTRL_C, CTRL_BREAK, CLOSED])
def test_a_collector_ends_cleanly(tmp_path, event):
    end = f"import sys\nsys.stdin.readline()\n{END_CONSOLE.replace('EVENT', str(event))}"
    code = f"""
import sys, threading
from exponea_game.cli import main
threading.Thread(target=exec, args=({end!r}, {{}}), daemon=True).start()
sys.exit(main(["collector", "--port", "0"]))
"""
    environment = {**os.environ, "TEMP": str(tmp_path), "TMP": str(tmp_path)}
    program = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    url = program.stdout.readline().strip()
    with requests.get(f"{url}/_/stream", stream=True, timeout=5):
        kept = list(tmp_path.iterdir())
        program.stdin.write("\n")
        program.stdin.flush()
        program.wait(60)

    assert len(kept) == 1
    assert list(tmp_path.iterdir()) == []
