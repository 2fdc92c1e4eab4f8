"""What a call or a setting is refused with; the text says what would be right."""

from __future__ import annotations


class EventError(ValueError):
    """The game called with something that cannot be tracked; the text says what would be right."""


class SettingsError(ValueError):
    """A setting cannot be used; the text names it, its value and what would be right.

    Attributes:
        setting: Its name; ``EXPONEA_CONFIG`` where the file cannot be used.
    """

    def __init__(self, sentence: str, setting: str = "") -> None:
        super().__init__(sentence)
        self.setting = setting
