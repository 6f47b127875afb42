# SPDX-License-Identifier: MIT
"""Knows which events were accepted and which of them each scraper has seen in whole replies.

Events are told apart by a label `id` that no two have in common. What came of a reply that was not read to
its end is not shown to the oracle, as a Prometheus throws it away too.
"""

import threading
from collections import Counter

from .client import request


class Oracle:
    """keeps_times: scrapers store as Prometheus does where events have times of their own: what has the same
    id, time and value as something stored before is that same sample, and stored once."""

    def __init__(self, server, keeps_times=False):
        self.server = server
        self.accepted = []
        self.unknown = set()  # posted, and the answer never came: accepted or not
        self.seen = {}  # scraper -> Counter of ids
        self._next = 0
        self._lock = threading.Lock()
        self._stored = set() if keeps_times else None

    def post(self, count=1, padding=0):
        """Posts that many new events down one connection, in packs of a hundred; returns their ids."""
        ids = [f"e{self._next + i:06d}" for i in range(count)]
        self._next += count
        blob = "x" * padding
        with self.server.connect() as connection:
            for start in range(0, count, 100):
                pack = ids[start:start + 100]
                connection.send(b"".join(
                    request("POST", f"/event?id={i}" + (f"&pad={blob}" if blob else "")) for i in pack))
                for _ in pack:
                    reply = connection.read_reply()
                    assert reply.status == 200, reply
        self.accepted += ids
        return ids

    def whole(self, scraper, exposition):
        """This scraper has read this exposition to its end; returns the ids of the events in it."""
        events = exposition.events()
        with self._lock:
            seen = self.seen.setdefault(scraper, Counter())
            for event in events:
                if self._is_new(scraper, event):
                    seen[event.labels["id"]] += int(event.value)  # equal ones in a batch: their number
        return [event.labels["id"] for event in events]

    def _is_new(self, scraper, event):
        if self._stored is None:
            return True
        sample = scraper, event.labels["id"], event.timestamp, event.value
        if sample in self._stored:
            return False
        self._stored.add(sample)
        return True

    def scrape(self, scraper, **options):
        return self.whole(scraper, self.server.scrape(scraper, **options))

    def drain(self, scraper, rounds=2000):
        """Scrapes until a scrape brings nothing new."""
        for _ in range(rounds):
            if not self.scrape(scraper):
                return
        raise AssertionError(f"still events after {rounds} scrapes")

    def missing(self, scraper):
        """Accepted events that this scraper has not seen."""
        seen = self.seen.get(scraper, Counter())
        return [i for i in self.accepted if seen[i] == 0]

    def repeated(self, scraper):
        """{id: how often} of what this scraper has seen more than once."""
        return {i: n for i, n in self.seen.get(scraper, Counter()).items() if n > 1}

    def foreign(self, scraper):
        """What this scraper has seen although nobody posted it, or although it was refused."""
        return sorted(set(self.seen.get(scraper, Counter())) - set(self.accepted) - self.unknown)

    def check(self, *scrapers):
        """Each of these scrapers has seen each accepted event exactly once, and nothing else."""
        for scraper in scrapers:
            missing, repeated, foreign = self.missing(scraper), self.repeated(scraper), self.foreign(scraper)
            assert not missing and not repeated and not foreign, (
                f"scraper {scraper}: {len(missing)} missing {missing[:5]}, "
                f"{len(repeated)} repeated {dict(list(repeated.items())[:5])}, foreign {foreign[:5]}")
