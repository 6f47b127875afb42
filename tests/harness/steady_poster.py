# SPDX-License-Identifier: MIT
"""Posts each event under a key, again and again, until it is answered with 200."""

import json

from . import filling
from .client import Broken, request
from .poster import Poster


class SteadyPoster(Poster):
    """What was not answered with 200 goes out once more with the next pack, on whichever connection: also where the
    answer was lost, and the event is stored.

    lines: so many connections take each pack at once, so that equal POSTs meet
    """

    def __init__(self, place, name, dice=None, sizes=(0,), pack=1, pause=0.0, keeps=True, fill=filling.dense, lines=1):
        super().__init__(place, name, dice, sizes, pack, pause, keeps, fill)
        self._others = [Poster(place, f"{name}/{n}", keeps=keeps) for n in range(1, lines)]
        self._open = {}  # id -> its request, which has to be the same each time
        self.replayed = 0
        self.unread = 0  # requests sent whose replies were not read, whether the server made them or not

    def make(self, count=None):
        """Those that are still open before the new ones."""
        if count is None:
            count = self.dice.randrange(1, self.pack + 1) if self.dice else 1
        size = self.dice.choice(self.sizes) if self.dice else self.sizes[0]
        new = [f"{self.name}-{self._next + number:06d}" for number in range(count)]
        self._next += count
        self.place.ledger.posted(new, keyed=True)
        for name in new:
            self._open[name] = self.part(name, self._padding(size))
        self.ids = list(self._open)
        return self.whole(self._open.values())

    def part(self, name, padding):
        """What of the pack is about this event."""
        return request("POST", f"/event?id={name}{padding}", [("Idempotency-Key", name)])

    def whole(self, parts):
        return b"".join(parts)

    def post(self, count=None):
        """One pack; False where not all of it is answered with 200 by now."""
        self.fault, taken, pack = None, [], self.make(count)
        for one in (self, *self._others):
            try:
                connection = one.borrow()
                taken.append((one, connection))
                self.unread += self.requests()
                connection.send(pack)
            except (Broken, OSError) as fault:
                self.fault = fault
        for one, connection in taken:
            try:
                self.read_answers(connection)
                one.give_back(connection)
            except (Broken, OSError) as fault:
                self.fault = fault
                connection.close()
        return not self._open

    def requests(self):
        """In the pack."""
        return len(self.ids)

    def read_reply(self, connection):
        reply = connection.read_reply()
        self.unread -= 1
        assert reply.status in (200, 409, 503), reply
        return reply

    def read_answers(self, connection):
        for name in self.ids:
            reply = self.read_reply(connection)
            self.replayed += reply.header("Idempotency-Replayed") == "true"
            if reply.status == 200:
                self.stored(name)

    def stored(self, name):
        if self._open.pop(name, None):
            self.place.ledger.answered(name, 200)

    def settle(self, rounds=100):
        """On a server that lives: until nothing is open."""
        return any(self.post(0) for _ in range(rounds))

    def close(self):
        super().close()
        for other in self._others:
            other.close()


class SteadyBatches(SteadyPoster):
    """Each pack is one POST, of lines with keys of their own."""

    def part(self, name, padding):
        return json.dumps({"id": name, "labels": {"id": name, "pad": padding}}).encode() + b"\n"

    def whole(self, parts):
        body = b"".join(parts)
        return request("POST", "/events", [("Content-Type", "application/x-ndjson")], body) if body else b""

    def requests(self):
        return 1 if self.ids else 0

    def read_answers(self, connection):
        if not self.ids:
            return
        reply = self.read_reply(connection)
        if reply.status == 200:
            self.replayed += json.loads(reply.body)["duplicates"]
            for name in self.ids:
                self.stored(name)
