"""One run: all of the library together."""
