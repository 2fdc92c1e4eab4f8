"""The pictures of README.md are there, and quickly fetched."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image, ImageSequence, ImageStat

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "assets" / "pictures"
MOST_BYTES, MOST_BYTES_OF_ONE = 6_000_000, 4_000_000


def duration(film: Image.Image) -> float:
    """The seconds for which all frames together are shown."""
    return sum(frame.info["duration"] / 1000 for frame in ImageSequence.Iterator(film))


def test_every_picture_that_the_readme_shows_is_there() -> None:
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert shown
    assert [name for name in shown if not (ROOT / name).is_file()] == []


def test_all_pictures_together_are_small() -> None:
    sizes = [file.stat().st_size for file in PICTURES.iterdir()]

    assert max(sizes) < MOST_BYTES_OF_ONE
    assert sum(sizes) < MOST_BYTES


def test_the_film_is_short_and_begins_again() -> None:
    with Image.open(PICTURES / "demo.gif") as film:
        assert film.n_frames > 100
        assert film.info["loop"] == 0  # for ever
        assert 8 < duration(film) < 16


def test_the_film_shows_the_night_of_the_game_beside_the_page_of_the_collector() -> None:
    with Image.open(PICTURES / "demo.gif") as film:
        shown = film.convert("L")
    middle = film.width // 2

    game, page = (
        ImageStat.Stat(shown.crop(half)).median[0]
        for half in ((0, 0, middle, film.height), (middle, 0, film.width, film.height))
    )

    assert game < 60
    assert page > 240
