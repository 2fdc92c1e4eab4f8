"""Each screen on a real window, held against a small picture of it.

The pictures are compared small and with tolerance: they show that everything is in its place and
in its colour, not how one driver rounds an edge. After a wanted change of the looks:
``PYTHONPATH=tests python tests/demo_game/test_screens.py`` makes them anew: look at them.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from desktop import Desktop
from PIL import Image, ImageChops, ImageStat

HERE = Path(__file__).parent
REFERENCES = HERE / "pictures"
SMALL = (320, 180)
NEARLY = 2.0
"""Mean difference of a channel, of 255, over the whole picture, at most."""
BLOCKS = (16, 9)
NEARLY_HERE = 16.0
"""The same in the worst block of 80 by 80 pixels."""

NAMES = sorted(file.stem for file in REFERENCES.glob("*.png"))


def take_pictures(desktop: Desktop, folder: Path) -> None:
    """Have all screens shown and saved."""
    with desktop.run(HERE / "screens.py", folder) as program:
        if program.wait(60.0):
            raise AssertionError("screens.py failed; its words are above")


def small(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return picture.convert("RGB").resize(SMALL, Image.Resampling.BOX)


@pytest.fixture(scope="module")
def pictures(desktop: Desktop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screens")
    take_pictures(desktop, folder)
    return folder


def test_every_screen_has_its_reference(pictures: Path) -> None:
    assert sorted(file.stem for file in pictures.glob("*.png")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_looks_like_its_reference(pictures: Path, name: str) -> None:
    shown, wanted = small(pictures / f"{name}.png"), small(REFERENCES / f"{name}.png")

    difference = ImageChops.difference(shown, wanted)

    blocks = difference.resize(BLOCKS, Image.Resampling.BOX)
    assert max(ImageStat.Stat(difference).mean) < NEARLY
    assert max(high for _, high in blocks.getextrema()) < NEARLY_HERE


def test_a_missing_stamp_would_be_noticed(pictures: Path) -> None:
    wanted = small(REFERENCES / "title.png")
    emptied = wanted.copy()
    emptied.paste((15, 29, 64), (200, 15, 305, 150))

    blocks = ImageChops.difference(emptied, wanted).resize(BLOCKS, Image.Resampling.BOX)

    assert max(high for _, high in blocks.getextrema()) > NEARLY_HERE


def main() -> None:
    """Make the references anew."""
    REFERENCES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Desktop() as desktop:
        take_pictures(desktop, Path(folder))
        for file in sorted(Path(folder).glob("*.png")):
            picture = small(file).quantize(128, dither=Image.Dither.NONE)
            picture.save(REFERENCES / file.name, optimize=True)


if __name__ == "__main__":
    main()
