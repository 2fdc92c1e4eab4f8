"""Real programs that end of their own errors, of signals, with a status: what arrives of it."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from games import playing, project
from support.desktop import wait_until
from support.leftovers import send_leftovers

from exponea_game.delivery.transport import Reply

PLAYER = """
import sys, threading, exponea_game
from exponea_game.testing import FakeWindow
window = FakeWindow()
{before}
exponea_game.configure(app_name="game", **{settings})
exponea_game.attach(window)
exponea_game.track_event("played")
{after}
"""
READY = """
import time
print('"ready"', flush=True)
while True:
    time.sleep(0.01)
"""


def game(after: str, before: str = "", **settings: Any) -> str:
    return PLAYER.format(after=after, before=before, settings=settings)


def ended(collector: Any, home: Path) -> dict[str, Any]:
    """The properties of the one session's end, after the game has."""
    send_leftovers(home, project(collector.url))
    (end,) = collector.events(type="session_end")
    return dict(end["properties"])


def errors(collector: Any) -> list[dict[str, Any]]:
    return [event["properties"] for event in collector.events(type="error")]


def test_rule_13_a_game_that_dies_of_its_own_error_says_so(collector, tmp_path):
    code = game("def level():\n    raise KeyError('anna')\nlevel()")
    with playing(tmp_path, collector.url, code) as program:
        assert program.wait() == 1

    assert ended(collector, tmp_path)["reason"] == "error"
    (error,) = errors(collector)
    assert (error["error_type"], error["thread"]) == ("KeyError", "MainThread")
    assert error["session_id"] == ended(collector, tmp_path)["session_id"]
    assert "anna" not in str(error)
    types = [event["event_type"] for event in collector.events()]
    assert types.index("error") < types.index("session_end")


@pytest.mark.parametrize(
    ("code", "status"), [("sys.exit(3)", 3), ("pass", 0), ("raise KeyboardInterrupt", None)]
)
def test_rule_13_what_is_no_error_is_a_quit(collector, tmp_path, code, status):
    with playing(tmp_path, collector.url, game(code)) as program:
        assert status in (program.wait(), None)

    assert ended(collector, tmp_path)["reason"] == "quit"
    assert errors(collector) == []


def test_rule_13_an_exception_in_asyncio_that_nobody_catches_is_an_error(collector, tmp_path):
    code = game("import asyncio\nasync def play():\n    1 / 0\nasyncio.run(play())")
    with playing(tmp_path, collector.url, code) as program:
        assert program.wait() == 1

    assert ended(collector, tmp_path)["reason"] == "error"
    assert errors(collector)[0]["error_type"] == "ZeroDivisionError"


def test_rule_13_an_error_of_a_thread_is_the_event_alone(collector, tmp_path):
    code = game(
        "for _ in range(5):\n"
        "    thread = threading.Thread(target=lambda: 1 / 0, name='loader')\n"
        "    thread.start()\n"
        "    thread.join()"
    )
    with playing(tmp_path, collector.url, code) as program:
        assert program.wait() == 0

    assert ended(collector, tmp_path)["reason"] == "quit"
    assert [error["thread"] for error in errors(collector)] == ["loader"]


@pytest.mark.parametrize(
    ("wanted", "messages"), [(True, [None]), (False, []), ("with_message", ["anna"])]
)
def test_rule_13_the_game_says_how_much_of_an_error_is_told(collector, tmp_path, wanted, messages):
    code = game("raise ValueError('anna')", track_errors=wanted)
    with playing(tmp_path, collector.url, code) as program:
        program.wait()

    assert ended(collector, tmp_path)["reason"] == "error"
    assert [error.get("error_message") for error in errors(collector)] == messages


def test_rule_13_an_error_that_the_game_has_caught_is_told_by_hand(collector, tmp_path):
    code = game("try:\n    1 / 0\nexcept Exception as error:\n    exponea_game.track_error(error)")
    with playing(tmp_path, collector.url, code) as program:
        assert program.wait() == 0

    assert ended(collector, tmp_path)["reason"] == "quit"
    assert [error["error_type"] for error in errors(collector)] == ["ZeroDivisionError"]


HOOK = """
earlier = sys.excepthook
def hook(*caught):
    print('"hooked"', flush=True)
    earlier(*caught)
sys.excepthook = hook
"""


@pytest.mark.parametrize("place", ["before", "after"])
def test_rule_13_a_game_with_sentry_tells_both_of_its_error(collector, serve, tmp_path, place):
    envelopes = []

    def sentry(_path, headers, data):
        packed = headers.get("Content-Encoding") == "gzip"
        envelopes.append(gzip.decompress(data) if packed else data)
        return Reply(200, {}, b"{}")

    dsn = serve(sentry).replace("://", "://key@") + "/1"
    parts = {"before": "", "after": ""}
    parts[place] = f"import sentry_sdk; sentry_sdk.init({dsn!r})"
    code = game(parts["after"] + "\nraise KeyError('anna')", parts["before"])
    with playing(tmp_path, collector.url, code) as program:
        assert program.wait() == 1

    assert ended(collector, tmp_path)["reason"] == "error"
    assert [error["error_type"] for error in errors(collector)] == ["KeyError"]
    wait_until(lambda: any(b"KeyError" in envelope for envelope in envelopes), "Sentry's report")


@pytest.mark.parametrize("place", ["before", "after"])
def test_rule_13_a_hook_of_the_games_runs_as_ever(collector, tmp_path, place):
    parts = {"before": "", "after": ""}
    parts[place] = HOOK
    code = game(parts["after"] + "\n1 / 0", parts["before"])
    with playing(tmp_path, collector.url, code) as program:
        program.wait_for(lambda said: said == "hooked")
        assert program.wait() == 1

    assert ended(collector, tmp_path)["reason"] == "error"


@pytest.mark.parametrize("debugger", [(), ("-m", "pdb", "-c", "continue")], ids=["none", "pdb"])
def test_rule_13_what_python_shows_of_an_error_is_the_same_with_and_without_us(tmp_path, debugger):
    script = tmp_path / "game.py"
    outputs = []
    for line in ("import exponea_game; exponea_game.configure(home='home')", "pass"):
        (tmp_path / "library.py").write_text(f"import logging; logging.disable(); {line}\n")
        script.write_text("import library\ndef level():\n    raise KeyError('x')\nlevel()\n")
        done = subprocess.run(
            [sys.executable, *debugger, script],
            input="where\nquit\n",
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
        )
        outputs.append((done.returncode, done.stdout, done.stderr))

    assert outputs[0] == outputs[1]
    assert "KeyError: 'x'" in "".join(outputs[0][1:])


# Signals


@pytest.mark.skipif(sys.platform == "win32", reason="there a program is ended without a signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGHUP", None)])
def test_rule_13_a_signal_ends_the_session_and_then_the_program_as_ever(
    collector, tmp_path, number
):
    with playing(tmp_path, collector.url, game(READY)) as program:
        program.wait_for(lambda said: said == "ready")
        sent = time.time()
        program.process.send_signal(number)
        assert program.wait() == -number

    assert ended(collector, tmp_path)["reason"] == "quit"
    (end,) = collector.events(type="session_end")
    assert abs(end["timestamp"] - sent) < 5.0


CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
"""As in a terminal: a program in the background may have been told to ignore it."""


@pytest.mark.skipif(sys.platform == "win32", reason="there it is sent to a whole console")
def test_rule_13_ctrl_c_ends_the_session_and_then_the_program_as_ever(collector, tmp_path):
    with playing(tmp_path, collector.url, game(READY, CTRL_C)) as program:
        program.wait_for(lambda said: said == "ready")
        program.process.send_signal(signal.SIGINT)
        assert program.wait() == -signal.SIGINT

    assert ended(collector, tmp_path)["reason"] == "quit"
    assert errors(collector) == []


OWN = """
import signal
def handler(*_):
    print('"mine"', flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, handler)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there a program is ended without a signal")
@pytest.mark.parametrize("place", ["before", "after"])
def test_rule_13_a_handler_of_the_games_own_wins(collector, tmp_path, place):
    parts = {"before": "", "after": READY}
    parts[place] = OWN + parts[place]
    with playing(tmp_path, collector.url, game(**parts)) as program:
        program.wait_for(lambda said: said == "ready")
        program.process.terminate()
        program.wait_for(lambda said: said == "mine")
        assert program.wait() == 7

    assert ended(collector, tmp_path)["reason"] == "quit"


@pytest.mark.skipif(sys.platform == "win32", reason="there a program is ended without a signal")
def test_rule_13_with_handle_signals_off_no_signal_is_touched(collector, tmp_path):
    code = game(READY, handle_signals=False)
    with playing(tmp_path, collector.url, code) as program:
        program.wait_for(lambda said: said == "ready")
        program.process.terminate()
        assert program.wait() == -signal.SIGTERM

    assert collector.events(type="session_end") == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_rule_13_a_forked_child_dies_of_a_signal_as_ever(collector, tmp_path):
    code = game(
        "import os, signal, time\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    time.sleep(60)\n"
        "os.kill(child, signal.SIGTERM)\n"
        "assert os.waitpid(child, 0)[1] == signal.SIGTERM\n"
    )
    with playing(tmp_path, collector.url, code) as program:
        assert program.wait() == 0

    assert ended(collector, tmp_path)["reason"] == "quit"
