"""What the system does with a program whose console ends, done to real programs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.windows_console import CTRL_BREAK, END_CONSOLE, WAIT

from exponea_game.system.windows_console import CLOSED, LOGGED_OFF, SHUT_DOWN

PROGRAM = (
    """
import threading, time
from exponea_game.system.windows_console import watch_console
def ended():
    print("told", flush=True)
    time.sleep(0.3)  # as a disk may take
    print("kept", flush=True)
forget = watch_console(ended)
FORGET
"""
    + END_CONSOLE
    + WAIT
)


def said(program: str, event: int) -> list[str]:
    command = [sys.executable, "-c", program.replace("EVENT", str(event))]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.split()


@pytest.mark.parametrize("event", [CLOSED, LOGGED_OFF, SHUT_DOWN])
def test_the_program_lives_until_what_is_to_be_done_is_done(event):
    assert said(PROGRAM.replace("FORGET", ""), event) == ["told", "kept"]


def test_ctrl_break_is_left_to_python():
    assert said(PROGRAM.replace("FORGET", ""), CTRL_BREAK) == []


def test_once_forgotten_nothing_is_called():
    assert said(PROGRAM.replace("FORGET", "forget()"), CLOSED) == []
