"""The screens of the game: each is one scene, one is shown at a time, a wipe leads to the next."""
