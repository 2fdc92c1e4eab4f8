"""Comet Courier, a small arcade game that shows how a game uses exponea_game."""
