"""Launches of a game on an event stream, on made-up time."""

from __future__ import annotations

import json

from exponea_game.delivery.courier import Courier
from exponea_game.delivery.outbox import Outbox
from exponea_game.events.commands import event
from exponea_game.journal.removal import ASIDE
from exponea_game.recovery.adoption import adopt
from exponea_game.recovery.runs import Home
from exponea_game.settings import Settings
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import encode
from support.fakes import FakeClock, FakeServer, event_type, reply


class Stream(FakeServer):
    """Refuses a request whole for one command that may not pass; ``*`` denies all."""

    def __init__(self, *denied):
        super().__init__()
        self.denied, self.stored, self.tokens = set(denied), [], {}

    def __call__(self, address, headers, data):
        commands = json.loads(data)["commands"]
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        for command in commands:
            if not self.lets_in(command, token):
                self.requests.append(commands)
                return reply(403, success=False, error=f"no {event_type(command)}")
        self.stored += map(event_type, commands)
        return super().__call__(address, headers, data)

    def lets_in(self, command, token):
        rule = f"signed {event_type(command)}"
        if rule in self.denied and token != command["data"]["customer_ids"].get("registered"):
            return False
        return "*" not in self.denied and event_type(command) not in self.denied


class Launch:
    """One launch of a game on a stream; earlier ones left what they left."""

    def __init__(self, folder, stream):
        self.clock, self.folder, self.stream = FakeClock(), folder, stream
        home = Home(folder, Disk())
        self.run, self.journal = home.begin(self.clock)
        self.outbox = Outbox(home, self.run, self.journal, 64 << 20)
        self.outbox.adopt(adopt(home, self.clock, 60.0, but=self.run.name))
        self.outbox.conclusions.write()
        settings = Settings(stream_id="stream-1", environment="test")
        self.courier = Courier(
            settings, self.outbox, self.clock, stream, lambda: 0.5, stopwatch=lambda: 0.0
        )
        self.number = 0

    def track(self, *types, **ids):
        for own in types:
            self.number += 1
            player = encode(ids or {"cookie": "c"})
            self.journal.append(1.0, event(player, encode(own), float(self.number), "{}"))

    def work(self, seconds=10.0):
        until = self.clock.now + seconds
        for _ in range(1000):
            wait = self.courier.step()
            if wait is None or self.clock.now + wait > until:
                return self
            self.clock.now += wait
        raise AssertionError("a storm of requests")

    def apart(self):
        markers = self.folder.glob(f"runs/*/{ASIDE}")
        return sorted(json.loads(path.read_text()).get("event_type") for path in markers)

    def end(self):
        self.journal.close()
        self.run.cursor.close_run()
        self.outbox.close()
