"""``python -m exponea_game`` is the same program as ``exponea-game``."""

from exponea_game.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
