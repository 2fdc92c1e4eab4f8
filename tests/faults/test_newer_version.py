"""A home that a newer version has written to: read as far as it is understood."""

from __future__ import annotations

import json
import random

from simulation.server import Server
from support.fakes import command

from exponea_game.journal.cursor import CURSOR, CURSOR_SIZE
from exponea_game.journal.line import render
from exponea_game.system.disk import Disk
from exponea_game.system.two_slot_file import TwoSlotFile
from faults.launches import Launch


def test_a_newer_versions_journal_is_delivered_from_where_it_was(tmp_path):
    folder = tmp_path / "runs" / "000001-abcdef"
    folder.mkdir(parents=True)
    about = json.dumps({"boot": "b", "elapsed": 1.0, "wall": 1.0, "moon": "full"})
    lines = [
        render(0, 0.0, f',"clock":{about},"mood":{{"a":[1]}},"will":null'),
        render(1, 1.0, f',"cmd":{command("sent", 1)}'),
        render(2, 2.0, f',"mood":["x"],"cmd":{command("waiting", 2)}'),
        b'{"version":2,"what":"nobody knows"}\n',
        render(2, 3.0, ',"mood":7'),
        render(3, 4.0, f',"cmd":{command("waiting", 3)}'),
    ]
    (folder / "00000001.jsonl").write_bytes(b"".join(lines))
    (folder / "index.bin").write_bytes(bytes(range(256)))
    (tmp_path / "settings.json").write_text("{}")
    done = {"segment": 1, "offset": len(lines[0] + lines[1]), "seq": 1, "closed": False}
    cursor = TwoSlotFile(folder / CURSOR, CURSOR_SIZE, Disk())
    cursor.write({**done, "lost": {}, "colour": "blue"})
    cursor.close()

    game = Launch(tmp_path, server=Server(random.Random(0)))
    game.deliver()
    game.close()

    assert sorted(game.types) == ["installation", "waiting", "waiting"]
    assert game.told == []
    assert (tmp_path / "settings.json").exists()
