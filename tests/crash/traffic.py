# SPDX-License-Identifier: MIT
"""Posters and scrapers that live through the server's deaths.

What a poster was not told, it does not claim to know; what a scraper has not read to its end, it throws away.
Both read on until the end of the stream or a reset: what a dead server gave to the kernel still arrives."""

import re
import time

from harness.client import Broken, request

_EVENT = re.compile(rb'^events_to_metrics\{(?:[^}\n]*,)?id="([^"]+)"[^}\n]*\} (\S+)(?: \d+)?$', re.MULTILINE)
_BATCH = re.compile(rb', (\d+) events? in this batch')
PATIENCE = 10.0  # seconds without a byte, after which a server counts as hanging


def events_of(body):
    """[(id, value)]; as many as the reply itself says, or it is not what it looks like."""
    events = [(name.decode(), float(value)) for name, value in _EVENT.findall(body)]
    said = _BATCH.search(body.partition(b"\n")[0])
    assert said and int(said.group(1)) == sum(int(value) for _, value in events), body[:500]
    return events


def _not_silent(broken):
    """A connection that ends is no surprise here; a server that neither answers nor ends it is."""
    if isinstance(broken, Broken) and broken.why == "silence":
        raise AssertionError(f"no answer within {PATIENCE} s") from broken


class Client:
    """Someone with one connection, to whichever server there is."""

    def __init__(self, place):
        self.place = place
        self._kept = None
        self._life = None

    def connection(self):
        """Of the server that lives now; Broken or OSError where there is none."""
        life, server = self.place.life_and_server()
        if server is None:
            raise Broken("no server")
        if self._kept is None or self._life != life:
            self.close()
            self._kept, self._life = server.connect(timeout=PATIENCE), life
        return self._kept

    def close(self):
        if self._kept is not None:
            self._kept.close()
            self._kept = None


class Poster(Client):
    """Packs of events down one connection; all their answers are waited for before the next pack."""

    def __init__(self, place, name, dice, sizes=(0, 10, 300), pack=8):
        super().__init__(place)
        self.name, self.dice, self.sizes, self.pack = name, dice, sizes, pack
        self.posted = 0

    def run(self, stop, pause=0.01):
        while not stop.is_set():
            if not self.post():
                self.place.wait_for_server(stop)
            stop.wait(self.dice.random() * pause)  # the pace of the traffic
        self.close()

    def post(self, count=None):
        """One pack; False where not all its answers came."""
        ledger = self.place.ledger
        try:
            connection = self.connection()
            count = count or self.dice.randrange(1, self.pack + 1)
            ids = [f"{self.name}-{self.posted + i}" for i in range(count)]
            self.posted += count
            ledger.posting(ids)
            connection.send(b"".join(
                request("POST", f"/event?id={i}&filling={'x' * self.dice.choice(self.sizes)}") for i in ids))
            for i in ids:
                status = connection.read_reply().status
                assert status in (200, 503), status
                ledger.answered(i, status)
            return True
        except (Broken, OSError) as broken:
            _not_silent(broken)
            self.close()
            return False


class Scraper(Client):
    """keeps: its connection, from one scrape to the next."""

    def __init__(self, place, name, dice, keeps=True):
        super().__init__(place)
        self.name, self.dice, self.keeps = name, dice, keeps
        self.whole = self.broken = 0

    def run(self, stop, pause=0.02):
        while not stop.is_set():
            if self.scrape() is None:
                self.place.wait_for_server(stop)
            stop.wait(self.dice.random() * pause)
        self.close()

    def scrape(self):
        """How many events came whole; None where the reply did not."""
        try:
            connection = self.connection()
            life = self._life
            reply = connection.get(f"/metrics?scraper={self.name}")
            assert reply.status == 200, reply
            events = events_of(reply.body)
        except (Broken, OSError) as broken:
            _not_silent(broken)
            self.close()
            self.broken += 1
            return None
        self.place.ledger.whole(self.name, life, events)
        self.whole += 1
        if not self.keeps:
            self.close()
        return len(events)

    def drain(self, seconds=20):
        """Until a scrape brings nothing, from a server that lives."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.scrape() == 0:
                self.close()
                return
        raise AssertionError(f"{self.name}: still events after {seconds} s")
