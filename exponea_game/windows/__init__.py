"""Is somebody there? The window system's truth about the game's windows."""
