"""What is lost, as an event tells it, and what is read from that event."""

from __future__ import annotations

from collections import Counter

import pytest
from support.journals import overflow

from exponea_game.events.commands import event
from exponea_game.journal.losses import OVERFLOW, properties, reported_by


def test_what_has_no_type_is_told_as_damaged():
    told = properties(Counter({"jump": 3, "shot": 4, "": 2}))

    assert told == {"events": 7, "by_type": {"jump": 3, "shot": 4}, "damaged": 2}


def test_what_an_event_tells_is_read_from_it():
    lost = {"shot": 1200, "\u00fc\\n": 4, "": 3}

    assert reported_by(overflow(lost).encode()) == lost


@pytest.mark.parametrize(
    "properties",
    ["{}", '{"by_type":[],"damaged":1}', '{"by_type":{"a":-1},"damaged":true}', "[" * 9_000],
)
def test_an_event_that_is_only_named_so_tells_of_none(properties):
    command = event("{}", f'"{OVERFLOW}"', 5.0, properties)

    assert reported_by(command.encode()) == {}
