"""The commands that a player's machine may need are imported by name."""

hiddenimports = [f"exponea_game.cli.{command}" for command in ("doctor", "journal", "send")]
