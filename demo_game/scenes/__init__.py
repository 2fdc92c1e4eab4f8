"""The screens of the game: each is one scene, and one is shown at a time."""
