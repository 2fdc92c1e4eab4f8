"""The panel that F9 shows over a game."""
