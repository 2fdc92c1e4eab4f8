"""What waits in memory, and what comes back there from the disk."""

from __future__ import annotations

from support.fakes import command
from support.journals import overflow

from exponea_game.journal.line import lines
from exponea_game.journal.memory import Memory, Waiting, recall
from exponea_game.journal.writer import Journal
from exponea_game.testing.ram_disk import RamDisk

RUN = {"boot": "b", "elapsed": 5.5, "wall": 1.7e9}


def written(disk, folder):
    """The bytes of all segments, oldest first."""
    paths = [folder / name for name in sorted(disk.names(folder)) if name.endswith(".jsonl")]
    return b"".join(disk.read(path, 0, disk.size(path)) for path in paths)


def test_what_is_on_the_disk_comes_back_once_though_segments_repeat_it(tmp_path, monkeypatch):
    monkeypatch.setattr("exponea_game.journal.writer.SEGMENT_LIMIT", 300)
    disk = RamDisk()
    journal = Journal(tmp_path, disk, RUN)
    journal.begin()
    for number in range(8):
        journal.append(float(number), command(f"jump{number}"), '{"of":"a session"}')
        journal.append(number + 0.5)  # a sign of life: nothing to keep
        journal.catch_up()
    assert journal.number > 1

    recalled = list(recall(written(disk, tmp_path)))

    assert [waiting.seq for waiting in recalled] == list(range(1, 9))
    assert [waiting.command for waiting in recalled] == [command(f"jump{n}") for n in range(8)]
    assert {waiting.will for waiting in recalled} == {'{"of":"a session"}'}
    journal.close()


def test_a_journal_that_was_taken_back_is_written_whole_once_it_may_be(tmp_path):
    disk = RamDisk()
    journal = Journal(tmp_path, disk, RUN)
    journal.begin()
    journal.append(0.5, command("early"), '{"of":"a session"}')
    journal.hold(PermissionError("wait"))
    data = written(disk, tmp_path)
    disk.remove(tmp_path / "00000001.jsonl")

    journal.take_back(data)
    journal.append(1.0, command("late"))
    assert written(disk, tmp_path) == b""
    journal.hold(None)
    journal.maintain()

    found = list(lines(written(disk, tmp_path)))
    commands = [line.command.decode() for line in found if line.command]
    assert commands == [command("early"), command("late")]
    assert found[1].others["will"] == {"of": "a session"}
    journal.close()


def test_of_what_has_no_room_an_event_that_tells_of_losses_is_not_dropped(monkeypatch):
    monkeypatch.setattr("exponea_game.journal.memory.MEMORY_LIMIT", 1000)
    memory, told = Memory(), overflow({"shot": 1200})
    commands = [command("early"), told, *(command("jump", number) for number in range(100))]

    for seq, own in enumerate(commands, 1):
        memory.add(Waiting(b"x" * 100, seq, 1.0, None, own))

    assert [waiting.seq for waiting in memory] == [2, *range(94, 103)]
    assert memory.size == 1000


def test_where_nothing_else_is_left_such_an_event_goes_too(monkeypatch):
    monkeypatch.setattr("exponea_game.journal.memory.MEMORY_LIMIT", 1000)
    memory, told = Memory(), overflow({"shot": 1200})

    for seq in range(1, 21):
        memory.add(Waiting(b"x" * 100, seq, 1.0, None, told))

    assert [waiting.seq for waiting in memory] == [*range(11, 21)]


def test_what_was_dropped_while_it_was_written_is_not_taken_twice(monkeypatch):
    monkeypatch.setattr("exponea_game.journal.memory.MEMORY_LIMIT", 300)
    memory = Memory()
    for seq, own in enumerate([overflow({"shot": 1}), command("a"), command("b")], 1):
        memory.add(Waiting(b"x" * 100, seq, 1.0, None, own))
    chunk = list(memory)
    memory.add(Waiting(b"x" * 100, 4, 1.0, None, command("c")))

    memory.take(chunk)

    assert [waiting.seq for waiting in memory] == [4]
    assert memory.size == 100
