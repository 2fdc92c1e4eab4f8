"""The files of a run, looked at while others remove them."""

from __future__ import annotations

from exponea_game.journal.segments import Segments
from exponea_game.system.disk import Disk


class EmptyingDisk(Disk):
    """A file is removed after the folder has told of it, as by a home that is given up."""

    def names(self, folder):
        found = super().names(folder)
        (folder / "00000001.jsonl").unlink(missing_ok=True)
        return found


def test_a_segment_that_is_removed_meanwhile_takes_no_room(tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number:08}.jsonl").write_bytes(b"x" * number)

    assert Segments(tmp_path, EmptyingDisk()).total() == 2
