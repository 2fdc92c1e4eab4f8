"""What the service takes, and what it takes at once.

Source: Bloomreach documentation, "Add event", "Batch commands", "Tracking API overview".
"""

from __future__ import annotations

VALUE_LIMIT = 16_000
"""Bytes of one property's value, as JSON."""
NAME_LIMIT = VALUE_LIMIT
"""Characters of an event type or a property's name. The service documents no limit; what is longer
than a value may be is a mistake."""
COMMAND_LIMIT = 800_000
"""Bytes of one command."""
BATCH_LIMIT = 50
"""Commands in one request."""
BATCH_BYTES = 250_000
"""Bytes of commands in one request: they leave within seconds on an uplink of 100 KB/s."""
RATE_LIMIT = 100.0
"""Requests a second from one address."""
