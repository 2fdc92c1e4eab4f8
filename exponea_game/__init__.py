"""Sessions, events and player identity of a desktop game, delivered to Exponea.

import exponea_game

exponea_game.configure(project_token="...", authorization="Token ...")
exponea_game.attach(window)
exponea_game.track_event("level_complete", {"level": 3, "seconds": 41.2})
exponea_game.identify_customer({"registered": "player@example.com"}, {"language": "en"})
"""

from exponea_game._undisturbed import undisturbed

with undisturbed:
    TYPE_CHECKING = False
    if TYPE_CHECKING:
        from exponea_game.run.disclosure import Disclosure
        from exponea_game.run.flushed import Flushed
        from exponea_game.settings import Settings

    from exponea_game._version import __version__ as __version__
    from exponea_game.api import (
        anonymize,
        attach,
        configure,
        customer_cookie,
        detach,
        flush,
        forget_me,
        identify_customer,
        note_input,
        set_consent,
        set_default_properties,
        set_token_provider,
        stop,
        track_consent,
        track_error,
        track_event,
        track_payment,
        track_session_end,
        track_session_start,
        track_virtual_payment,
        what_is_sent,
    )
    from exponea_game.errors import EventError, SettingsError
    from exponea_game.tracker import Tracker

if not TYPE_CHECKING:  # to a type checker, a misspelt name would be fine

    def __getattr__(name: str) -> object:
        """What few games look at, imported when they do."""
        if name not in ("Disclosure", "Flushed", "Settings"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with undisturbed:
            from exponea_game.run.disclosure import Disclosure
            from exponea_game.run.flushed import Flushed
            from exponea_game.settings import Settings

        return {"Disclosure": Disclosure, "Flushed": Flushed, "Settings": Settings}[name]


__all__ = [
    "Disclosure",
    "EventError",
    "Flushed",
    "Settings",
    "SettingsError",
    "Tracker",
    "anonymize",
    "attach",
    "configure",
    "customer_cookie",
    "detach",
    "flush",
    "forget_me",
    "identify_customer",
    "note_input",
    "set_consent",
    "set_default_properties",
    "set_token_provider",
    "stop",
    "track_consent",
    "track_error",
    "track_event",
    "track_payment",
    "track_session_end",
    "track_session_start",
    "track_virtual_payment",
    "what_is_sent",
]
