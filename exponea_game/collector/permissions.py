"""What an event stream lets in: each event type, customer id and customer property has a rule.

    PUT /_/stream   {"event_types": {"purchase": "signed", "secret": "deny", "*": "allow"},
                     "ids": {"registered": "signed"}, "properties": {"vip": "deny"},
                     "refuse": "batch", "results": true}

``*`` is for all that have no rule of their own, and is ``allow`` unless it says otherwise.
``signed`` wants a token that stands for the customer. Pure. How the service words and delivers a
refusal within a batch is not documented, so that both ways can be had: ``refuse`` is ``batch``
(status 403 for all of it) or ``command`` (each result for itself); without ``results`` a batch is
answered by its success alone.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exponea_game.collector.rules import NAME_CHARACTERS, Command, Event, Update

RULES = ("allow", "deny", "signed")
ALL = "*"
MOST_RULES = 1_000  # of a kind
REFUSALS = ("batch", "command")

Rules = Mapping[str, str]


class InsufficientError(Exception):
    """A command that the stream does not let in, with words for its sender."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """The rules of an event stream; all is let in by default.

    Raises:
        ValueError: A field has no meaning, with words for a person.
    """

    event_types: Rules = field(default_factory=dict)
    ids: Rules = field(default_factory=dict)
    properties: Rules = field(default_factory=dict)
    """Of customers, not of events."""
    refuse: str = "batch"
    results: bool = True

    def __post_init__(self) -> None:
        for name in ("event_types", "ids", "properties"):
            _check_rules(name, getattr(self, name))
        if self.refuse not in REFUSALS:
            raise ValueError(f"refuse must be one of {', '.join(REFUSALS)}, not {self.refuse!r}")
        if not isinstance(self.results, bool):
            raise ValueError(f"results must be true or false, not {self.results!r}")

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Permissions:
        """Make permissions of a JSON object."""
        known = {own.name for own in dataclasses.fields(cls)}
        unknown = ", ".join(sorted(set(fields) - known))
        if unknown:
            raise ValueError(f"unknown: {unknown}; known: {', '.join(sorted(known))}")
        return cls(**fields)

    def report(self) -> dict[str, Any]:
        """The rules as JSON."""
        return dataclasses.asdict(self)

    def examine(self, command: Command, vouched: Mapping[str, str] | None) -> None:
        """Let a command pass.

        Args:
            command: What was asked for.
            vouched: The ids that the request's token stands for; None without one.

        Raises:
            InsufficientError: It may not pass.
        """
        if not isinstance(command, Event | Update):
            return
        own = command.customer_ids
        for name, value in (vouched or {}).items():
            if own.get(name, value) != value:
                raise InsufficientError(f"The token is for another {name} than the command")
        signed = bool(vouched) and any(own.get(name) for name in vouched or {})
        for name in own:
            _pass(self.ids, "customer id", name, signed=name in (vouched or {}))
        if isinstance(command, Event):
            _pass(self.event_types, "event type", command.event_type, signed=signed)
            return
        for name in json.loads(command.properties):
            _pass(self.properties, "customer property", name, signed=signed)


def _pass(rules: Rules, kind: str, name: str, *, signed: bool) -> None:
    rule = rules.get(name, rules.get(ALL, "allow"))
    if rule == "deny":
        raise InsufficientError(f"Not authorized: {kind} '{name[:NAME_CHARACTERS]}' is denied")
    if rule == "signed" and not signed:
        raise InsufficientError(
            f"Not authorized: {kind} '{name[:NAME_CHARACTERS]}' needs a token of this customer"
        )


def _check_rules(name: str, rules: object) -> None:
    if not isinstance(rules, Mapping) or len(rules) > MOST_RULES:
        raise ValueError(f"{name} must be an object of at most {MOST_RULES} names and rules")
    for own, rule in rules.items():
        if rule not in RULES:
            raise ValueError(f"{name}: the rule of {own} must be one of {', '.join(RULES)}")
