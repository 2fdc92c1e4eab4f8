"""A local stand-in for the Exponea tracking API, with a live page for people.

It knows nothing of the library that sends to it: what it accepts, refuses and stores follows
the service's documentation alone, so that it can judge the library. Reading order: ``rules``
(what is accepted), ``store`` (what is kept), ``queries`` (what is shown), ``app``, ``server``.
"""

from exponea_game.collector.server import Collector

__all__ = ["Collector"]
