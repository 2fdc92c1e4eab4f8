"""The names that the library itself uses: of its events, and of the properties it adds.

Whoever folds them away, lists them or refuses them to a game takes them from here; the collector,
which imports nothing of ours, is tested against it.
"""

from __future__ import annotations

OF_THE_MACHINE = (
    "os_name", "os_version", "device_type", "device_model", "device_id", "app_version",
)  # fmt: skip
"""What an event tells of the machine and the game on it."""
OF_AN_EVENT = ("application_id", "device_id", "environment", "session_id")
"""Properties of every event."""
OF_THE_SDK = ("sdk", "sdk_version")
"""What says which library it was."""
OF_AN_END = ("duration", "reason", "recovered", "uncertainty", "resumed", "exit_status")
"""The properties that a ``session_end`` has of its own."""
ADDED = frozenset({*OF_THE_MACHINE, *OF_AN_EVENT, *OF_THE_SDK})
"""Properties that come with events of any kind; an event's own are the others."""
EVENTS = ("installation", "session_start", "session_end", "journal_overflow", "forget_me")
"""Types of the events that the library tracks by itself."""
