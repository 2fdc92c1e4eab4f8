from __future__ import annotations

import pytest

from exponea_game.errors import EventError
from exponea_game.events.consent import consent

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("accepted", "until", "properties"),
    [
        (True, None, {"action": "accept", "valid_until": "unlimited"}),
        (True, NOW + 1, {"action": "accept", "valid_until": NOW + 1}),
        (False, None, {"action": "reject", "valid_until": "unlimited"}),
    ],
)
def test_a_consent_is_as_the_service_reads_it(accepted, until, properties):
    more = {"message": "settings"}

    made = consent("newsletter", accepted, until, more, NOW)

    assert made == {"category": "newsletter", **more, **properties}


@pytest.mark.parametrize(
    "arguments",
    [
        ("", True, None, {}),
        (5, True, None, {}),
        ("newsletter", "yes", None, {}),
        ("newsletter", 1, None, {}),
        ("newsletter", True, NOW, {}),
        ("newsletter", True, NOW - 1, {}),
        ("newsletter", True, "tomorrow", {}),
        ("newsletter", True, NOW * 1000, {}),
        ("newsletter", True, float("nan"), {}),
        ("newsletter", True, None, {"action": "accept"}),
    ],
)
def test_what_would_revoke_a_consent_is_a_mistake(arguments):
    with pytest.raises(EventError):
        consent(*arguments, NOW)
