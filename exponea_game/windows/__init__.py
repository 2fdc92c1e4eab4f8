"""Is somebody there? The window system's truth about the game's windows.

Why it is as it is: docs/design/window_hook.md
"""
