"""Sessions, events and player identity of a desktop game, delivered to Exponea."""

__version__ = "0.1.0"
