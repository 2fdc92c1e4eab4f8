"""The rules of play: bodies, levels and who flies through them; no screen, clock or sound."""
