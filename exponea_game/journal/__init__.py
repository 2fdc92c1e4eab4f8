"""The bytes of one run, on the player's disk."""
