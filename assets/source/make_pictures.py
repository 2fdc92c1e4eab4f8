"""Make the pictures of the README: ``python assets/source/make_pictures.py [NAME ...]``.

All of them are photographs of the real thing, taken on virtual displays.
"""

from __future__ import annotations

import argparse

import film
import game_stills
import page_stills
import studio

PICTURES = {
    "game": game_stills.make_screens,
    "inspector": game_stills.make_inspector,
    "collector": page_stills.make,
    "demo": film.make,
}


def main() -> None:
    """Make all pictures, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    names = parser.parse_args().names or list(PICTURES)
    unknown = set(names) - set(PICTURES)
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(PICTURES)}")
    for name in names:
        for file in PICTURES[name]():
            size = file.stat().st_size / 1000
            print(f"{file.relative_to(studio.ROOT)}, {size:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
