"""A caller's values become commands; pure."""
