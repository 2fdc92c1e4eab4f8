from __future__ import annotations

import errno
from itertools import pairwise

from exponea_game.journal.resync import LONGEST, Resync


def tries(resync, until):
    """The moments at which a disk is asked that always fails, with a look each second."""
    found = []
    for moment in range(until):
        if resync.is_due(float(moment)):
            resync.failed(OSError(errno.EIO, "no"), float(moment))
            found.append(moment)
    return found


def test_a_disk_that_fails_is_asked_with_the_next_look_and_then_ever_more_rarely():
    found = tries(Resync(), 3600)

    pauses = [later - sooner for sooner, later in pairwise(found)]
    assert pauses[:7] == [1, 1, 2, 4, 8, 16, LONGEST]
    assert set(pauses[7:]) == {LONGEST}


def test_a_failure_is_told_with_its_number_and_words_until_a_sync_succeeds():
    resync = Resync()

    told = resync.failed(OSError(errno.EIO, "Input/output error"), 5.0)

    assert resync.error is told
    assert (told.errno, told.strerror) == (errno.EIO, "Input/output error")
    resync.succeeded()
    assert resync.error is None
    assert tries(resync, 2) == [0, 1]
