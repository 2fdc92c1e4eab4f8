"""The thread that looks at the run while somebody watches."""

from __future__ import annotations

from exponea_game.inspector.subject import Subject
from exponea_game.inspector.watch import Watch


def nothing() -> None:
    return None


def test_the_watch_says_nothing_while_nothing_is_tracked():
    subject = Subject(nothing, str, nothing, nothing, str, nothing, lambda decision: None)
    watch = Watch(subject)
    watch.stop()

    watch._look()

    assert watch.began
    assert watch.insight is None
