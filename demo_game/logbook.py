"""The logbook: what is kept on disk (name, crystals, upgrades, settings, best tours).

One JSON file. A missing or broken one is an empty logbook; a disk that refuses is no reason to
stop playing.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

BEST_KEPT = 7


@dataclass
class Logbook:
    """Everything the game remembers."""

    name: str = ""
    crystals: int = 0
    owned: dict[str, int] = field(default_factory=dict)
    sound: bool = True
    fullscreen: bool = False
    send_play_data: bool = True
    best: list[tuple[str, int, int]] = field(default_factory=list)
    """Name, score and levels completed of the best tours, the best first."""
    file: Path | None = None
    """Where it is kept; None keeps it in memory alone."""

    def enter(self, name: str, score: int, levels: int) -> int:
        """Enter a tour; returns its place from 0, or -1 when it is not among the best."""
        entry = (name, score, levels)
        self.best.append(entry)
        self.best.sort(key=lambda row: -row[1])
        place = max(index for index, row in enumerate(self.best) if row is entry)
        del self.best[BEST_KEPT:]
        return place if place < BEST_KEPT else -1

    def save(self) -> None:
        """Write it to its file, if it has one."""
        if self.file is None:
            return
        kept = {key: value for key, value in asdict(self).items() if key != "file"}
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.file.with_suffix(".new")
            fresh.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            fresh.replace(self.file)


def open_logbook(file: Path) -> Logbook:
    """Read the logbook of a file, or begin one."""
    book = Logbook(file=file)
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        kept["best"] = [(str(n), int(score), int(levels)) for n, score, levels in kept["best"]]
        kept["owned"] = {str(key): int(grade) for key, grade in kept["owned"].items()}
        for known in fields(Logbook):
            if type(kept.get(known.name)) is type(getattr(book, known.name)):
                setattr(book, known.name, kept[known.name])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Logbook(file=file)
    return book
