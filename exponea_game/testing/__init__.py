"""What a game's own tests need: a player who plays, and what the game tracked meanwhile.

The plugin is imported by every test run on the machine, so the rest comes when it is asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exponea_game.testing.playthrough import Event, FakeWindow, Playthrough, Session

__all__ = ["Event", "FakeWindow", "Playthrough", "Session"]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """A public name, imported when it is needed."""
        if name in __all__:
            from exponea_game.testing import playthrough

            return getattr(playthrough, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
