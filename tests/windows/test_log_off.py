"""What Windows' message of a log-off does, on made-up windows."""

from __future__ import annotations

import pytest

from exponea_game.windows import log_off
from exponea_game.windows.log_off import WM_ENDSESSION, watch_log_off


class Window:
    """As pyglet's windows are on Windows."""

    def __init__(self, handlers):
        self._event_handlers = handlers


@pytest.fixture(autouse=True)
def _windows(monkeypatch):
    monkeypatch.setattr(log_off, "ON_WINDOWS", True)


@pytest.fixture
def told():
    return []


def test_the_end_of_the_users_session_is_told_and_no_end_is_not(told):
    window = Window({})
    watch_log_off(window, lambda: told.append("ended"))

    answers = [window._event_handlers[WM_ENDSESSION](WM_ENDSESSION, ends, 0) for ends in (0, 1)]

    assert answers == [0, 0]
    assert told == ["ended"]


def test_what_the_game_does_at_it_is_done_behind_and_stays(told):
    def own(*message):
        told.append(message)
        return 7

    window = Window({WM_ENDSESSION: own})
    remove = watch_log_off(window, lambda: told.append("ended"))

    assert window._event_handlers[WM_ENDSESSION](WM_ENDSESSION, 1, 2) == 7
    assert told == ["ended", (WM_ENDSESSION, 1, 2)]
    remove()
    assert window._event_handlers == {WM_ENDSESSION: own}


def test_it_goes_without_a_trace_unless_the_game_has_taken_the_message_since(told):
    window, other = Window({}), Window({})
    removals = [watch_log_off(each, lambda: told.append("ended")) for each in (window, other)]
    other._event_handlers[WM_ENDSESSION] = print

    for remove in removals:
        remove()

    assert window._event_handlers == {}
    assert other._event_handlers == {WM_ENDSESSION: print}


def test_a_window_of_another_system_has_other_messages_of_that_number(monkeypatch, told):
    monkeypatch.setattr(log_off, "ON_WINDOWS", False)
    window = Window({})

    watch_log_off(window, lambda: told.append("ended"))()

    assert window._event_handlers == {}
