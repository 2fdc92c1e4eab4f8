"""Each screen on a real window, held against a small picture of it.

The pictures are compared small and with tolerance: they show that everything is in its place and
in its colour, not how one driver rounds an edge. After a wanted change of the looks:
``PYTHONPATH=tests python tests/demo_game/test_screens.py`` makes them anew: look at them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from support.desktop import Desktop

HERE = Path(__file__).parent
REFERENCES = HERE / "pictures"
SMALL, BOX, NEAREST = (320, 180), Image.Resampling.BOX, Image.Resampling.NEAREST
NEARLY = 2.0
"""Mean difference of a channel, of 255, over the whole picture, at most."""
BLOCKS = (16, 9)
NEARLY_HERE = 16.0
"""The same in the worst block of 80 by 80 pixels."""

NAMES = sorted(file.stem for file in REFERENCES.glob("*.png"))


def take_pictures(desktop: Desktop, folder: Path, *size: int) -> None:
    """Have all screens shown and saved."""
    with desktop.run(HERE / "screens.py", folder, *map(str, size)) as program:
        if program.wait(60.0):
            raise AssertionError("screens.py failed; its words are above")


def small(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return picture.convert("RGB").resize(SMALL, BOX)


@pytest.fixture(scope="module")
def pictures(desktop: Desktop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screens")
    take_pictures(desktop, folder)
    return folder


def sharpness(picture: Image.Image) -> float:
    """How much neighbours differ; squared, so that one great step counts more than two small."""
    return sum(
        ImageStat.Stat(ImageChops.difference(picture, ImageChops.offset(picture, 1, 0))).sum2
    )


@pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="other systems let no program make a desktop of its own",
)
def test_on_a_dense_screen_it_is_the_same_picture_drawn_finer(tmp_path: Path) -> None:
    with Desktop("3200x2000") as desktop:  # with room around the larger window
        for size in ((1280, 720), (2560, 1440)):
            (tmp_path / str(size[0])).mkdir()
            take_pictures(desktop, tmp_path / str(size[0]), *size)

    for name in NAMES:
        with Image.open(tmp_path / "2560" / f"{name}.png") as file:
            dense = file.convert("RGB")
        with Image.open(tmp_path / "1280" / f"{name}.png") as file:
            usual = file.convert("RGB")
        difference = ImageChops.difference(*(i.resize(SMALL, BOX) for i in (dense, usual)))
        enlarged = usual.resize(dense.size, Image.Resampling.BICUBIC)
        assert dense.size == (2560, 1440)
        assert max(ImageStat.Stat(difference).mean) < NEARLY, name
        assert sharpness(dense) > 1.5 * sharpness(enlarged), f"{name} is a blurred enlargement"
        assert dense != dense.reduce(2).resize(dense.size, NEAREST), f"{name} is made of blocks"


def test_every_screen_has_its_reference(pictures: Path) -> None:
    assert sorted(file.stem for file in pictures.glob("*.png")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_looks_like_its_reference(pictures: Path, name: str) -> None:
    shown, wanted = small(pictures / f"{name}.png"), small(REFERENCES / f"{name}.png")

    difference = ImageChops.difference(shown, wanted)

    blocks = difference.resize(BLOCKS, BOX)
    assert max(ImageStat.Stat(difference).mean) < NEARLY
    assert max(high for _, high in blocks.getextrema()) < NEARLY_HERE


def test_a_missing_stamp_would_be_noticed(pictures: Path) -> None:
    wanted = small(REFERENCES / "title.png")
    emptied = wanted.copy()
    emptied.paste((15, 29, 64), (200, 15, 305, 150))

    blocks = ImageChops.difference(emptied, wanted).resize(BLOCKS, BOX)

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
